// Why a group moved, as one value that text and JSON are made of: the movement, what the node recorded around it, what a replay says of
// its causes, and when the group goes back. It refuses to know where any of that was found.

import HeartbeatModel

package struct WhyReport: Hashable, Sendable {
    /// What there is to say of the record.
    package enum Evidence: Hashable, Sendable {
        /// The node has kept none.
        case none
        /// It cannot be read: why, in a sentence.
        case unreadable(String)
        /// `causes` is `nil` where nobody has replayed it.
        case record(MovementRecord, MovementCauses?)
    }

    package var movement: HistoryEntry
    /// Movements of the same cause, this one among them.
    package var chain: [HistoryEntry]
    package var evidence: Evidence
    package var failback: WhyFailback?
    package var notes: [String] = []
    /// Wall clock of the asking machine, in milliseconds since 1970.
    package var asked: UInt64

    /// - Parameters:
    ///   - all: every movement that is kept.
    ///   - now: what the daemon tells just now, if one does.
    package init(
        _ movement: HistoryEntry, among all: [HistoryEntry], evidence: Evidence, now: NodeFacts?, asked: UInt64
    ) {
        self.movement = movement
        self.evidence = evidence
        self.asked = asked
        chain = all.chain(of: movement)
        let isLast = !all.contains { $0.number > movement.number && $0.timeline.group == movement.timeline.group }
        guard isLast else { return }
        failback = WhyFailback(movement, before: record?.state, now: now)
    }

    package var record: MovementRecord? {
        if case .record(let record, _) = evidence { record } else { nil }
    }

    var causes: MovementCauses? {
        if case .record(_, let causes) = evidence { causes } else { nil }
    }

    /// The movement that is asked for; `nil` when there is none.
    package static func movement(_ choice: HistoryReport.Choice, among all: [HistoryEntry]) -> HistoryEntry? {
        switch choice {
        case .all: all.last
        case .group(let key): all.last { $0.timeline.group == key }
        case .number(let number): all.last { $0.number == number }
        }
    }
}

/// When a group goes back to the node that haresources names.
package enum WhyFailback: Hashable, Sendable {
    case isHome
    /// By itself, when that node is well again: `auto_failback`.
    case byItself(to: NodeName, rule: AutoFailback, NodeFacts.FailbackFact?)
    /// Only when somebody orders it.
    case byOrder(to: NodeName)

    /// `nil` where nobody knows.
    init?(_ movement: HistoryEntry, before: NodeFacts?, now: NodeFacts?) {
        let key = movement.timeline.group
        guard let facts = now ?? before, let home = facts.groups.first(where: { $0.key == key })?.preferred,
            let rule = facts.timings?.autoFailback, let holder = movement.to
        else { return nil }
        if holder == home {
            self = .isHome
        } else {
            self = rule == .off ? .byOrder(to: home) : .byItself(to: home, rule: rule, now?.failback)
        }
    }
}
