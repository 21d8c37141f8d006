// What the daemon of this machine tells now, or why nobody can tell.

import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

enum FactsLook {
    case facts(NodeFacts)
    /// `isSilent`: the daemon runs, and may yet answer.
    case nothing(OperatorFailure, isSilent: Bool)

    /// What the facts are for.
    enum Purpose {
        /// An order that the daemon is to carry out, or carries out.
        case order
        /// A forecast, for which the other node is asked how it is, too.
        case forecast
    }

    static func take(_ places: Places, for purpose: Purpose = .order) -> FactsLook {
        let source = Asking(places).source(isFresh: purpose == .forecast)
        switch source {
        case .answered(let facts): return .facts(facts)
        case .answeredByOlder: return .nothing(older(purpose), isSilent: false)
        case .newer, .down, .silent, .refused, .garbled:
            let status = PairStatus(source, of: places.node, asked: WallClock.unixMilliseconds)
            let problem = status.problems.first
            let failure = OperatorFailure(
                code: problem?.code.rawValue ?? "unknown", sentence: status.verdict.sentence,
                remedy: problem?.remedy ?? ["hbctl status"])
            let isSilent = if case .silent = source { true } else { false }
            return .nothing(failure, isSilent: isSilent)
        }
    }

    private static func older(_ purpose: Purpose) -> OperatorFailure {
        let (untold, otherwise) =
            switch purpose {
            case .order: ("whether it is done", ", or use hb_standby --wait and hb_takeover --wait")
            case .forecast: ("enough", "")
            }
        return OperatorFailure(
            code: ProblemCode.daemonOlder.rawValue,
            sentence: "the daemon is of an older version, which does not tell \(untold)",
            remedy: ["restart heartbeat when it suits\(otherwise)"])
    }
}
