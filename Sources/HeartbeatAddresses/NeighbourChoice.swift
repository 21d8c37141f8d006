// Which neighbours are asked about which addresses, from what the kernel has and what ha.cf names. It asks nobody and refuses
// to know what becomes of the questions.

import HeartbeatFormats
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatPlacement
import HeartbeatSystem

/// Who may be asked besides the next hops of routes, and who never.
package struct NeighbourRules: Hashable, Sendable {
    /// Asked about the addresses of the networks that they are in: ping nodes.
    package var references: [IPAddress]
    /// Every service address of the cluster, here or not.
    package var serviceAddresses: Set<IPAddress>
    /// Addresses of the other node.
    package var peers: Set<IPAddress>

    package init(
        references: [IPAddress] = [], serviceAddresses: Set<IPAddress> = [], peers: Set<IPAddress> = []
    ) {
        self.references = references
        self.serviceAddresses = serviceAddresses
        self.peers = peers
    }
}

/// What one neighbour is asked.
struct NeighbourChoice: Hashable, Sendable {
    let neighbour: IPAddress
    let interface: InterfaceEntry
    /// An address of this node's own, to ask whether it answers at all; `nil` when the interface has none of its version.
    let own: IPAddress?
    let addresses: [IPAddress]
    /// Those whose silence counts.
    let judged: Set<IPAddress>

    /// So many of an interface are asked, the default gateways first: a router with a full table may have hundreds.
    static let mostNeighbours = 4

    /// Addresses that were announced together, and so many of an interface may be asked about.
    struct Wish: Sendable {
        let addresses: [IPAddress]
        let most: Int
    }

    static func all(
        for wish: Wish, _ tables: KernelTables, _ hops: [NextHop], _ rules: NeighbourRules
    ) -> [NeighbourChoice] {
        let groups = Dictionary(grouping: wish.addresses) { address in
            tables.entries(with: address).first.map { Kind(interface: $0.interface, isIPv6: address.isIPv6) }
        }
        return groups.flatMap { kind, group in
            guard let kind, let interface = tables.interface(kind.interface), interface.isEthernet else {
                return [] as [Self]
            }
            let network = Network(kind, tables, rules)
            let candidates = network.candidates(rules.references, hops)
            let addresses = samples(of: group, wish.most)
            return candidates.lazy.compactMap { network.choice($0, interface, addresses) }.prefix(mostNeighbours).map(
                \.self)
        }
    }

    /// The first, the last and some between.
    private static func samples(of addresses: [IPAddress], _ most: Int) -> [IPAddress] {
        guard addresses.count > most else { return addresses }
        return (0..<most).map { addresses[$0 * (addresses.count - 1) / max(1, most - 1)] }
    }

    private struct Kind: Hashable {
        let interface: UInt32
        let isIPv6: Bool
    }

    /// The addresses of one version on one interface.
    private struct Network {
        let kind: Kind
        let entries: [AddressEntry]
        /// Addresses that no other host has.
        let forbidden: Set<IPAddress>
        let own: [AddressEntry]

        init(_ kind: Kind, _ tables: KernelTables, _ rules: NeighbourRules) {
            self.kind = kind
            entries = tables.addresses.filter {
                $0.interface == kind.interface && $0.address.isIPv6 == kind.isIPv6 && $0.isUsable
            }
            own = entries.filter { $0.setter != Placement.mark && !rules.serviceAddresses.contains($0.address) }
            forbidden = Set(tables.addresses.map(\.address)).union(rules.serviceAddresses).union(rules.peers)
        }

        /// Each once: ping nodes, which somebody has chosen, then next hops.
        func candidates(_ references: [IPAddress], _ hops: [NextHop]) -> [IPAddress] {
            let near = references.filter { reference in entries.contains { $0.networkContains(reference) } }
            var seen = forbidden
            return (near + hops.filter { $0.interface == kind.interface }.map(\.gateway)).filter {
                $0.isIPv6 == kind.isIPv6 && seen.insert($0).inserted
            }
        }

        func choice(_ neighbour: IPAddress, _ interface: InterfaceEntry, _ addresses: [IPAddress]) -> NeighbourChoice? {
            let own = ownAddress(toward: neighbour)
            // A neighbour of another network would answer by its routes, which may lead elsewhere. A router with a link-local
            // address has the networks of the link, too.
            let judged = addresses.filter { address in
                neighbour.isLinkLocal
                    || entries.contains { $0.networkContains(neighbour) && $0.networkContains(address) }
            }
            return NeighbourChoice(
                neighbour: neighbour, interface: interface, own: own, addresses: addresses,
                judged: own == nil ? [] : Set(judged))
        }

        private func ownAddress(toward neighbour: IPAddress) -> IPAddress? {
            let fitting = own.filter { $0.address.isLinkLocal == neighbour.isLinkLocal }
            return (fitting.first { $0.networkContains(neighbour) } ?? fitting.first ?? own.first)?.address
        }
    }
}

extension InterfaceEntry {
    /// It has neighbours that have stations of six bytes.
    var isEthernet: Bool { hardwareType == 1 /* ARPHRD_ETHER */ && station.count == 6 && !hasNoNeighbours }
}

extension NeighbourChoice {
    /// Looks at this machine and chooses. It waits for the kernel, with a full routing table about a second, so it is called on
    /// a thread of its own; what cannot be asked for chooses nobody.
    static func now<Key: Hashable>(for wishes: [Key: Wish], _ rules: NeighbourRules) -> [Key: [NeighbourChoice]] {
        let socket = NetlinkSocket()
        do throws(SystemError) {
            let tables = try KernelTables.read(socket)
            let hops = (try? socket.nextHops()) ?? []
            return wishes.mapValues { all(for: $0, tables, hops, rules) }
        } catch {
            return [:]
        }
    }
}
