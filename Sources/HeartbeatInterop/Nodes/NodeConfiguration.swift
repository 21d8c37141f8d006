// The files of a node, the same for both kinds of software: that they may be is what a drop-in replacement is.

import HeartbeatLab
import HeartbeatModel

/// Texts and names of a mixed pair.
enum NodeConfiguration {
    /// By preferred node.
    static let addresses = ["192.168.77.100", "192.168.77.101"]
    static let services = ["front", "back"]
    static let nodes = ["cluster1", "cluster2"]

    static func haCf(_ row: MixedCase, on node: LabNode, number: Int) -> String {
        let peer = "192.168.78.\(2 - number)"
        let lines =
            [
                "logfile \(node.logFile)", "logfacility none", "msgfmt \(row.format)",
                "keepalive \(row.keepaliveMilliseconds)ms", "deadtime \(row.deadtimeMilliseconds)ms",
                "warntime \(row.deadtimeMilliseconds / 2)ms", "initdead \(row.deadtimeMilliseconds * 2)ms",
                "udpport 694",
            ] + row.media.directives(peer: peer, serial: node.serialDevice) + [
                "auto_failback \(row.failback.rawValue)", "node \(nodes.joined(separator: " "))",
            ]
        return lines.textOfLines
    }

    /// Names of the groups.
    static let keys = addresses.map { "IPaddr::\($0)/24/eth0" }

    static let haresources = zip(nodes, zip(keys, services)).map { node, group in
        "\(node) \(group.0) \(group.1)\n"
    }.joined()

    static func authkeys(_ row: MixedCase, current: Int = 1, hasNewKey: Bool = false) -> String {
        let key = row.digest == "crc" ? "" : " between friends"
        return "auth \(current)\n1 \(row.digest)\(key)\n" + (hasNewKey ? "2 sha1 between better friends\n" : "")
    }
}
