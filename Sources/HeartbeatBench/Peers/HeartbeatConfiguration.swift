// The three files that heartbeat and its successor read alike.

import HeartbeatLab

/// ha.cf, haresources and authkeys of the bench.
struct HeartbeatConfiguration {
    var keepalive: Duration
    var deadtime: Duration
    var addresses: [ServiceAddress]
    var logFile: String
    /// Addresses on one line of haresources.
    var addressesPerLine: Int
    /// Follows the addresses of the first line; `nil`: no script.
    var script: String?
    var media = MediaLayout.everywhere
    /// Further lines of ha.cf.
    var further = ""

    /// Only status messages count: a node that acknowledged something a moment ago is dead all the same.
    static let signOfLife = SignOfLife.udp(port: 694, holding: "(0)t=status,")

    var haCf: String {
        """
        logfile \(logFile)
        logfacility none
        keepalive \(keepalive.roundedMilliseconds)ms
        deadtime \(deadtime.roundedMilliseconds)ms
        warntime \(deadtime.roundedMilliseconds / 2)ms
        initdead \(max(deadtime, .seconds(5)).roundedMilliseconds)ms
        udpport 694
        \(media.interfaces.map { "bcast \($0)" }.joined(separator: "\n"))
        auto_failback on
        node cluster1 cluster2

        """ + further
    }

    var haresources: String {
        stride(from: 0, to: addresses.count, by: addressesPerLine).map { start in
            var words = addresses[start..<min(start + addressesPerLine, addresses.count)].map { "IPaddr::\($0)/eth0" }
            if start == 0, let script { words.append(script) }
            return "cluster1 \(words.joined(separator: " "))\n"
        }.joined()
    }

    var authkeys: String { "auth 1\n1 sha1 bench\n" }
}
