// What the log says of neighbours that are asked who has an address, and which hosts are asked, from the configuration.

import HeartbeatAddresses
import HeartbeatCore
import HeartbeatModel

extension Fact {
    /// `nil` for what has no line. `word` is how haresources writes an address.
    init?(_ news: NeighbourNews, of addresses: [IPAddress], group: String, word: (IPAddress) -> String?) {
        guard let first = addresses.first else { return nil }
        let named = "\(first)\(ActionExecutor.rest(addresses.count - 1))"
        let groupField = Fact.Field(.group, group)
        switch news {
        case .first: return nil
        case .agree(let neighbours, let after, let announcements):
            guard let neighbour = neighbours.first else { return nil }
            let who =
                neighbours.count == 1 ? "Neighbour \(neighbour) knows" : "Neighbours \(Self.list(neighbours)) know"
            self.init(
                .neighboursAgree,
                "\(who) that this node has \(named): \(Self.milliseconds(after)) ms after the first announcement, told "
                    + (announcements == 1 ? "once" : "\(announcements) times"),
                [groupField, Field(.latency, after.milliseconds), Field(.count, announcements)])
        case .disagrees(let neighbour, let address, let interface):
            self.init(
                .neighbourDisagrees,
                "Neighbour \(neighbour) on \(interface) does not send here what is for \(address): it answers this node's own "
                    + "address and not that one. It is told again for a minute; if that does not help, let it accept gratuitous "
                    + "ARP and neighbour advertisements, or clear \(address) from its table of neighbours",
                [
                    groupField, Field(.resource, word(address) ?? "\(address)"), Field(.neighbour, neighbour),
                    Field(.interface, interface),
                ])
        case .unknown(let neighbours):
            self.init(
                .neighboursUnknown,
                "No neighbour tells whether it knows that this node has \(named): no echo from \(Self.list(neighbours))",
                [groupField])
        }
    }

    private static func list(_ neighbours: [IPAddress]) -> String {
        let most = 4
        let names = neighbours.prefix(most).map { "\($0)" }.joined(separator: ", ")
        return names + (neighbours.count > most ? " and \(neighbours.count - most) more" : "")
    }

    /// With one decimal.
    private static func milliseconds(_ duration: Duration) -> String {
        let tenths = (max(0, duration.nanoseconds) + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension NeighbourRules {
    /// Ping nodes are asked, service addresses never, nor the other node: `ucast` and `ucast6` name addresses of its, and it was
    /// heard from some.
    init(_ configuration: Configuration, heard: Set<IPAddress>) {
        let addresses = configuration.groups.flatMap(\.resources).compactMap { $0.address?.ip }
        let peers = configuration.media.compactMap { medium -> IPAddress? in
            switch medium {
            case .unicast(_, let peer, _), .unicast6(_, let peer, _): IPAddress(droppingZoneOf: peer)
            case .serial, .broadcast, .multicast, .multicast6: nil
            }
        }
        self.init(
            references: configuration.pingNodes.flatMap(\.hosts).compactMap { IPAddress(droppingZoneOf: $0) },
            serviceAddresses: Set(addresses), peers: heard.union(peers))
    }
}
