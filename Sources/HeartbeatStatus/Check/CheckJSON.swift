// A check for programs: one JSON object whose keys are always there, as schemas/hbctl-check-1.json says.

import HeartbeatModel

package struct CheckJSON {
    private let report: CheckReport
    private let time: LocalTime

    package init(_ report: CheckReport, time: LocalTime = .utc) {
        self.report = report
        self.time = time
    }

    /// One line and its end.
    package var text: String { value.text + "\n" }

    package var value: JSONValue {
        .members([
            ("schema", .string("hbctl/check/1")), ("node", .string(report.node.text)),
            ("asked", report.asked > 0 ? .string(time.stamp(report.asked)) : .null),
            ("daemon_runs", .string(report.daemonRuns.rawValue)),
            (
                "agreement",
                .members([
                    ("state", .string(report.agreement.state.rawValue)),
                    ("reason", .word(report.agreement.reason)),
                ])
            ),
            (
                "verdict",
                .members([
                    ("level", .string(report.level.rawValue)), ("exit", .number(Int64(report.level.exitCode))),
                    ("sentence", .string(report.sentence)),
                ])
            ),
            ("live", report.live.map(Self.live) ?? .null),
            ("findings", .array(report.findings.map(Self.finding))),
        ])
    }

    private static func live(_ live: LiveCheck) -> JSONValue {
        .members([
            ("watched_s", .seconds(live.watched)), ("reason", .word(live.reason)),
            ("ways", .array(live.reaches.map(reach))),
        ])
    }

    private static func reach(_ reach: Reach) -> JSONValue {
        .members([
            ("medium", .string(reach.medium.text)), ("from", .string(reach.from.text)),
            ("to", .string(reach.to.text)), ("state", .string(reach.state.rawValue)), ("age_s", .seconds(reach.age)),
            ("lost", reach.lost.map { .number(Int64(clamping: $0)) } ?? .null),
            ("reason", .word(reach.reason)),
        ])
    }

    private static func finding(_ finding: Finding) -> JSONValue {
        .members([
            ("code", .string(finding.code.rawValue)), ("severity", .string(finding.severity.rawValue)),
            (
                "object",
                .members([("kind", .string(finding.object.kind)), ("name", .string(finding.object.name))])
            ),
            ("file", .word(finding.file)),
            ("line", finding.line.map { .number(Int64($0)) } ?? .null), ("sentence", .string(finding.sentence)),
            ("remedy", .words(finding.remedy)),
        ])
    }
}
