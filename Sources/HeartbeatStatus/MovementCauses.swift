// Why a group moved, computed and not guessed: the pair is run again with everything that befell it, and once more with each thing left
// out. What changes who serves the group is a cause. How a pair is run is not known here.

import HeartbeatModel

/// What is run: a record's state before, what befalls the pair, and a setting that is another one.
package struct ReplayQuestion: Hashable, Sendable {
    package struct Timed: Hashable, Sendable {
        /// Since the state before.
        package var after: Duration
        package var event: PairEvent

        package init(after: Duration, event: PairEvent) {
            self.after = after
            self.event = event
        }
    }

    package var events: [Timed]
    /// Instead of what ha.cf says.
    package var autoFailback: AutoFailback?

    package init(events: [Timed], autoFailback: AutoFailback? = nil) {
        self.events = events
        self.autoFailback = autoFailback
    }
}

/// What came of a run.
package enum ReplayEnd: Hashable, Sendable {
    /// Which node serves each group; nobody serves those that are missing.
    case served([String: NodeName])
    /// Why nothing can be said.
    case impossible(String)
    /// Nobody waits any longer.
    case outOfTime
}

/// Runs the pair of one record.
package typealias PairRunner = (ReplayQuestion) -> ReplayEnd

/// The causes of one movement.
package enum MovementCauses: Hashable, Sendable {
    /// Without it another node, or nobody, would serve the group.
    package struct Cause: Hashable, Sendable {
        package enum What: Hashable, Sendable {
            case event(PairEvent, after: Duration)
            /// Had `auto_failback` been this.
            case setting(AutoFailback)
        }

        package var what: What
        /// Who would serve the group.
        package var to: NodeName?

        package init(what: What, to: NodeName?) {
            self.what = what
            self.to = to
        }
    }

    case unknown(String)
    case found([Cause])

    /// So many different things are left out, one at a time.
    private static let most = 16

    /// Runs the pair a few times.
    package init(_ record: MovementRecord, of group: String, run: PairRunner) {
        if let obstacle = Self.obstacle(record) {
            self = .unknown(obstacle)
            return
        }
        let question = record.question
        switch run(question) {
        case .impossible(let reason): self = .unknown(reason)
        case .outOfTime: self = .unknown(Self.tooLong)
        case .served(let ends):
            let (actual, expected) = (ends[group], record.end(of: group))
            guard actual == expected else {
                self = .unknown(
                    "it ends with \(Self.place(actual)), and the movement ended with \(Self.place(expected))")
                return
            }
            let causes = Self.causes(record, question, of: group, servedBy: actual, run: run)
            self = causes.map { .found($0) } ?? .unknown(Self.tooLong)
        }
    }

    private static let tooLong = "it takes long here; hbsim --replay takes its time"

    /// `nil` when there was no time for all.
    private static func causes(
        _ record: MovementRecord, _ question: ReplayQuestion, of group: String, servedBy actual: NodeName?,
        run: PairRunner
    ) -> [Cause]? {
        let events = question.distinct.prefix(most).map { timed in
            (Cause.What.event(timed.event, after: timed.after), question.without(timed.event))
        }
        let settings = record.otherFailbacks.map { rule in
            (Cause.What.setting(rule), ReplayQuestion(events: question.events, autoFailback: rule))
        }
        var causes: [Cause] = []
        for (what, question) in events + settings {
            switch run(question) {
            case .outOfTime: return nil
            // What follows from it, as the stop of a node that came back, cannot be without it.
            case .impossible: break
            case .served(let ends): if ends[group] != actual { causes.append(Cause(what: what, to: ends[group])) }
            }
        }
        return causes
    }

    private static func obstacle(_ record: MovementRecord) -> String? {
        if record.leftOut > 0 { return "more happened than a record holds" }
        if record.haCf.isEmpty { return "the record has no configuration" }
        if case .joining? = record.state.phase { return "the daemon had only just started" }
        return nil
    }

    private static func place(_ node: NodeName?) -> String { "the group on \(node.map(\.text) ?? "no node")" }
}

extension MovementRecord {
    /// The causes of the movement of each group. Most questions are the same for all of them: each is run once.
    package func causes(run: PairRunner) -> [(group: String, causes: MovementCauses)] {
        var ends: [ReplayQuestion: ReplayEnd] = [:]
        func once(_ question: ReplayQuestion) -> ReplayEnd {
            if let end = ends[question] { return end }
            let end = run(question)
            ends[question] = end
            return end
        }
        return groups.map { (group: $0, causes: MovementCauses(self, of: $0, run: once)) }
    }

    /// What befell the pair, by time.
    package var question: ReplayQuestion {
        let events = happenings.compactMap { happening in
            happening.event.map { ReplayQuestion.Timed(after: max(.zero, happening.after), event: $0) }
        }
        let sorted = events.enumerated().sorted { ($0.element.after, $0.offset) < ($1.element.after, $1.offset) }
        return ReplayQuestion(events: sorted.map(\.element))
    }

    /// Who served a group at the end, as far as the node knew.
    package func end(of group: String) -> NodeName? { movements.last { $0.timeline.group == group }?.to }

    /// Who served a group before, as far as the node knew.
    func begin(of group: String) -> NodeName? {
        guard let known = state.groups.first(where: { $0.key == group }) else { return nil }
        if known.state == .running { return state.node }
        let peer = state.nodes.first { $0.kind == .normal && $0.name != state.node }
        return known.onPeer == .running ? peer?.name : nil
    }

    /// What `auto_failback` could say instead.
    fileprivate var otherFailbacks: [AutoFailback] {
        switch state.timings?.autoFailback {
        case .on, .legacy: [.off]
        case .off: [.on]
        case nil: []
        }
    }
}

extension ReplayQuestion {
    /// Each different event at its first time.
    fileprivate var distinct: [Timed] {
        var seen: Set<PairEvent> = []
        return events.filter { seen.insert($0.event).inserted }
    }

    /// As if it had never happened.
    fileprivate func without(_ event: PairEvent) -> ReplayQuestion {
        var question = self
        question.events.removeAll { $0.event == event }
        return question
    }
}
