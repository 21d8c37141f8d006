// The history for people: a table of movements, the newest at its end, or one movement with everything that is known of it. What went wrong
// has a mark in the first column.

import HeartbeatModel

package struct HistoryText {
    private let report: HistoryReport
    private let width: Int
    private let time: LocalTime

    package init(_ report: HistoryReport, width: Int, time: LocalTime = .utc) {
        self.report = report
        self.width = width
        self.time = time
    }

    /// All movements of the report.
    package var lines: [String] {
        let notes = report.notes.flatMap { wrapped($0, width: width, first: "! ", rest: "  ") }
        guard !report.movements.isEmpty else {
            return notes + wrapped("no movement of a group has been kept", width: width)
        }
        let more = report.leftOut == 0 ? [] : ["... and \(report.leftOut) earlier (-n)"]
        return notes + more + (width < StatusText.narrowest ? list : table)
    }

    // MARK: - The table

    private var table: [String] {
        let movements = report.movements
        return TextTable(
            marks: movements.map(mark),
            columns: [
                .init(title: "no.", cells: movements.map { "\($0.number)" }, weight: 99, isNeeded: true),
                .init(title: "when", cells: movements.map(moment), weight: 9),
                .init(title: "group", cells: movements.map(\.timeline.group), weight: 99, isNeeded: true),
                .init(title: "moved", cells: movements.map(\.way), weight: 99, isNeeded: true),
                .init(title: "took", cells: movements.map(\.took.shortText), weight: 6),
                .init(title: "because", cells: movements.map(\.because), weight: 7, from: 80),
                .init(
                    title: "outcome", cells: movements.map(\.timeline.outcome.rawValue), weight: 5,
                    isWrong: movements.contains(where: \.isWrong)),
                .init(title: "with", cells: movements.map(partner), weight: 1, from: 120),
            ]
        ).lines(width: width)
    }

    private var list: [String] {
        report.movements.flatMap { movement in
            [
                "\(mark(of: movement))no. \(movement.number): \(movement.timeline.group)", "  moved: \(movement.way)",
                "  when: \(moment(movement))", "  took: \(movement.took.shortText)", "  because: \(movement.because)",
                "  outcome: \(movement.timeline.outcome.rawValue)",
            ].flatMap { text in
                let indent = text.hasPrefix("  ") ? "  " : ""
                return wrapped(text, width: width, first: indent, rest: indent + "  ")
            }
        }
    }

    private func mark(of movement: HistoryEntry) -> String { movement.isWrong ? "!" : "" }

    /// With seconds on the day of the question.
    private func moment(_ movement: HistoryEntry) -> String {
        let exact = time.time(movement.unixMilliseconds, seenAt: report.asked)
        return exact.contains(" ") ? time.date(movement.unixMilliseconds) : exact
    }

    /// The number of the first movement of the same cause.
    private func partner(_ movement: HistoryEntry) -> String {
        movement.chain == movement.number ? Self.nothing : "\(movement.chain)"
    }

    private static let nothing = "-"

    // MARK: - One movement

    /// What is known of one movement, and which others of `all` had its cause.
    package func lines(of movement: HistoryEntry, among all: [HistoryEntry]) -> [String] {
        let notes = report.notes.flatMap { wrapped($0, width: width, first: "! ", rest: "  ") }
        let head = "\(mark(of: movement))no. \(movement.number): \(sentence(movement))"
        let steps = steps(movement)
        let others = all.chain(of: movement).filter { $0.number != movement.number }.map { "\($0.number)" }
        let with = others.isEmpty ? "" : "; so did no. \(others.joined(separator: ", "))"
        let parts = movement.budget.map { "\($0.name) \(Self.milliseconds($0.duration))" }.joined(separator: " | ")
        return notes + wrapped(head, width: width, rest: "  ") + [""] + steps + [""]
            + wrapped("\(movement.because)\(with)", width: width, first: "because  ", rest: blanks(9))
            + wrapped("\(parts) ms", width: width, first: "time     ", rest: blanks(9))
    }

    private func sentence(_ movement: HistoryEntry) -> String {
        let (key, when) = (movement.timeline.group, moment(movement))
        let from = movement.from.map { " from \($0)" } ?? ""
        switch movement.timeline.outcome {
        case .running: return "\(key) came\(from) to \(movement.node), \(when), \(movement.took.shortText)"
        case .released:
            let to = movement.to.map { " for \($0)" } ?? ""
            return "\(key) was released on \(movement.node)\(to), \(when), \(movement.took.shortText)"
        case .failed: return "\(key) would not start on \(movement.node), \(when)"
        case .stuck: return "\(key) would not stop on \(movement.node), \(when)"
        }
    }

    /// Marks and steps by time, in milliseconds since the origin.
    private func steps(_ movement: HistoryEntry) -> [String] {
        let timeline = movement.timeline
        var all: [(at: Instant, text: String)] = [(timeline.zero, "\(timeline.origin)")]
        for mark in GroupTimeline.Mark.allCases {
            if let at = timeline.marks[mark] { all.append((at, mark.rawValue)) }
        }
        for step in timeline.steps {
            let status = step.status > .zero ? ", of these \(Self.milliseconds(step.status)) status" : ""
            let end = step.hasFailed ? "failed after" : "took"
            all.append((step.begin, "\(step.name) \(end) \(Self.milliseconds(step.duration))\(status)"))
        }
        if let further = timeline.furtherSteps {
            all.append((timeline.end, "\(further.count) shorter steps took \(Self.milliseconds(further.duration))"))
        }
        all.append((timeline.end, timeline.outcome.rawValue))
        let sorted = all.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
        let times = sorted.map { Self.milliseconds($0.at - timeline.zero) }
        let column = times.map(\.count).max() ?? 0
        return zip(times, sorted).map { "  \(blanks(column - $0.count))\($0)  \($1.text)" }
    }

    /// With two decimals, as in the line of the log.
    static func milliseconds(_ duration: Duration) -> String {
        let hundredths = duration.nearest(.microseconds(10))
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
