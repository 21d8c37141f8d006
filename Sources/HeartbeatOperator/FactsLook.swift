// What a daemon that is to carry something out tells, or why nobody can tell whether it does.

import HeartbeatModel
import HeartbeatStatus

enum FactsLook {
    case facts(NodeFacts)
    /// Nobody can tell; why, and what helps. `isSilent`: the daemon runs, and may yet answer.
    case nothing(sentence: String, remedy: [String], isSilent: Bool)

    static func take(_ places: Places) -> FactsLook {
        let source = Asking(places).source(isFresh: false)
        switch source {
        case .answered(let facts): return .facts(facts)
        case .answeredByOlder:
            return .nothing(
                sentence: "the daemon is of an older version, which does not tell whether it is done",
                remedy: ["restart heartbeat when it suits, or use hb_standby --wait and hb_takeover --wait"],
                isSilent: false)
        case .newer, .down, .silent, .refused, .garbled:
            let status = PairStatus(source, of: places.node, asked: 0)
            let isSilent = if case .silent = source { true } else { false }
            return .nothing(
                sentence: status.verdict.sentence, remedy: status.problems.first?.remedy ?? [], isSilent: isSilent)
        }
    }
}
