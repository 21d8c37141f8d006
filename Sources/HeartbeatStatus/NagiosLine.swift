// A pair's state as one line for monitors that call plugins, as the guidelines of monitoring-plugins.org have it: a word, a sentence,
// and after a bar nothing but numbers.

import HeartbeatModel

package struct NagiosLine {
    private let status: PairStatus

    package init(_ status: PairStatus) {
        self.status = status
    }

    /// Without its end.
    package var text: String {
        let numbers = numbers
        // A bar in a sentence would be taken for the beginning of the numbers.
        let sentence = sentence.map { $0 == "|" ? "/" : $0 }
        return "HEARTBEAT \(word) - \(String(sentence))"
            + (numbers.isEmpty ? "" : " | \(numbers.joined(separator: " "))")
    }

    private var word: String {
        switch status.verdict.level {
        case .ok: "OK"
        case .degraded: "WARNING"
        case .critical: "CRITICAL"
        case .unknown: "UNKNOWN"
        }
    }

    /// The verdict, and the worst problem; what both say is said once.
    private var sentence: String {
        let verdict = status.verdict.sentence
        let worst = status.problems.first { $0.healed == nil && $0.severity > .info }
        guard let worst = worst?.sentence, !verdict.contains(worst) else { return verdict }
        let clauses = verdict.split(separator: "; ").map(String.init) + [worst]
        return clauses.enumerated().filter { $0.offset == clauses.count - 1 || !worst.hasPrefix($0.element) }
            .map(\.element).joined(separator: "; ")
    }

    private var numbers: [String] {
        switch status.source.kind {
        case .lastWords, .none: return []
        case .daemon, .olderDaemon: break
        }
        var result: [String] = []
        let groups = status.groups
        if !groups.isEmpty {
            let served = groups.count { if case .on = $0.service { true } else { $0.service == .both } }
            result.append("served=\(served);\(groups.count):;1:")
            result.append("owners_double=\(groups.count { $0.service == .both });;0")
        }
        if !status.media.isEmpty {
            let silent = status.media.count { medium in
                [medium.hears.state, medium.isHeard.state].contains { $0 == .silent || $0 == .never }
            }
            result.append("media_silent=\(silent);0;\(status.media.count - 1)")
        }
        if let late = status.nodes.first(where: \.isLocal)?.lateness {
            let seconds = JSONValue.decimal(units: late.nanoseconds / 1000, places: 6).text
            result.append("late=\(seconds)s;;")
        }
        return result
    }
}
