// How a daemon's facts become the pair's state, part by part.

import HeartbeatModel

extension PairStatus {
    /// A pure function. `asked`: the asking machine's wall clock in milliseconds since 1970; zero if it has none.
    package init(_ source: StatusSource, of node: NodeName, asked: UInt64) {
        switch source {
        case .answered(let facts):
            self.init(PairReading(facts, asked: asked), .daemon)
        case .answeredByOlder(let facts):
            self.init(PairReading(facts, asked: asked), .olderDaemon)
        case .newer(let major):
            self.init(Missing.newer(major), of: node, asked: asked)
        case .down(let words):
            self.init(Missing.down(words), of: node, asked: asked, words: words)
        case .silent(let time, let words):
            self.init(Missing.silent(time, words), of: node, asked: asked, words: words)
        case .refused(let path):
            self.init(Missing.refused(path), of: node, asked: asked)
        case .garbled:
            self.init(Missing.garbled, of: node, asked: asked)
        }
    }

    private init(_ reading: PairReading, _ kind: Source.Kind) {
        let facts = reading.facts
        let groups = facts.groups.map(reading.group)
        let readiness = reading.readiness
        let problems = reading.problems(isOlder: kind == .olderDaemon)
        self.init(
            source: Source(kind: kind, node: facts.node, product: facts.product, asked: reading.asked, age: .zero),
            verdict: VerdictReading(reading, groups: groups, readiness: readiness, problems: problems).verdict,
            problems: problems, nodes: facts.nodes.map { reading.node($0, groups) }, media: reading.media,
            watched: facts.watched.map(reading.watched), groups: groups, files: facts.files.map(PairReading.file),
            lines: facts.lines, readiness: readiness, lastChange: reading.lastChange)
    }
}

extension PairReading {
    // MARK: - Nodes

    func node(_ node: NodeFacts.Node, _ groups: [PairStatus.Group]) -> PairStatus.Node {
        let isLocal = node.name == local
        var result = PairStatus.Node(
            name: node.name, isPing: node.kind == .ping, isLocal: isLocal, status: node.status,
            statusAge: age(node.since), lastHeard: node.lastHeard, speaks: isLocal ? .ours : node.speaks,
            holds: holds(node, groups), network: isLocal ? ownNetwork : peersNetwork, files: sameness,
            version: isLocal ? facts.product : node.version, lease: isLocal ? ownLease : lease(of: node),
            guardian: isLocal ? ownGuardian : .unknown)
        result.hasLeft = node.standing == .left
        if isLocal {
            result.lateness = facts.lateness?.high
            result.up = age(facts.age)
        } else if node.kind == .normal, peerIsAlive, let view = facts.peer?.view {
            result.lateness = recentView?.told.lateness
            result.up = age(view.told.up.map { $0 + view.age })
        }
        if node.kind == .ping { (result.network, result.files, result.lease) = (.unknown, .unknown, .unknown) }
        return result
    }

    private func holds(_ node: NodeFacts.Node, _ groups: [PairStatus.Group]) -> PairStatus.Node.Holds {
        guard node.kind == .normal else { return .none }
        if node.name != local, !peerIsAlive { return peerStanding == .awaited ? .unknown : .none }
        let count = groups.count { $0.service == .on(node.name) || $0.service == .both }
        if groups.contains(where: { $0.service == .unknown }) {
            return count == 0 ? .unknown : .some(count, of: groups.count)
        }
        return count == 0 ? .none : count == groups.count ? .all(count) : .some(count, of: groups.count)
    }

    private var ownNetwork: PairStatus.Node.Network {
        if facts.maintenance != nil { return .maintenance }
        guard !facts.watched.isEmpty else { return .unwatched }
        let lost = facts.watched.filter { $0.state == .lost }.map(\.name)
        if !lost.isEmpty { return .lost(lost) }
        return facts.watched.contains { $0.state == .doubtful } ? .doubtful : .sound
    }

    private var peersNetwork: PairStatus.Node.Network {
        guard let health = peersHealth else { return .unknown }
        if health.isMaintained { return .maintenance }
        if health.lost > 0 { return peersLostNames.map { .lost($0) } ?? .lostCount(health.lost) }
        return health.unproven > 0 ? .doubtful : .sound
    }

    private var sameness: PairStatus.Node.Sameness {
        guard peerIsAlive, peer?.speaks != .original else { return .unknown }
        var names = differingFiles + (facts.groups.contains(where: \.differs) ? ["haresources"] : [])
        var isPending = false
        for file in facts.files {
            switch file.state {
            case .different, .onlyHere, .onlyThere: names.append(file.path ?? "a file")
            case .pending, .unknown: isPending = true
            case .same: break
            }
        }
        if !names.isEmpty { return .differ(names) }
        return isPending ? .pending : peer?.speaks == .ours ? .same : .unknown
    }

    private var ownLease: PairStatus.Node.Lease {
        guard let lease = facts.lease else { return .unknown }
        return lease.isDark ? .dark : lease.isHeld ? .held : .none
    }

    private func lease(of node: NodeFacts.Node) -> PairStatus.Node.Lease {
        guard let lease = node.lease, peerIsAlive else { return .unknown }
        return lease > .zero ? .held : .dark
    }

    private var ownGuardian: PairStatus.Answer {
        guard let guardian = facts.guardian else { return .unknown }
        return guardian.isRunning ? .yes : .no
    }

    // MARK: - Media and the network

    /// Two media on one interface have one link, and one row.
    var media: [PairStatus.Medium] {
        var result: [PairStatus.Medium] = []
        for medium in facts.media {
            if let place = result.firstIndex(where: { $0.name == medium.name }) {
                if case .failing(let reason) = medium.state { result[place].state = .failing(reason) }
                continue
            }
            result.append(
                PairStatus.Medium(
                    name: medium.name, state: state(medium.state), hears: hears(medium.name),
                    isHeard: isHeard(medium.name), sent: medium.sent, dropped: medium.dropped))
        }
        // A daemon that does not tell of media tells of links.
        for link in facts.links where link.node == peer?.name && !result.contains(where: { $0.name == link.medium }) {
            result.append(
                PairStatus.Medium(
                    name: link.medium, state: .unknown, hears: hears(link.medium), isHeard: isHeard(link.medium)))
        }
        return result + mediaOfPeerAlone
    }

    private func state(_ state: NodeFacts.Medium.State) -> PairStatus.Medium.State {
        switch state {
        case .open: .open
        case .unopened: .unopened
        case .failing(let reason): .failing(reason)
        }
    }

    func link(_ medium: MediumName) -> NodeFacts.Link? {
        facts.links.first { $0.node == peer?.name && $0.medium == medium }
    }

    private func hears(_ medium: MediumName) -> PairStatus.Medium.Direction {
        guard let link = link(medium) else { return .unknown }
        let state: PairStatus.Medium.Direction.State =
            switch link.state {
            case .awaited: .never
            case .up: .sound
            case .dead: .silent
            }
        return .init(
            state: state, since: age(link.since), lastHeard: link.lastHeard, jitter: link.beats?.jitter,
            lost: link.beats?.lost, lane: link.beats?.lane ?? "")
    }

    func watched(_ watched: NodeFacts.Watched) -> PairStatus.Watched {
        let counts: PairStatus.Answer = watched.counts.map { $0 ? .yes : .no } ?? .unknown
        return PairStatus.Watched(
            node: local, name: watched.name, kind: watched.kind, state: watched.state, age: age(watched.since),
            reason: watched.reason, counts: counts, answer: watched.answer)
    }

    static func file(_ file: ClusterSnapshot.File) -> PairStatus.File {
        PairStatus.File(path: file.path, state: file.state, here: file.here?.word, there: file.there?.word)
    }
}
