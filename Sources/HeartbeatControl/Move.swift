// The two moves that an operator can order: what they are called, what they mean for a set of groups, and in which words the
// order is confirmed.

import HeartbeatModel

/// The direction groups are moved in, from the local node's point of view.
package enum Move: String, Sendable {
    case standby = "hb_standby"
    case takeover = "hb_takeover"

    /// The name of the program.
    package var program: String { rawValue }

    /// The set an operator's word means, as seen from the local node: `all`, `foreign`, `local` or `failback`; `nil` for any
    /// other word. `failback` gives what is foreign; as a takeover the original hands over everything (observed).
    package func set(for word: String) -> HoldSet? {
        if word == "failback" { return self == .takeover ? .all : .foreign }
        guard let set = HoldSet(word: word), !set.isEmpty else { return nil }
        return set
    }

    func sentence(_ set: HoldSet) -> String {
        switch self {
        case .standby: "Going standby [\(set)]."
        case .takeover: "Taking over [\(set)]."
        }
    }

    func request(_ set: HoldSet) -> OperatorRequest {
        switch self {
        case .standby: .standby(set)
        case .takeover: .takeover(set)
        }
    }
}
