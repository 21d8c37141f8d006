// The words by which programs are told of states, in JSON and in metrics: each state has one, and each list has all of them.

import HeartbeatModel

extension PairStatus.Verdict.Level {
    var word: String { rawValue.lowercased() }
}

extension PairStatus.Node {
    /// Those of `NodeStatus`, `stopped` for one that said that it ends, and `unknown`.
    static let statusWords = NodeStatus.allCases.map(\.rawValue) + ["stopped", "unknown"]

    var statusWord: String { hasLeft ? "stopped" : status?.rawValue ?? "unknown" }
}

extension PairStatus.Group.Service {
    static let words = ["on", "moving", "nobody", "both", "unknown"]

    var word: String {
        switch self {
        case .on: "on"
        case .moving: "moving"
        case .nobody: "nobody"
        case .both: "both"
        case .unknown: "unknown"
        }
    }

    /// Where it is, or is to be.
    var node: NodeName? {
        switch self {
        case .on(let node): node
        case .moving(let node): node
        case .nobody, .both, .unknown: nil
        }
    }
}

extension ClusterSnapshot.Group.State {
    var word: String { self == .stopFailed ? "stop-failed" : rawValue }
}
