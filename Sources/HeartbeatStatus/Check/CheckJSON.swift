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
        Self.object([
            ("schema", .string("hbctl/check/1")), ("node", .string(report.node.text)),
            ("asked", report.asked > 0 ? .string(time.stamp(report.asked)) : .null),
            ("daemon_runs", .string(report.daemonRuns.rawValue)),
            (
                "agreement",
                Self.object([
                    ("state", .string(report.agreement.state.rawValue)),
                    ("reason", report.agreement.reason.map { .string($0) } ?? .null),
                ])
            ),
            (
                "verdict",
                Self.object([
                    ("level", .string(report.level.rawValue)), ("exit", .number(Int64(report.level.exitCode))),
                    ("sentence", .string(report.sentence)),
                ])
            ),
            ("live", report.live.map(Self.live) ?? .null),
            ("findings", .array(report.findings.map(Self.finding))),
        ])
    }

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(members.map { JSONValue.Member($0.0, $0.1) })
    }

    private static func live(_ live: LiveCheck) -> JSONValue {
        object([
            ("watched_s", seconds(live.watched)), ("reason", live.reason.map { .string($0) } ?? .null),
            ("ways", .array(live.reaches.map(reach))),
        ])
    }

    private static func reach(_ reach: Reach) -> JSONValue {
        object([
            ("medium", .string(reach.medium.text)), ("from", .string(reach.from.text)),
            ("to", .string(reach.to.text)), ("state", .string(reach.state.rawValue)), ("age_s", seconds(reach.age)),
            ("lost", reach.lost.map { .number(Int64(clamping: $0)) } ?? .null),
            ("reason", reach.reason.map { .string($0) } ?? .null),
        ])
    }

    private static func seconds(_ duration: Duration?) -> JSONValue {
        duration.map { .decimal(units: $0.nanoseconds / 1000, places: 6) } ?? .null
    }

    private static func finding(_ finding: Finding) -> JSONValue {
        object([
            ("code", .string(finding.code.rawValue)), ("severity", .string(finding.severity.rawValue)),
            (
                "object",
                object([("kind", .string(finding.object.kind)), ("name", .string(finding.object.name))])
            ),
            ("file", finding.file.map { .string($0) } ?? .null),
            ("line", finding.line.map { .number(Int64($0)) } ?? .null), ("sentence", .string(finding.sentence)),
            ("remedy", .array(finding.remedy.map { .string($0) })),
        ])
    }
}
