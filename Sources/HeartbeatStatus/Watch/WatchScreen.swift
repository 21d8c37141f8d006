// What a live screen shows, line for line, at every size: the verdict, what is wrong, both nodes, what they hear, and what has happened.
// It is told what to show, and draws nothing itself.

import HeartbeatModel

/// A screen of so many columns and rows.
package struct WatchScreen {
    package struct Size: Hashable, Sendable {
        package var columns: Int
        package var rows: Int

        package init(columns: Int, rows: Int) {
            self.columns = columns
            self.rows = rows
        }
    }

    /// What is looked at.
    package enum Page: Hashable, Sendable {
        case overview
        case events
        case movement
        case help
    }

    let status: PairStatus
    let size: Size
    let page: Page
    /// Whoever looks has stopped it: what is shown is of `status.source.asked`.
    let isFrozen: Bool
    /// What would happen, a line each.
    let forecast: [String]
    /// The last movement, as the history tells it.
    let movement: [String]
    /// The oldest first.
    let events: [WatchLog.Event]
    let time: LocalTime

    package init(
        _ status: PairStatus, size: Size, page: Page = .overview, isFrozen: Bool = false, forecast: [String] = [],
        movement: [String] = [], events: [WatchLog.Event] = [], time: LocalTime = .utc
    ) {
        self.status = status
        self.size = size
        self.page = page
        self.isFrozen = isFrozen
        self.forecast = forecast
        self.movement = movement
        self.events = events
        self.time = time
    }

    /// The last column of the last row stays free: some terminals scroll when something is written there.
    var width: Int { max(1, hasKeys ? size.columns : size.columns - 1) }
    var isNarrow: Bool { width < StatusText.narrowest }
    /// The same state as a page, whose tables and sentences are used here.
    var text: StatusText { StatusText(status, width: width, showsAll: true, time: time) }

    /// As many as the screen has rows, none longer than it has columns, in ASCII.
    package var lines: [String] {
        guard size.columns > 0, size.rows > 0 else { return [] }
        let keys = hasKeys ? [keyLine] : []
        let room = size.rows - keys.count
        let head = verdict
        let hasGaps = size.rows >= Self.spacious
        let gap = hasGaps ? [""] : []
        let rest = max(0, room - head.count - gap.count)
        var shown = Array((head + gap + body(rows: rest, hasGaps: hasGaps)).prefix(room))
        shown += Array(repeating: "", count: room - shown.count)
        return (shown + keys).map { Self.plain($0, width: width) }
    }

    /// From so many rows on there are empty lines between the parts.
    private static let spacious = 20
    /// From so many rows on one is spent for the keys.
    private static let leastForKeys = 8

    /// Whatever a file or a node has in its names, a terminal gets letters.
    private static func plain(_ line: String, width: Int) -> String {
        var text = String(line.prefix(width).map { (0x20..<0x7F).contains($0.asciiValue ?? 0) ? $0 : "?" })
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }

    // MARK: - The first line, and the last

    private var verdict: [String] {
        let (word, sentence) = (status.verdict.level.rawValue, status.verdict.sentence)
        let clock = (isFrozen ? "frozen at " : "") + time.time(status.source.asked, seenAt: status.source.asked)
        guard !isNarrow else { return broken(wrapped("\(word) \(sentence)", width: width, rest: blanks(2))) }
        var lines = wrapped(
            sentence, width: width - clock.count - 2, first: word + blanks(10 - word.count), rest: blanks(10))
        let room = width - lines[0].count - clock.count
        if room >= 2 { lines[0] += blanks(room) + clock }
        return broken(lines)
    }

    private var hasKeys: Bool { size.rows >= Self.leastForKeys || isFrozen && size.rows > 1 }

    private var keyLine: String {
        let variants =
            isFrozen
            ? [
                "FROZEN: p goes on  q quit  e events  w why  ? help", "FROZEN: p goes on  q quit", "FROZEN: p",
                "FROZEN",
            ]
            : ["q quit  p pause  e events  w why  ? help", "q p e w ?", "q"]
        return variants.first { $0.count < width } ?? ""
    }

    // MARK: - What is in between

    private func body(rows: Int, hasGaps: Bool) -> [String] {
        switch page {
        case .overview: return overview(rows: rows, hasGaps: hasGaps)
        case .events: return eventLines(rows: rows)
        case .movement: return broken(movement)
        case .help: return broken(Self.help.flatMap { wrapped($0, width: width, rest: blanks(4)) })
        }
    }

    private static let help = [
        "q quit; the exit status is that of hbctl status, for the last state",
        "p stop the screen, and let it go on; what happens meanwhile is kept",
        "e only what has happened, and back", "w why groups have moved last, as hbctl history tells it, and back",
        "? this page, and back",
        "| a keepalive in time, : late, . missed; the newest is the rightmost. What is wrong begins with \"!\", or with \"!!\" where the service itself is concerned.",
    ]

    private func overview(rows: Int, hasGaps: Bool) -> [String] {
        let top = ScreenBlock.lines(blocks, rows: rows, hasGaps: hasGaps)
        let gap = hasGaps && !top.isEmpty ? [""] : []
        let left = rows - top.count - gap.count
        let happened = left > 0 ? eventLines(rows: left) : []
        return happened.isEmpty ? top : top + gap + happened
    }

    /// The last ones that fit.
    private func eventLines(rows: Int) -> [String] {
        var shown: [[String]] = []
        var count = 0
        for event in events.reversed() {
            let moment = time.time(event.at, seenAt: status.source.asked) + "  "
            let rest = isNarrow ? blanks(2) : blanks(moment.count)
            let lines = broken(wrapped(event.text, width: width, first: moment, rest: rest))
            guard count + lines.count <= rows else { break }
            shown.append(lines)
            count += lines.count
        }
        return shown.reversed().flatMap(\.self)
    }

    /// A word that is longer than a line goes on in the next one: nothing of a name is lost.
    func broken(_ lines: [String]) -> [String] {
        lines.flatMap { line -> [String] in
            var rest = line[...]
            var parts: [String] = []
            while rest.count > width {
                parts.append(String(rest.prefix(width)))
                rest = rest.dropFirst(width)
            }
            return parts + [String(rest)]
        }
    }
}
