// Movements of one cause as a picture, SVG written by hand: a bar for each part of the time and each step, a dot for each moment. It
// decides nothing: every bar and every word is of the history. No floating point, so that it is the same on every machine.

import HeartbeatModel

package struct HistoryPicture {
    private let movements: [HistoryEntry]
    private let time: LocalTime

    /// Tenths of a pixel.
    private static let (left, right) = (2600, 7000)
    private static let rowHeight = 24

    /// - Parameter movements: of one node, with one cause; all times are counted from the origin of the first.
    package init(_ movements: [HistoryEntry], time: LocalTime = .utc) {
        self.movements = movements
        self.time = time
    }

    private enum Row {
        case title(String)
        case span(String, Instant, Instant, kind: String)
        case moment(String, Instant)
    }

    private var rows: [Row] {
        movements.flatMap { movement in
            let timeline = movement.timeline
            var at = timeline.zero
            var rows: [Row] = [.title("no. \(movement.number): \(timeline.group), \(timeline.outcome)")]
            for part in movement.budget {
                rows.append(.span(part.name, at, at + part.duration, kind: "waits"))
                at = at + part.duration
            }
            rows += timeline.steps.map { step in
                .span(step.name, step.begin, step.end, kind: step.hasFailed ? "none" : "serves")
            }
            rows += GroupTimeline.Mark.allCases.compactMap { mark in
                timeline.marks[mark].map { .moment(mark.rawValue, $0) }
            }
            return rows + [.moment(timeline.outcome.rawValue, timeline.end)]
        }
    }

    private var zero: Instant { movements.map(\.timeline.zero).min() ?? .zero }

    private var end: Instant {
        let ends = movements.flatMap { movement in [movement.timeline.end] + Array(movement.timeline.marks.values) }
        return max(ends.max() ?? zero, zero + .microseconds(1))
    }

    /// The whole file.
    package var svg: String {
        let rows = rows
        let height = 64 + rows.count * Self.rowHeight
        let title =
            movements.first.map { "\($0.because), \(time.stamp($0.unixMilliseconds)), on \($0.node)" } ?? "nothing"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 \(height)" role="img" font-family="system-ui, sans-serif" \
            font-size="13">
            <title>\(Self.escaped(title))</title>
            \(Self.style)
            <rect class="paper" width="100%" height="100%"/>
            <text class="head" x="16" y="26">\(Self.escaped(title))</text>
            \(rows.enumerated().map { draw($0.element, y: 44 + $0.offset * Self.rowHeight) }.joined(separator: "\n"))
            </svg>

            """
    }

    private func x(_ instant: Instant) -> Int {
        let (whole, part) = ((end - zero).nanoseconds, max(0, (instant - zero).nanoseconds))
        // Thousands of a second are exact enough for a picture, and cannot overflow.
        let scale = max(1, whole / 1_000_000)
        return Self.left + Int(min(part, whole) / scale * Int64(Self.right - Self.left) / max(1, whole / scale))
    }

    private func draw(_ row: Row, y: Int) -> String {
        switch row {
        case .title(let text): return "<text class=\"head\" x=\"16\" y=\"\(y + 14)\">\(Self.escaped(text))</text>"
        case .span(let name, let begin, let end, let kind):
            let (from, to) = (x(begin), max(x(end), x(begin) + 30))
            return label(name, y)
                + "<rect class=\"\(kind)\" x=\"\(Self.pixels(from))\" y=\"\(y)\" width=\"\(Self.pixels(to - from))\" "
                + "height=\"18\" rx=\"2\"/>" + note("took \(HistoryText.milliseconds(end - begin)) ms", to, y)
        case .moment(let name, let at):
            return label(name, y) + "<circle class=\"dot\" cx=\"\(Self.pixels(x(at)))\" cy=\"\(y + 9)\" r=\"5\"/>"
                + note("at \(HistoryText.milliseconds(at - zero)) ms", x(at), y)
        }
    }

    private func label(_ text: String, _ y: Int) -> String {
        let x = Self.pixels(Self.left - 120)
        return "<text x=\"\(x)\" y=\"\(y + 13)\" text-anchor=\"end\">\(Self.escaped(text))</text>"
    }

    private func note(_ text: String, _ x: Int, _ y: Int) -> String {
        "<text class=\"tick\" x=\"\(Self.pixels(x + 100))\" y=\"\(y + 13)\">\(text)</text>"
    }

    private static func pixels(_ tenths: Int) -> String {
        tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    /// Words of haresources may hold anything.
    private static func escaped(_ text: String) -> String { MarkupText.escape(text.printable(atMost: 60)) }

    private static let style = """
        <style>
        svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --serves: #0072b2; --waits: #d8dee4; --none: #c2410c }
        @media (prefers-color-scheme: dark) {
        svg { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --serves: #56b4e9; --waits: #30363d; --none: #ff9a5c }
        }
        text { fill: var(--ink) } .head { font-size: 16px; font-weight: 600 } .tick { fill: var(--soft) }
        .paper { fill: var(--paper) } .serves, .dot { fill: var(--serves) } .waits { fill: var(--waits) }
        .none { fill: none; stroke: var(--none); stroke-width: 2 }
        </style>
        """
}
