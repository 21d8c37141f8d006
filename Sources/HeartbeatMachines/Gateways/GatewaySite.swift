// What a site with a pair of gateways needs to be played: who stands where, what they read, and what shows that it works. A value.

import HeartbeatLab
import HeartbeatModel

/// Who runs on the gateways.
package enum GatewayDaemon: String, Hashable, Sendable, CaseIterable {
    /// This one.
    case ours
    /// Debian's heartbeat 3.0.6.
    case heartbeat
}

/// A client, and the hosts that it must reach through whoever serves.
struct Flows: Hashable {
    /// Place of the client in the plan.
    var client: Int
    var hosts: [String]
}

/// A file of a layer of the payload.
struct LayerFile: Hashable {
    var layer: String
    /// From the root of the machine, without its slash.
    var path: String
    var text: String
    var mode: UInt32 = 0o644
}

/// A site with a pair of gateways, or with one that has no peer.
struct GatewaySite {
    var plan: SitePlan
    /// How many of the first machines are those to which things happen.
    var gatewayCount = 2
    var files: [LayerFile]
    /// Directories whose contents are layers, by the layer's name.
    var trees: [String: String] = [:]
    /// The address of the service that the first client of `flows` is next to.
    var service: String
    var flows: [Flows]
    /// How often the first client asks for the service and its hosts in turn; the others ask four times less often.
    var tick = Duration.milliseconds(5)
    /// Answers may come by the node of the pair that has not the service's address.
    var hasSeveralWays = false
    /// Lines of shell that must succeed on every gateway: who reads its files finds nothing wrong with them.
    var checks: [String] = []
    /// What must be true while they serve, by end.
    var proofs: [EndProofs] = []

    /// - Parameters:
    ///   - ours: a directory that this daemon has been installed into.
    ///   - scripts: the directory of the shipped resource scripts, of which the original has none for these services.
    func write(_ payload: Payload, ours: String, scripts: String) throws {
        try payload.copy(ours, as: "ours")
        let place = "etc/ha.d/resource.d"
        for name in ["ipsec", "gre", "xfrmi", "zebra", "bgpd", "service.sh", "tunnel.sh"] {
            try payload.write(Files.read("\(scripts)/\(name)"), to: "\(place)/\(name)", in: "original", mode: 0o755)
        }
        for (layer, directory) in trees.sorted(by: { $0.key < $1.key }) { try payload.copy(directory, as: layer) }
        for file in files { try payload.write(file.text, to: file.path, in: file.layer, mode: file.mode) }
    }

    /// The layers of a machine of the site.
    static func layers(_ name: String, _ daemon: GatewayDaemon) -> [String] {
        [name, daemon == .ours ? "ours" : "original"]
    }

    /// The files of a pair that heartbeat 3 reads as well, in the layers of its nodes.
    /// - Parameter media: lines of ha.cf.
    static func heartbeatFiles(_ nodes: [String], media: [String], haresources: String) -> [LayerFile] {
        let haCf = """
            logfile /var/log/ha-log
            keepalive 250ms
            deadtime 1
            warntime 500ms
            initdead 10
            udpport 694
            baud 19200
            \(media.joined(separator: "\n"))
            auto_failback off
            node \(nodes.joined(separator: " "))

            """
        return nodes.flatMap { node in
            [
                LayerFile(layer: node, path: "etc/ha.d/ha.cf", text: haCf),
                LayerFile(layer: node, path: "etc/ha.d/haresources", text: haresources),
                LayerFile(layer: node, path: "etc/ha.d/authkeys", text: "auth 1\n1 sha1 laboratory\n", mode: 0o600),
            ]
        }
    }

    /// What a gateway of a pair does at its boot: its own addresses, which never move, and the way out.
    /// - Parameter boot: more lines of shell.
    static func setup(_ node: String, lan: String, wan: String, gateway: String, boot: [String] = []) -> LayerFile {
        setup(
            node,
            [
                "ip address add \(lan) brd + dev eth0", "ip address add \(wan) brd + dev eth1", "ip link set eth0 up",
                "ip link set eth1 up", "ip route add default via \(gateway)", forwarding,
            ] + boot)
    }

    /// What a machine does at its boot.
    /// - Parameter lines: lines of shell.
    static func setup(_ node: String, _ lines: [String]) -> LayerFile {
        LayerFile(
            layer: node, path: "machine/setup", text: (["#!/bin/sh"] + lines).textOfLines, mode: 0o755)
    }

    /// Has a machine pass packets on.
    static let forwarding = "echo 1 >/proc/sys/net/ipv4/ip_forward"
}
