// The files a laboratory node is given: a literal heartbeat 3 configuration, and recording scripts. Text in, text out; it writes
// nothing.

/// Texts of one node's configuration.
struct NodeFiles {
    /// `cluster1` or `cluster2`.
    var node: String
    /// Directory with the node's own directories.
    var directory: String
    /// Address of the peer on the second link.
    var peerAddress: String
    /// The file all recording scripts append to.
    var record: String

    static let nodes = ["cluster1", "cluster2"]
    static let address = "192.168.77.100"
    /// Scripts of the group in the order of haresources. The address before them is the daemon's own work, and the client
    /// sees it.
    static let group = ["ipsec", "gre", "zebra", "bgpd"]
    static let deadtime = Duration.seconds(1)
    static let port = 694

    var serialDevice: String { "\(directory)/null-modem" }
    var logFile: String { "\(directory)/ha-log" }
    var runDirectory: String { "\(directory)/run" }
    var stateDirectory: String { "\(directory)/state" }
    var configDirectory: String { "\(directory)/ha.d" }
    /// One file for each recorded service that runs; emptied when the node loses power.
    var servicesDirectory: String { "\(directory)/services" }

    var haCf: String {
        """
        logfile \(logFile)
        keepalive 250ms
        deadtime 1
        warntime 500ms
        initdead 3
        udpport \(Self.port)
        baud 19200
        serial \(serialDevice)
        bcast eth0
        ucast eth1 \(peerAddress)
        auto_failback on
        node \(Self.nodes.joined(separator: " "))

        """
    }

    var haresources: String {
        "cluster1 \(Self.address)/24 \(Self.group.joined(separator: " "))\n"
    }

    var authkeys: String {
        "auth 1\n1 sha1 laboratory\n"
    }

    /// A script that writes the call down, runs `lines`, then pretends a service.
    func recordingService(_ name: String, lines: String = "") -> String {
        RecordingScript(node: node, services: servicesDirectory, record: record).text(name, lines: lines)
    }
}
