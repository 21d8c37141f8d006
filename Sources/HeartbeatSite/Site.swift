// A site as values: pairs of gateways, the networks behind them, the tunnels between them. It refuses to know files: SiteFiles makes
// them, SiteReader reads the one that a person writes.

import HeartbeatModel

/// An address on an interface, with the bits of its network.
package struct SiteAddress: Hashable, Sendable {
    package var ip: IPAddress
    package var bits: Int
    package var interface: String

    /// Whether an address is in the network of this one.
    func reaches(_ other: IPAddress) -> Bool { other.isInNetwork(of: ip, bits: bits) }

    var text: String { "\(ip)/\(bits)" }
}

/// A network behind a pair.
package struct SiteNetwork: Hashable, Sendable {
    package var address: IPAddress
    package var bits: Int

    var text: String { "\(address)/\(bits)" }
}

/// One gateway, with the addresses that never move.
package struct SiteNode: Hashable, Sendable {
    package var name: String
    package var addresses: [SiteAddress] = []
    /// The default gateway.
    package var gateway: IPAddress?

    /// The address that leads to the default gateway.
    var outer: SiteAddress? {
        gateway.flatMap { gateway in addresses.first { $0.reaches(gateway) } }
    }
}

/// How heartbeats travel between the nodes of a pair, as the site file has it.
package enum SiteMedium: Hashable, Sendable {
    case serial(device: String)
    case broadcast(interface: String)
    /// To the other node's own address on this interface.
    case unicast(interface: String)
}

/// Two gateways that share services.
package struct SitePair: Hashable, Sendable {
    package var name: String
    /// Two; the first is the preferred one.
    package var nodes: [SiteNode]
    package var services: [SiteAddress] = []
    package var networks: [SiteNetwork] = []
    package var media: [SiteMedium] = []
    /// Words of haresources that follow what the tunnels need.
    package var resources: [String] = []
    /// Lines of ha.cf by their first word, such as `keepalive 250ms`; later ones replace earlier ones.
    package var directives: [SiteDirective] = []
    /// The interface that connection tracking is copied over.
    package var connections: String?

    /// The address of the service that the outside world knows: where the default gateway is reached.
    var outer: SiteAddress? {
        let own = nodes.first?.outer
        return services.first { $0.interface == own?.interface }
    }

    func node(_ name: String) -> SiteNode? { nodes.first { $0.name == name } }

    /// The other one.
    func partner(of name: String) -> SiteNode? { nodes.first { $0.name != name } }
}

/// One line of ha.cf.
package struct SiteDirective: Hashable, Sendable {
    package var word: String
    package var rest: String
}

/// How packets get through a tunnel.
package enum TunnelKind: String, Hashable, Sendable, CaseIterable {
    /// GRE that IPsec protects (transport mode): everything that is routed to it, multicast as well.
    case gre
    /// An interface of IPsec's own (xfrm): everything that is routed to it.
    case xfrm
    /// No interface: what goes from the networks of one end to those of the other.
    case policy
}

/// A tunnel between two ends.
package struct SiteTunnel: Hashable, Sendable {
    package var name: String
    /// From 1, in the order of the file; the number of its interface.
    package var number: Int
    /// Names of two pairs, whose services it belongs to, or of two nodes, where it always is.
    package var ends: [String]
    package var kind = TunnelKind.gre
    /// The addresses in it, in the order of the ends; none for a policy.
    package var inner: [IPAddress] = []
    /// The autonomous system of both ends, whose networks BGP announces; `nil`: routes are written down.
    package var system: UInt32?

    /// The name of its interface.
    var interface: String { "\(kind == .gre ? "gre" : "ipsec")\(number)" }
}

/// Everything that one file describes.
package struct Site: Hashable, Sendable {
    package var name = ""
    /// The file with the secret, as it is written; all other secrets follow from it.
    package var secretFile = ""
    package var pairs: [SitePair] = []
    package var tunnels: [SiteTunnel] = []

    package var nodes: [String] { pairs.flatMap { $0.nodes.map(\.name) } }

    func pair(of node: String) -> SitePair? { pairs.first { $0.node(node) != nil } }

    /// The pair that an end of a tunnel is, or that it is a node of.
    func pair(at end: String) -> SitePair? { pairs.first { $0.name == end } ?? pair(of: end) }

    /// The address that the other end of a tunnel sends to.
    func outer(_ end: String) -> SiteAddress? {
        pairs.first { $0.name == end }?.outer ?? pair(of: end)?.node(end)?.outer
    }

    /// Tunnels that a node has an end of, and which: 0 or 1.
    func tunnels(of node: String) -> [(tunnel: SiteTunnel, end: Int)] {
        tunnels.flatMap { tunnel in
            tunnel.ends.indices.filter { pair(at: tunnel.ends[$0])?.node(node) != nil && isAt(tunnel.ends[$0], node) }
                .map { (tunnel, $0) }
        }
    }

    private func isAt(_ end: String, _ node: String) -> Bool { end == node || pairs.contains { $0.name == end } }
}
