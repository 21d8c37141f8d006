// Who had which address, and whose uplink was up, at every moment of a scene. It knows nothing of sockets and can be fed by hand.

import HeartbeatModel

/// Something that was seen of a host.
package struct HostSighting: Hashable, Sendable {
    package var host: Int
    package var at: Moment
    package var news: HostNews

    package init(host: Int, at: Moment, news: HostNews) {
        self.host = host
        self.at = at
        self.news = news
    }
}

/// What was seen of all hosts, and the questions it answers.
package struct HostHistory: Hashable, Sendable {
    /// In the order in which it happened.
    package let sightings: [HostSighting]

    package init(_ sightings: [HostSighting]) {
        // The laboratory's own deeds are noted with their time, perhaps behind what the kernel told meanwhile.
        self.sightings = sightings.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
    }

    /// From a moment on these hosts have something.
    package struct Change: Hashable, Sendable {
        package var at: Moment
        package var hosts: Set<Int>
    }

    /// Who has an address: every change. What is left on a host without power is nobody's.
    package func holders(of address: String) -> [Change] {
        var dark: Set<Int> = []
        var changes: [Change] = []
        var hosts: Set<Int> = []
        for sighting in sightings {
            switch sighting.news {
            case .power(true): dark.remove(sighting.host)
            case .power(false):
                dark.insert(sighting.host)
                hosts.remove(sighting.host)
            case .address(address, isThere: true) where !dark.contains(sighting.host): hosts.insert(sighting.host)
            case .address(address, isThere: false): hosts.remove(sighting.host)
            case .address, .link: break
            }
            if hosts != changes.last?.hosts ?? [] { changes.append(Change(at: sighting.at, hosts: hosts)) }
        }
        return changes
    }

    /// Who has an address after everything that was seen.
    package func holdersNow(of address: String) -> Set<Int> { holders(of: address).last?.hosts ?? [] }

    /// The longest time between two moments in which several hosts had an address.
    package func longestShared(_ address: String, from start: Moment, to end: Moment) -> Duration {
        let changes = holders(of: address)
        let ends = changes.dropFirst().map(\.at) + [end]
        return zip(changes, ends).filter { $0.0.hosts.count > 1 }
            .map { min($1, end) - max($0.at, start) }.max().map { max($0, .zero) } ?? .zero
    }

    /// What was wrong with the roving pair: that two hosts had one of its addresses, or that each had another one of them.
    package func problems(with network: GatewayNetwork, names: (Int) -> String, since start: Moment) -> [String] {
        let sides = GatewaySide.allCases.map { (side: $0, changes: holders(of: network.roving(on: $0))) }
        let moments = Set(sides.flatMap { $0.changes.map(\.at) }).filter { $0 >= start }.sorted()
        return moments.compactMap { moment in
            let hosts = sides.map { $0.changes.last { $0.at <= moment }?.hosts ?? [] }
            guard hosts[0].union(hosts[1]).count > 1 else { return nil }
            let parts = zip(sides, hosts).map { side, hosts in
                "\(side.side.rawValue): \(hosts.sorted().map(names).joined(separator: " "))"
            }
            return "\((moment - start).roundedMilliseconds) ms: \(parts.joined(separator: ", "))"
        }
    }

    /// When an interface of a host was switched on.
    package func rises(of interface: String, on host: Int, since start: Moment) -> [Moment] {
        var isUp = false
        var rises: [Moment] = []
        for sighting in sightings where sighting.host == host {
            guard case .link(interface, let isUpNow, _) = sighting.news else { continue }
            if isUpNow, !isUp { rises.append(sighting.at) }
            isUp = isUpNow
        }
        return rises.filter { $0 >= start }
    }

    /// Whether an interface of a host is switched on after everything that was seen.
    package func isUp(_ interface: String, on host: Int) -> Bool {
        sightings.last { sighting in
            guard case .link(interface, _, _) = sighting.news else { return false }
            return sighting.host == host
        }.map { sighting in
            guard case .link(_, let isUp, _) = sighting.news else { return false }
            return isUp
        } ?? false
    }

    /// When something was seen of a host for the first time after a moment.
    package func first(_ host: Int, since start: Moment, _ isMeant: (HostNews) -> Bool) -> Moment? {
        sightings.first { $0.host == host && $0.at >= start && isMeant($0.news) }?.at
    }
}
