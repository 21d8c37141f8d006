// Whether the move that hb_standby or hb_takeover has ordered is over, judged by a row of looks at the local node. It asks
// nobody and reads no clock.

import HeartbeatModel

/// An ordered move while it is waited for.
package struct Relocation: Sendable {
    package enum Verdict: Hashable, Sendable {
        case goesOn
        case succeeded
        /// It is over, and this is why the groups are not where they should be.
        case failed(String)
    }

    /// How long an order may go without visible effect: the other node has 10 s to answer an offer.
    static let patience = Duration.seconds(15)
    /// A failure must be seen this often in a row: a node is settled for a moment between two steps.
    static let looks = 3

    private let move: Move
    private let set: HoldSet
    private let before: ClusterFacts?
    private var hasBegun = false
    private var failures = 0

    /// `set` as seen from the local node; `before`: how it was before the order, by which a move is noticed that was over
    /// between two looks.
    package init(_ move: Move, of set: HoldSet, before: ClusterFacts?) {
        self.move = move
        self.set = set
        self.before = before
    }

    /// `elapsed`: since the order was accepted.
    package mutating func judge(_ facts: ClusterFacts, after elapsed: Duration) -> Verdict {
        if facts.isInTransition {
            hasBegun = true
            failures = 0
            return .goesOn
        }
        if let before, facts != before { hasBegun = true }
        guard let failure = failure(facts) else { return .succeeded }
        guard hasBegun || elapsed > Self.patience else { return .goesOn }
        failures += 1
        return failures < Self.looks ? .goesOn : .failed(failure)
    }

    private func failure(_ facts: ClusterFacts) -> String? {
        let isDone =
            switch move {
            case .standby: facts.hold.isDisjoint(with: set)
            case .takeover: facts.hold.isSuperset(of: set)
            }
        for group in facts.groups(in: set) {
            switch group.state {
            case .stopFailed: return "\(group.key) would not stop on this node"
            // The rest of the set has gone.
            case .running where isDone && move == .standby:
                return "\(group.key) would not stop and runs on on this node"
            case .failed where move == .takeover: return "\(group.key) could not be started on this node"
            case .withheld where move == .takeover: return "\(group.key) has not been stopped on the other node"
            case .unknown, .stopped, .withheld, .acquiring, .running, .releasing, .failed: break
            }
        }
        guard !isDone else { return nil }
        return hasBegun
            ? "the move was given up; this node holds \(facts.hold)" : "the other node did not answer"
    }
}
