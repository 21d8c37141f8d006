// The history for programs: one JSON object, as schemas/hbctl-history-1.json says. Every key is always there; what nobody knows is `null`.

import HeartbeatModel

package struct HistoryJSON {
    private let report: HistoryReport
    private let time: LocalTime

    package init(_ report: HistoryReport, time: LocalTime = .utc) {
        self.report = report
        self.time = time
    }

    /// One line and its end.
    package var text: String {
        JSONValue.members([
            ("schema", .string("hbctl/history/1")), ("asked", .string(time.stamp(report.asked))),
            ("notes", .words(report.notes)), ("left_out", .number(Int64(report.leftOut))),
            ("movements", .array(report.movements.map { Self.movement($0, time) })),
        ]).text + "\n"
    }

    /// One movement, as every answer tells it.
    static func movement(_ movement: HistoryEntry, _ time: LocalTime) -> JSONValue {
        let timeline = movement.timeline
        let marks = GroupTimeline.Mark.allCases.compactMap { mark in
            timeline.marks[mark].map { (mark.rawValue, JSONValue.seconds($0 - timeline.zero)) }
        }
        return .members([
            ("number", .count(movement.number)), ("chain", .count(movement.chain)),
            ("at", .string(time.stamp(movement.unixMilliseconds))), ("node", .string(movement.node.text)),
            ("generation", .count(movement.generation?.number)), ("group", .string(timeline.group)),
            ("from", .word(movement.from?.text)), ("to", .word(movement.to?.text)),
            ("cause", cause(of: movement)), ("outcome", .string(timeline.outcome.rawValue)),
            ("took_s", .seconds(movement.took)),
            (
                "budget",
                .array(
                    movement.budget.map { .members([("part", .string($0.name)), ("took_s", .seconds($0.duration))]) })
            ),
            ("marks", .array(marks.map { .members([("name", .string($0.0)), ("at_s", $0.1)]) })),
            ("steps", .array(timeline.steps.map { step($0, since: timeline.zero) })),
            (
                "further_steps",
                timeline.furtherSteps.map {
                    .members([("count", .number(Int64($0.count))), ("took_s", .seconds($0.duration))])
                } ?? .null
            ),
        ])
    }

    static func cause(of movement: HistoryEntry) -> JSONValue {
        .members([("word", .string(movement.timeline.origin.word)), ("text", .string(movement.because))])
    }

    private static func step(_ step: GroupTimeline.Step, since zero: Instant) -> JSONValue {
        .members([
            ("name", .string(step.name)), ("begin_s", .seconds(step.begin - zero)),
            ("end_s", .seconds(step.end - zero)),
            ("status_s", .seconds(step.status)), ("is_failed", .bool(step.hasFailed)),
        ])
    }
}
