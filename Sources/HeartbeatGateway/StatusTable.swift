// Who takes part, in which order, and who serves, as the host in service has written it. Everybody has a copy; which of two copies
// is the newer one needs no clock. What follows from it for a host is `verdict`; nothing here knows messages or time.

import HeartbeatModel

/// What a host should be by its table.
package enum GatewayVerdict: Hashable, Sendable {
    case backup, service, handover
}

/// The status table (DSOM 2002). Only the host in service changes it.
package struct StatusTable: Hashable, Sendable {
    /// Whoever invents hosts shall not cost memory, and a table shall fit into a packet.
    package static let mostHosts = 16
    /// Terms beyond it are not believed: they could not be counted on.
    package static let mostTerm: UInt64 = 1 << 62

    /// Grows with every takeover. Two hosts that could not hear each other may have used the same.
    package private(set) var term: UInt64 = 0
    /// The author's life: one that starts again may begin a term that it has forgotten.
    package private(set) var generation = Generation(0)
    /// Grows with every change within a term.
    package private(set) var version: UInt64 = 0
    /// Who has written it; `nil` for the initial table.
    package private(set) var author: GatewayRank?
    /// Its author serves.
    package private(set) var isServed = false
    /// The best first.
    package private(set) var hosts: [GatewayHost]

    /// The table before anybody has spoken.
    package init(initial hosts: [GatewayHost]) {
        self.hosts = Array(hosts.sorted { $0.rank > $1.rank }.prefix(Self.mostHosts))
    }

    /// A table as it was received; `nil` for one that nobody can have written.
    package init?(
        term: UInt64, generation: Generation, version: UInt64, author: GatewayRank, isServed: Bool, hosts: [GatewayHost]
    ) {
        guard term <= Self.mostTerm, hosts.count <= Self.mostHosts,
            zip(hosts, hosts.dropFirst()).allSatisfy({ $0.rank > $1.rank }),
            Set(hosts.map(\.name)).count == hosts.count
        else { return nil }
        self.hosts = hosts
        self.term = term
        self.generation = generation
        self.version = version
        self.author = author
        self.isServed = isServed
    }

    /// Who serves.
    package var master: GatewayRank? { isServed ? author : nil }

    package func host(_ name: NodeName) -> GatewayHost? { hosts.first { $0.name == name } }

    /// How many backups stand before this host; a host that is not in the table comes last.
    package func rank(of name: NodeName) -> Int {
        let backups = hosts.filter { $0.name != master?.name }
        return backups.firstIndex { $0.name == name } ?? backups.count
    }

    /// Of two authors of one term the better one is right: the other yields to it.
    package func isNewer(than other: StatusTable) -> Bool {
        if term != other.term { return term > other.term }
        guard author == other.author else { return other.author.map { author ?? $0 > $0 } ?? true }
        return (generation, version) > (other.generation, other.version)
    }

    /// The same host serves in the same term.
    package func isOfSameReign(as other: StatusTable) -> Bool {
        term == other.term && author == other.author && generation == other.generation && isServed == other.isServed
    }

    /// DSOM 2002, state `decide`. Where nobody serves the best host asks whether it may: the paper lets it serve at once, also when
    /// its own check has missed a service that is there. What the table says of the host itself is older than what it knows.
    package func verdict(for own: GatewayRank) -> GatewayVerdict {
        guard let master else {
            let isBest = hosts.first { $0.name != own.name }.map { own > $0.rank } ?? true
            return isBest ? .handover : .backup
        }
        if own == master { return .service }
        return own < master ? .backup : .handover
    }

    // MARK: - Changes by the host in service

    /// Begins a term. After the last term there is, versions go on.
    mutating func takeOver(_ host: GatewayHost, term: UInt64, generation: Generation) {
        let isSame = term == self.term && author == host.rank && generation == self.generation
        version = isSame ? version &+ 1 : 0
        self.term = term
        self.generation = generation
        author = host.rank
        isServed = true
        insert(host)
    }

    /// The author serves no more. One that is not fit leaves the table with it.
    mutating func close(isLeaving: Bool) {
        isServed = false
        version &+= 1
        if isLeaving { hosts.removeAll { $0.name == author?.name } }
    }

    /// Adds a host, or what is new about it; false when there is no room.
    @discardableResult mutating func insert(_ host: GatewayHost) -> Bool {
        guard self.host(host.name) != host else { return true }
        let others = hosts.filter { $0.name != host.name }
        guard others.count < Self.mostHosts else { return false }
        hosts = (others + [host]).sorted { $0.rank > $1.rank }
        version &+= 1
        return true
    }

    mutating func remove(_ name: NodeName) {
        hosts.removeAll { $0.name == name }
        version &+= 1
    }
}
