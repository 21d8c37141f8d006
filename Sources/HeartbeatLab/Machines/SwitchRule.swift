// What the switches lose although every cable is plugged in and every carrier is up: the faults no interface reports. A rule
// is a value; nftables in the namespace of the bridges carries it out, so no machine has a part in it.

/// A network of the laboratory.
package enum Segment: String, Hashable, Sendable {
    /// Where the client is.
    case lan
    /// The second link of the two nodes.
    case cross
    /// Where the nodes are gateways: between them and the server.
    case wan

    /// Those that every laboratory has.
    package static let always: [Segment] = [.lan, .cross]
}

/// Frames that a switch throws away.
package enum SwitchRule: Hashable, Sendable {
    /// Everything that should reach the node: it is deaf.
    case to(node: Int, Segment)
    /// Everything the node sends: it is mute.
    case from(node: Int, Segment)
    /// Everything between the two nodes; the client reaches both.
    case between(Segment)
    /// So many of a hundred frames between the two nodes, at random.
    case some(percent: Int, Segment)
    /// IPv4 between the two nodes. For somebody who carries it himself.
    case ipv4Between(Segment)
    /// Heartbeats between the two nodes, as a firewall does that knows nothing of them: ARP and everything else passes.
    case heartbeatsBetween(Segment)
    /// ARP that is sent to everybody, on its way to the client: it misses announcements and is still answered.
    case broadcastARPToClient

    /// What is lost by all of them.
    static func losses(_ rules: [SwitchRule]) -> FrameLosses {
        FrameLosses(
            arriving: rules.flatMap(\.arriving), passing: rules.flatMap(\.passing), leaving: rules.flatMap(\.leaving))
    }

    private var arriving: [String] {
        guard case .from(let node, let segment) = self else { return [] }
        return ["iifname \"\(segment.port(ofNode: node))\""]
    }

    private var leaving: [String] {
        switch self {
        case .to(let node, let segment): ["oifname \"\(segment.port(ofNode: node))\""]
        case .broadcastARPToClient: ["oifname \"lan-client\" ether type arp ether daddr ff:ff:ff:ff:ff:ff"]
        case .from, .between, .some, .ipv4Between, .heartbeatsBetween: []
        }
    }

    private var passing: [String] {
        func bothWays(_ segment: Segment, _ condition: String) -> [String] {
            [(0, 1), (1, 0)].map { from, to in
                "iifname \"\(segment.port(ofNode: from))\" oifname \"\(segment.port(ofNode: to))\"\(condition)"
            }
        }
        return switch self {
        case .between(let segment): bothWays(segment, "")
        case .some(let percent, let segment): bothWays(segment, " numgen random mod 100 < \(percent)")
        case .ipv4Between(let segment): bothWays(segment, " ether type ip")
        case .heartbeatsBetween(let segment): bothWays(segment, " ether type ip udp dport \(NodeFiles.port)")
        case .to, .from, .broadcastARPToClient: []
        }
    }
}

extension Segment {
    /// Name of the node's port at the switch.
    func port(ofNode number: Int) -> String { "\(rawValue)-\(NodeFiles.nodes[number])" }
}
