// The picture of one failover, docs/failover-timeline.svg, as SVG written by hand: above, the whole second, who serves and
// whether the client is answered; below, the last milliseconds with each step of the node that takes over. It decides
// nothing: every bar and every word is of the recorded run.

import Foundation

/// A run as `make demo ARGS=--json` prints it: docs/failover-run.json.
struct RecordedRun: Decodable {
    struct Entry: Decodable {
        var begin: Int
        var end: Int?
        var who: String
        var what: String

        enum CodingKeys: String, CodingKey {
            case begin = "at_us"
            case end = "end_us"
            case who, what
        }
    }

    struct Scene: Decodable {
        var scene: String
        var ok: Bool
        var outage: Int?
        var lost: Int?
        var probes: Int
        var owners: Int
        var stall: Int
        var timeline: [Entry]?

        enum CodingKeys: String, CodingKey {
            case scene, ok, lost, probes, timeline
            case outage = "outage_ms"
            case owners = "two_owners_ms"
            case stall = "stall_ms"
        }
    }

    var correct: Bool
    var scenes: [Scene]

    func scene(_ name: String) -> Scene? { scenes.first { $0.scene == name } }
}

struct FailoverDrawing {
    /// Microseconds since the fault.
    private var lastHeard = 0
    private var due = 0
    private var firstAnswer = 0
    private var outage = 0
    /// What the picture's lower half shows, in order.
    private var rows: [RecordedRun.Entry] = []

    private static let (left, right) = (212.0, 736.0)

    init?(_ scene: RecordedRun.Scene) {
        guard let entries = scene.timeline, let outage = scene.outage,
            let lastHeard = entries.first(where: { $0.what.hasSuffix("was last heard") }),
            let due = entries.first(where: { $0.what == "due" }),
            let answer = entries.first(where: { $0.what.hasPrefix("first answer") })
        else { return nil }
        (self.lastHeard, self.due, firstAnswer) = (lastHeard.begin, due.begin, answer.begin)
        self.outage = outage * 1000
        rows = entries.filter { $0.begin >= due.begin && !$0.what.hasPrefix("hears ") && $0.what != "detected" }
    }

    var svg: String {
        let height = 214 + rows.count * 24 + 30
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 \(height)" role="img" \
            aria-labelledby="title description" font-family="system-ui, sans-serif" font-size="13">
            <title id="title">The active node loses power: one recorded failover</title>
            <desc id="description">\(description)</desc>
            \(Self.style)
            <rect class="paper" width="100%" height="100%"/>
            <text class="head" x="16" y="26">The active node loses power; deadtime is 1 s</text>
            \(overview)
            <text class="head" x="16" y="196">The last milliseconds, on the node that takes over</text>
            \(steps)
            </svg>

            """
    }

    /// The picture in words, for readers who do not see it.
    private var description: String {
        let steps = rows.map { entry in
            "\(Self.milliseconds(entry.begin)) ms \(entry.who) \(entry.what)"
                + (entry.end.map { ", took \(Self.milliseconds($0 - entry.begin)) ms" } ?? "")
        }
        return "0 ms: the power of cluster1 is cut. " + steps.joined(separator: ". ") + "."
    }

    // MARK: The whole second

    private var overview: String {
        let (least, greatest) = (-60_000.0, 1_060_000.0)
        func x(_ microseconds: Int) -> Double {
            Self.left + (Double(microseconds) - least) / (greatest - least) * (Self.right - Self.left)
        }
        func bar(_ kind: String, _ begin: Double, _ end: Double, _ y: Int) -> String {
            """
            <rect class="\(kind)" x="\(Self.coordinate(begin))" y="\(y)" width="\(Self.coordinate(end - begin))" height="22" rx="2"/>
            """
        }
        func words(_ text: String, _ begin: Double, _ y: Int) -> String {
            "<text x=\"\(Self.coordinate(begin + 10))\" y=\"\(y + 15)\">\(text)</text>"
        }
        func name(_ text: String, _ y: Int) -> String {
            "<text x=\"\(Self.coordinate(Self.left - 12))\" y=\"\(y + 15)\" text-anchor=\"end\">\(text)</text>"
        }
        let lines = [(0, "power is cut: 0"), (due, "deadtime is over: \(Self.milliseconds(due))")].map { at, text in
            """
            <line class="mark" x1="\(Self.coordinate(x(at)))" y1="44" x2="\(Self.coordinate(x(at)))" y2="150"/>
            <text class="tick" x="\(Self.coordinate(x(at)))" y="166" text-anchor="\(at == 0 ? "start" : "end")">\(text) ms</text>
            """
        }
        return
            (lines + [
                name("cluster1", 44), bar("serves", Self.left, x(0), 44), words("no power", x(0), 44),
                name("cluster2", 80), bar("waits", x(lastHeard), x(due), 80), bar("serves", x(due), Self.right, 80),
                words("waits: a status may still come", x(0), 80),
                name("the client’s pings", 116), bar("serves", Self.left, x(firstAnswer - outage), 116),
                bar("none", x(firstAnswer - outage), x(firstAnswer), 116),
                bar("serves", x(firstAnswer), Self.right, 116),
                words("unanswered for \(outage / 1000) ms", x(0), 116),
            ]).joined(separator: "\n")
    }

    // MARK: The last milliseconds

    private var steps: String {
        let least = Double(due) - 300
        let greatest = Double(rows.map { $0.end ?? $0.begin }.max() ?? due) + 300
        func x(_ microseconds: Int) -> Double {
            Self.left + (Double(microseconds) - least) / (greatest - least) * (Self.right - Self.left - 70)
        }
        return rows.enumerated().map { index, entry in
            let y = 214 + index * 24
            let end = entry.end ?? entry.begin
            let what = entry.what == "due" ? "deadtime is over" : entry.what
            let mark =
                entry.end == nil
                ? "<circle class=\"dot\" cx=\"\(Self.coordinate(x(entry.begin)))\" cy=\"\(y + 9)\" r=\"5\"/>"
                : """
                <rect class="serves" x="\(Self.coordinate(x(entry.begin)))" y="\(y)" \
                width="\(Self.coordinate(max(3, x(end) - x(entry.begin))))" height="18" rx="2"/>
                """
            let when = Self.milliseconds(entry.end.map { $0 - entry.begin } ?? entry.begin)
            let took = (entry.end == nil ? "at " : "took ") + when
            return """
                <text x="\(Self.coordinate(Self.left - 12))" y="\(y + 13)" text-anchor="end">\(what)</text>
                \(mark)
                <text class="tick" x="\(Self.coordinate(x(end) + 10))" y="\(y + 13)">\(took) ms</text>
                """
        }.joined(separator: "\n")
    }

    // MARK: Looks

    private static let style = """
        <style>
        svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --serves: #0072b2; --waits: #d8dee4; --none: #c2410c }
        @media (prefers-color-scheme: dark) {
        svg { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --serves: #56b4e9; --waits: #30363d; --none: #ff9a5c }
        }
        text { fill: var(--ink) } .head { font-size: 16px; font-weight: 600 } .tick { fill: var(--soft) }
        .paper { fill: var(--paper) } .mark { stroke: var(--soft); stroke-dasharray: 3 3 }
        .serves, .dot { fill: var(--serves) } .waits { fill: var(--waits) } .none { fill: none; stroke: var(--none); stroke-width: 2 }
        </style>
        """

    private static func milliseconds(_ microseconds: Int) -> String {
        let hundredths = (microseconds + (microseconds < 0 ? -5 : 5)) / 10
        let decimals = String(abs(hundredths) % 100)
        return "\(hundredths / 100)." + (decimals.count < 2 ? "0" : "") + decimals
    }

    /// Tenths of a pixel are enough, and are the same on every machine.
    private static func coordinate(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths) % 10)"
    }
}
