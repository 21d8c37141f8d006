// Whether a pair has got worse while its groups are away: then a drill ends. Several looks in a row must say so, because a node is
// unsettled for a moment after a move.

import HeartbeatModel

package struct DrillWatch: Sendable {
    /// So many looks in a row must say the same.
    static let looks = 3

    private var bad = 0

    package init() {}

    /// Why the drill is to end; `nil`: it may go on. It began when everything was well, so whatever is wrong is new.
    package mutating func judge(_ status: PairStatus) -> String? {
        guard status.verdict.level != .ok else {
            bad = 0
            return nil
        }
        bad += 1
        guard bad >= Self.looks else { return nil }
        let problem = status.problems.first { $0.healed == nil && $0.severity != .info }
        return problem?.sentence ?? status.verdict.sentence
    }
}
