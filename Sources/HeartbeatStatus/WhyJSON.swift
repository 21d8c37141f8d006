// Why a group moved, for programs: one JSON object, as schemas/hbctl-why-1.json says. Every key is always there; what nobody knows is
// `null`.

import HeartbeatModel

package struct WhyJSON {
    private let report: WhyReport
    private let time: LocalTime

    package init(_ report: WhyReport, time: LocalTime = .utc) {
        self.report = report
        self.time = time
    }

    /// One line and its end.
    package var text: String {
        JSONValue.members([
            ("schema", .string("hbctl/why/1")), ("asked", .string(time.stamp(report.asked))),
            ("notes", .words(report.notes)), ("movement", HistoryJSON.movement(report.movement, time)),
            ("chain", .array(report.chain.map { .count($0.number) })), ("record", record),
            ("story", .array(WhyStory(report).lines.map(line))), ("replay", replay), ("failback", failback),
        ]).text + "\n"
    }

    private func line(_ line: WhyLine) -> JSONValue {
        .members([
            ("at", .string(time.stamp(line.unix))), ("unix_ms", .count(line.unix)), ("node", .word(line.node?.text)),
            ("text", .string(line.what)), ("because", .word(line.note.isEmpty ? nil : line.note)),
            ("event", .word(line.event?.text)), ("is_cause", .bool(line.isCause)),
        ])
    }

    private var record: JSONValue {
        switch report.evidence {
        case .none: .members([("state", .string("none")), ("number", .null), ("reason", .null)])
        case .unreadable(let reason):
            .members([("state", .string("unreadable")), ("number", .null), ("reason", .string(reason))])
        case .record(let record, _):
            .members([("state", .string("kept")), ("number", .count(record.chain)), ("reason", .null)])
        }
    }

    private var replay: JSONValue {
        switch report.causes {
        case nil: .members([("state", .string("unknown")), ("reason", .null), ("causes", .array([]))])
        case .unknown(let reason):
            .members([("state", .string("impossible")), ("reason", .string(reason)), ("causes", .array([]))])
        case .found(let causes):
            .members([
                ("state", .string("same")), ("reason", .null), ("causes", .array(causes.map(cause))),
            ])
        }
    }

    private func cause(_ cause: MovementCauses.Cause) -> JSONValue {
        let (kind, name): (String, String) =
            switch cause.what {
            case .event(let event, _): ("event", event.text)
            case .setting(let rule): ("setting", "auto_failback \(rule.rawValue)")
            }
        return .members([
            ("kind", .string(kind)), ("name", .string(name)), ("text", .string(WhyText.sentence(cause, report))),
            ("to", .word(cause.to?.text)), ("stays", .bool(report.stays(cause))),
        ])
    }

    private var failback: JSONValue {
        switch report.failback {
        case nil: .null
        case .isHome: failback("home", nil, nil)
        case .byOrder(let node): failback("by-order", node, nil)
        case .byItself(let node, _, let fact): failback("by-itself", node, fact)
        }
    }

    private func failback(_ state: String, _ node: NodeName?, _ fact: NodeFacts.FailbackFact?) -> JSONValue {
        .members([
            ("state", .string(state)), ("to", .word(node?.text)), ("text", .word(report.failback?.sentence)),
            ("blocked_by", .word(fact?.blockedBy?.rawValue)),
            ("left_s", .seconds(fact?.left)),
        ])
    }
}
