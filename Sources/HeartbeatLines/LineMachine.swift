// Decides which traffic takes which line. A value: events and the time go in, effects come out.
//
// A class takes the first of its lines that is up, or only doubtful. If there is none it takes the first that is returning, and if
// there is none either it stays: nothing is gained by moving to a line that is dead as well.

import HeartbeatModel
import HeartbeatMonitors

/// The decisions of one gateway.
package struct LineMachine: Sendable {
    package let configuration: LineConfiguration
    package private(set) var lines: [LineState]
    /// The line that each class is on.
    package private(set) var chosen: [String: String]
    private var tables: LineTables?
    private var stranded: Set<String> = []
    private var toldFates: Set<Set<String>> = []
    /// All lines have been looked at; before that nothing can be programmed but holes.
    private var unseen: Set<String>

    /// - Parameter adopted: the lines that a predecessor has left classes on. A better one must prove itself first, for it may
    ///   have been left for a reason.
    package init(_ configuration: LineConfiguration, adopted: [String: String] = [:], now: Instant) {
        self.configuration = configuration
        chosen = adopted
        unseen = Set(configuration.lines.map(\.name))
        let doubted = configuration.classes.flatMap { item in
            adopted[item.name].map { line in item.lines.prefix { $0 != line } } ?? []
        }
        lines = configuration.lines.map { rule in
            LineState(
                rule, probes: configuration.probes(of: rule.name),
                stand: doubted.contains(rule.name) ? .returning(until: now + configuration.trustedAfter(rule)) : .up)
        }
    }

    /// When to call ``expireTimers(at:)`` next; `nil` for not before the next event.
    package var nextDeadline: Instant? { lines.compactMap(\.deadline).min() }

    package func state(of line: String) -> LineState? { lines.first { $0.rule.name == line } }

    /// Takes an event.
    package mutating func handle(_ event: LineEvent, at now: Instant) -> [LineEffect] {
        switch event {
        case .found(let name, let facts): found(name, facts, at: now)
        case .unusable(let name, let fault): unusable(name, fault, at: now)
        case .answered(let probe, let answer): answered(probe, answer, at: now)
        }
    }

    /// Does what is due.
    package mutating func expireTimers(at now: Instant) -> [LineEffect] {
        settle(lines.indices.filter { lines[$0].deadline.map { $0 <= now } ?? false }, at: now)
    }

    /// Classes that have no line.
    package var strandedClasses: [String] { stranded.sorted() }

    /// How much is lost, as `line_health` counts; `nil` when it does not, and before all lines have been looked at.
    package var loss: LineLoss? {
        guard unseen.isEmpty, !lines.isEmpty else { return nil }
        switch configuration.health {
        case .off: return nil
        case .each:
            let down = lines.filter(\.isDown)
            return LineLoss(
                lost: down.count, unproven: lines.count { $0.stand != .up }, names: down.map { "line \($0.rule.name)" })
        case .last:
            let unproven = configuration.classes.count { item in
                !item.lines.compactMap(state).contains { $0.stand == .up }
            }
            return LineLoss(
                lost: stranded.count, unproven: unproven, names: strandedClasses.map { "all lines of class \($0)" })
        }
    }

    // MARK: - Events

    private mutating func found(_ name: String, _ facts: LineFacts, at now: Instant) -> [LineEffect] {
        guard let place = place(of: name) else { return [] }
        unseen.remove(name)
        let old = lastAddress[name]
        lines[place].take(facts)
        lastAddress[name] = facts.address
        let settled = settle([place], at: now)
        guard let old, old != facts.address else { return settled + fateNotices() }
        return told(settled, ofLine: lines[place].rule, from: old, to: facts.address) + fateNotices()
    }

    /// A line that comes back with another address is one event, and one notice.
    private func told(
        _ settled: [LineEffect], ofLine line: LineRule, from old: IPAddress, to new: IPAddress
    ) -> [LineEffect] {
        var isTold = false
        let effects = settled.map { effect -> LineEffect in
            guard case .notify(.gone(let name, let time, let reason, _)) = effect else { return effect }
            isTold = true
            return .notify(.gone(line: name, time, reason: reason, address: new))
        }
        let notices = isTold ? [] : [LineEffect.notify(.address(line: line.name, old: old, new: new))]
        return effects + readdressed(line, from: old, to: new) + notices
    }

    /// The last address of each line, also of one that is gone now.
    private var lastAddress: [String: IPAddress] = [:]

    /// Who was translated to the old address is answered nowhere any more.
    private func readdressed(_ line: LineRule, from old: IPAddress, to new: IPAddress) -> [LineEffect] {
        var effects: [LineEffect] = line.flush == .none ? [] : [.flush([FlowSelector(address: old)])]
        for item in configuration.classes where chosen[item.name] == line.name {
            effects.append(
                .hook(.moved(name: item.name, from: line.name, to: line.name, old: old, new: new)))
        }
        return effects
    }

    private mutating func unusable(_ name: String, _ fault: LineFault, at now: Instant) -> [LineEffect] {
        guard let place = place(of: name) else { return [] }
        let isFirst = unseen.remove(name) != nil
        lines[place].lose(fault)
        // What was never there is not waited for.
        if isFirst { lines[place].neverWas(at: now) }
        return settle([place], at: now)
    }

    private mutating func answered(_ probe: String, _ answer: PathAnswer, at now: Instant) -> [LineEffect] {
        guard let name = configuration.probes.first(where: { $0.probe.name == probe })?.line,
            let place = place(of: name)
        else { return [] }
        var effects: [LineEffect] = []
        switch lines[place].take(answer, of: probe, at: now) {
        case .lost(let reason): effects.append(.notify(.probeLost(probe: probe, line: name, reason: reason)))
        case .recovered: effects.append(.notify(.probeGood(probe: probe, line: name)))
        case .missed, .stillLost, .relapsed, .unknown, .known, nil: break
        }
        return effects + settle([place], at: now)
    }

    private func place(of name: String) -> Int? { lines.firstIndex { $0.rule.name == name } }

    // MARK: - Judging

    private mutating func settle(_ places: [Int], at now: Instant) -> [LineEffect] {
        var notices: [LineEffect] = []
        var hooks: [LineEffect] = []
        for place in places {
            let change = lines[place].judge(at: now)
            let line = lines[place]
            let name = line.rule.name
            switch change {
            case .recovered(let time):
                notices.append(.notify(.gone(line: name, time, reason: line.reason, address: nil)))
            case .fell:
                notices.append(.notify(.down(line: name, reason: line.reason)))
                hooks.append(.hook(.down(line: name, interface: line.rule.interface)))
                lines[place].toldIndex = nil
            case .returning: notices.append(.notify(.returning(line: name, rise: line.rule.rise)))
            case .rose: notices.append(.notify(.up(line: name)))
            case nil: break
            }
            hooks += upHook(place)
        }
        // The kernel comes first, what is ended of the old way after the new one is there, and words last.
        let moves = unseen.isEmpty ? choose() : []
        return program() + moves.flatMap(flush) + moves.map(hook) + hooks + notices + moves.map(notice) + strandings()
    }

    private mutating func upHook(_ place: Int) -> [LineEffect] {
        let line = lines[place]
        guard let facts = line.facts, line.toldIndex != facts.index, !line.isDown else { return [] }
        lines[place].toldIndex = facts.index
        return [
            .hook(
                .up(
                    line: line.rule.name, interface: line.rule.interface, index: facts.index, address: facts.address))
        ]
    }

    // MARK: - Choosing

    private struct Move {
        var item: TrafficClass
        var from: String?
        var to: String
    }

    private mutating func choose() -> [Move] {
        configuration.classes.compactMap { item in
            let states = item.lines.compactMap(state)
            let old = chosen[item.name]
            let returning = states.filter(\.isReturning)
            // One that is returning is no better than another.
            let best =
                states.first(where: \.isUsable) ?? returning.first { $0.rule.name == old } ?? returning.first
            // At first somebody must be named, whether it works or not.
            guard let to = best?.rule.name ?? (old == nil ? item.lines.first : nil), to != old else { return nil }
            chosen[item.name] = to
            return Move(item: item, from: old, to: to)
        }
    }

    private mutating func program() -> [LineEffect] {
        guard unseen.isEmpty else { return [] }
        let facts = lines.compactMap { line in line.facts.map { (line.rule.name, $0) } }
        let wanted = LineTables(
            configuration, facts: Dictionary(uniqueKeysWithValues: facts), chosen: chosen)
        guard wanted != tables else { return [] }
        tables = wanted
        return [.program(wanted)]
    }

    private func flush(_ move: Move) -> [LineEffect] {
        guard let from = move.from, let line = state(of: from), let address = lastAddress[from] else { return [] }
        let isWanted =
            switch line.rule.flush {
            case .moved: !line.isUsable
            case .returned: true
            case .none: false
            }
        guard isWanted else { return [] }
        return [
            .flush([
                FlowSelector(address: address, sources: move.item.sources, destinations: move.item.destinations)
            ])
        ]
    }

    private func hook(_ move: Move) -> LineEffect {
        .hook(
            .moved(
                name: move.item.name, from: move.from, to: move.to, old: move.from.flatMap { lastAddress[$0] },
                new: lastAddress[move.to]))
    }

    private func notice(_ move: Move) -> LineEffect {
        .notify(.moved(name: move.item.name, from: move.from, to: move.to))
    }

    // MARK: - What people should know

    private mutating func strandings() -> [LineEffect] {
        guard unseen.isEmpty else { return [] }
        let now = Set(
            configuration.classes.filter { item in item.lines.compactMap(state).allSatisfy(\.isDown) }.map(\.name))
        let new = now.subtracting(stranded).sorted()
        stranded = now
        return new.map { .notify(.stranded(name: $0, line: chosen[$0] ?? "")) }
    }

    /// Two lines that lead to one router, or into one network, are cut by one fault.
    private mutating func fateNotices() -> [LineEffect] {
        var effects: [LineEffect] = []
        for (number, one) in lines.enumerated() {
            for other in lines[..<number] {
                guard let mine = one.facts, let others = other.facts else { continue }
                let names = (other.rule.name, one.rule.name)
                let what: String? =
                    if let gateway = mine.gateway, gateway == others.gateway {
                        "the gateway \(gateway)"
                    } else {
                        mine.networks.first { network in others.networks.contains(where: network.overlaps) }
                            .map { "the network \($0)" }
                    }
                guard let what, toldFates.insert([names.0, names.1]).inserted else { continue }
                effects.append(.notify(.sharedFate(line: names.0, other: names.1, what: what)))
            }
        }
        return effects
    }
}
