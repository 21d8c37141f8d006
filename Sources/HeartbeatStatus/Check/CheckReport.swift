// What a check of one machine comes to, as a value: text and JSON are renderings of it, and nothing is told that is not in it.

import HeartbeatModel

/// One thing that was found.
package struct Finding: Hashable, Sendable {
    /// What it is about: `file`, `interface`, `port`, `device`, `address`, `script`, `unit`, `program`, `group`, `kernel`, `user`.
    package struct Object: Hashable, Sendable {
        package var kind: String
        package var name: String

        package init(kind: String, name: String) {
            self.kind = kind
            self.name = name
        }
    }

    package var code: FindingCode
    package var severity: FindingCode.Severity
    package var object: Object
    /// The file and its line, where it is a line that says it; a line is from 1.
    package var file: String?
    package var line: Int?
    /// One sentence without a full stop.
    package var sentence: String
    /// What to do: commands that exist, or words. Empty where the sentence says it.
    package var remedy: [String]

    /// With the usual severity of the code.
    package init(
        _ code: FindingCode, _ kind: String, _ name: String, _ sentence: String, remedy: [String] = []
    ) {
        self.init(code, code.entry.severity, kind, name, sentence, remedy: remedy)
    }

    package init(
        _ code: FindingCode, _ severity: FindingCode.Severity, _ kind: String, _ name: String, _ sentence: String,
        remedy: [String] = []
    ) {
        self.code = code
        self.severity = severity
        object = Object(kind: kind, name: name)
        self.sentence = sentence
        self.remedy = remedy
    }
}

/// Everything that a check says.
package struct CheckReport: Hashable, Sendable {
    /// By weight: error > unknown > warning > ok.
    package enum Level: String, Hashable, Sendable, CaseIterable {
        case ok
        case warning
        case error
        case unknown

        /// `worst`: of all that was found; `nil` where nothing was.
        package init(worst: FindingCode.Severity?) {
            self =
                switch worst {
                case .error: .error
                case .unknown: .unknown
                case .warning: .warning
                case .note, nil: .ok
                }
        }

        /// 0 ok, 1 warning, 2 error, 3 unknown.
        package var exitCode: Int32 {
            switch self {
            case .ok: 0
            case .warning: 1
            case .error: 2
            case .unknown: 3
            }
        }
    }

    package var node: NodeName
    /// Wall clock of the machine in milliseconds since 1970; zero if it has none.
    package var asked: UInt64
    /// A daemon runs here.
    package var daemonRuns: PairStatus.Answer
    /// haresources and what must be the same besides, on this node and the other one.
    package var agreement: Agreement
    /// What passes over the media; `nil` where nobody asked.
    package var live: LiveCheck?
    /// The worst first; of one severity in the order in which they were looked for.
    package let findings: [Finding]

    package init(
        node: NodeName, asked: UInt64, daemonRuns: PairStatus.Answer, agreement: Agreement, findings: [Finding],
        live: LiveCheck? = nil
    ) {
        self.node = node
        self.asked = asked
        self.daemonRuns = daemonRuns
        self.agreement = agreement
        self.live = live
        let findings = findings + (live?.findings ?? [])
        self.findings = findings.enumerated().sorted { left, right in
            (right.element.severity, left.offset) < (left.element.severity, right.offset)
        }.map(\.element)
    }

    package var level: Level { Level(worst: findings.first?.severity) }

    package func count(_ severity: FindingCode.Severity) -> Int { findings.count { $0.severity == severity } }

    /// `2 errors, 1 warning and 3 notes on gw-a`, without a full stop.
    package var sentence: String {
        let numbers = [
            Self.counted(count(.error), "error", "errors"),
            Self.counted(count(.unknown), "thing that could not be looked at", "things that could not be looked at"),
            Self.counted(count(.warning), "warning", "warnings"), Self.counted(count(.note), "note", "notes"),
        ].compactMap(\.self)
        let listed =
            numbers.count < 2
            ? numbers.first ?? "" : numbers.dropLast().joined(separator: ", ") + " and " + numbers[numbers.count - 1]
        switch level {
        case .ok: return "nothing is wrong on \(node)" + (listed.isEmpty ? "" : "; \(listed)")
        case .warning, .error, .unknown: return "\(listed) on \(node)"
        }
    }

    private static func counted(_ count: Int, _ one: String, _ more: String) -> String? {
        count == 0 ? nil : "\(count) \(count == 1 ? one : more)"
    }
}
