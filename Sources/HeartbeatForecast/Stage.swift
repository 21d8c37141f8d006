// A pair in virtual time, brought to where the real one is now: booted, given the same losses and orders, and compared with what the facts
// say. A pair that does not come to that is no stage for anything.

import HeartbeatModel
import HeartbeatSimulator

/// The pair as it is now, ready to be played on.
final class Stage {
    /// So many keepalives after which whatever one node has told the other is known to both.
    private static let acquaintance = 20
    /// A pair that has not come to rest by then never does.
    static let longest = Duration.seconds(600)
    /// Nobody waits for the play of more.
    private static let mostKeepalives = 1_000_000

    let state: LiveState
    let pair: PlayedPair

    init(_ state: LiveState, _ times: ScriptTimes) throws(CannotTell) {
        self.state = state
        var setting = state.setting
        setting.times = times
        pair = PlayedPair(state.configuration, setting)
        guard patience(hasReturn: true) <= configuration.keepalive * Self.mostKeepalives else {
            throw CannotTell("its times are too long beside keepalive to be played")
        }
        for host in 0..<2 {
            for key in state.failed[host].sorted() { pair.breakGroup(key, on: host) }
            pair.befall(.boot(configuration.nodes[host]))
        }
        if state.filesDiffer { pair.editFile(on: state.peer) }
        try settle(for: configuration.keepalive * Self.acquaintance + longestLook)
        try loseWhatIsLost()
        try giveOrders()
        try endPeer()
        try compare()
    }

    var configuration: Configuration { pair.configuration }

    func name(_ host: Int) -> NodeName { configuration.nodes[host] }

    func host(_ node: NodeName) -> Int? { configuration.nodes.firstIndex(of: node) }

    /// Who serves the group.
    func owners(of group: Int) -> [Int] { (0..<2).filter { pair.serves($0, group) } }

    /// So long it takes at most until a path or a line that works, or does not, is known to.
    private var longestLook: Duration {
        let paths = configuration.probes.map { $0.interval * (max($0.fall, $0.rise) + 1) }.max() ?? .zero
        let lines = configuration.lines.lines.map { $0.patience + $0.rise }.max() ?? .zero
        return paths + lines
    }

    /// After this nothing follows any more from what has befallen the pair, as far as it follows by itself and failback_delay is short.
    func patience(hasReturn: Bool) -> Duration {
        let interfaces = configuration.interfaces.map { $0.debounce + (hasReturn ? $0.recovery : .zero) }.max() ?? .zero
        let lease = max(configuration.leaseTimes?.alone ?? .zero, configuration.leaseTimes?.length ?? .zero)
        let silence = max(configuration.deadtime, lease) + configuration.keepalive * Self.acquaintance
        let homecoming = hasReturn ? configuration.initdead + configuration.failbackDelay.shortOnes : .zero
        return silence + interfaces + longestLook + homecoming
    }

    /// Plays for `time` and until nobody has anything to do.
    private func settle(for time: Duration) throws(CannotTell) {
        let end = pair.now + time
        while pair.step(until: end) {}
        while !pair.isAtRest, pair.objection == nil, pair.now < end + Self.longest {
            _ = pair.step(until: pair.now + configuration.keepalive)
        }
        try check()
    }

    /// The play goes on as a pair can.
    func check() throws(CannotTell) {
        if let objection = pair.objection {
            throw CannotTell("the pair was played on to where it contradicts itself (\(objection))")
        }
        guard pair.isAtRest else { throw CannotTell("the pair does not come to rest in \(Self.longest.rounded)") }
    }

    // MARK: - To where the pair is

    private func loseWhatIsLost() throws(CannotTell) {
        for host in 0..<2 {
            if state.maintained[host] { pair.befall(.maintenance(true, on: name(host))) }
            for thing in state.lost[host] { pair.befall(.lose(thing, at: name(host))) }
        }
        for (medium, sender) in state.mutes { pair.mute(medium, sender: sender) }
        let isQuiet =
            state.lost.allSatisfy(\.isEmpty) && !state.maintained.contains(true) && state.mutes.isEmpty
        if !isQuiet { try settle(for: patience(hasReturn: false)) }
    }

    /// What the other node serves because somebody wanted it so.
    private func giveOrders() throws(CannotTell) {
        guard state.peersEnd == nil else { return }
        for host in 0..<2 {
            var (set, single): (HoldSet, [String]) = ([], [])
            for (group, owner) in state.owners.enumerated() where owner == host && owners(of: group) != [host] {
                let line = configuration.groups[group]
                if isWhole(line.preferredNode, on: host) {
                    set.insert(line.preferredNode == name(host) ? .local : .foreign)
                } else {
                    single.append(line.key)
                }
            }
            guard !set.isEmpty || !single.isEmpty else { continue }
            if !set.isEmpty { pair.befall(.takeover(set, on: name(host))) }
            for key in single { pair.befall(.move(key, on: name(1 - host))) }
            try settle(for: configuration.keepalive * Self.acquaintance)
        }
    }

    /// All groups of the node are served by `host`.
    private func isWhole(_ node: NodeName, on host: Int) -> Bool {
        zip(configuration.groups, state.owners).allSatisfy { $0.preferredNode != node || $1 == host }
    }

    private func endPeer() throws(CannotTell) {
        guard let end = state.peersEnd else { return }
        let peer = name(state.peer)
        switch end {
        case .left: pair.befall(.stop(peer))
        case .power: pair.befall(.power(peer))
        case .daemon: pair.befall(.kill(peer))
        }
        try settle(for: patience(hasReturn: false))
    }

    // MARK: - Is it there?

    private func compare() throws(CannotTell) {
        for (group, owner) in state.owners.enumerated() where owners(of: group) != (owner.map { [$0] } ?? []) {
            let key = configuration.groups[group].key
            throw CannotTell("played from its files, the pair does not come to serve \(key) as it does now")
        }
        guard let facts = pair.facts(of: state.local) else { throw CannotTell("the node that answers does not run") }
        for watched in state.facts.watched where !isCable(watched.name) {
            guard facts.watched.first(where: { $0.name == watched.name })?.state == watched.state else {
                throw CannotTell("played from its files, the pair does not come to \(watched.name) as it is now")
            }
        }
        guard isGone(facts) == isGone(state.facts) else {
            throw CannotTell("played from its files, the pair does not come to \(name(state.peer)) as it is now")
        }
    }

    /// Who has left is dead after a deadtime.
    private func isGone(_ facts: NodeFacts) -> Bool {
        facts.nodes.contains { $0.name == name(state.peer) && $0.standing != .alive }
    }

    private func isCable(_ name: String) -> Bool {
        configuration.interfaces.contains { $0.interface == name && $0.isCable }
    }
}

extension FailbackDelay {
    /// What is wanted already and waits does so until the play is over.
    static let afterThePlay = FailbackDelay(.seconds(1_000_000))

    /// Whoever waits for longer does so by a note.
    var shortOnes: Duration { longest <= .seconds(120) ? longest : .zero }
}
