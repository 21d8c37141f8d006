// A check for people: the worst first, and whatever is wrong begins with a mark in the first column, as in a pair's state.

import HeartbeatModel

package struct CheckText {
    private let report: CheckReport
    private let width: Int
    private let isColoured: Bool
    /// All findings, however many lines that makes.
    private let showsAll: Bool

    package init(_ report: CheckReport, width: Int, isColoured: Bool = false, showsAll: Bool = false) {
        self.report = report
        self.width = width
        self.isColoured = isColoured
        self.showsAll = showsAll
    }

    package var lines: [String] {
        let word = report.level.rawValue.uppercased()
        let verdict = wrapped(
            report.sentence, width: width, first: word + blanks(10 - word.count),
            rest: blanks(width < StatusText.narrowest ? 2 : 10))
        let live = report.live.map(ways) ?? []
        let findings = findings(room: StatusText.most - verdict.count - 1 - (live.isEmpty ? 0 : live.count + 1))
        let lines = Array([verdict, findings, live].filter { !$0.isEmpty }.joined(separator: [""]))
        return isColoured ? lines.map(StatusText.coloured) : lines
    }

    /// A line each; of many only those over which nothing comes.
    private func ways(_ live: LiveCheck) -> [String] {
        guard live.reason == nil else { return [] }
        let isMany = live.reaches.count > Self.mostWays && !showsAll
        let shown = isMany ? live.reaches.filter { $0.state != .open }.prefix(Self.mostWays) : live.reaches[...]
        let more = live.reaches.count - shown.count
        return wrapped(live.sentence, width: width, rest: blanks(3))
            + shown.flatMap { reach in
                let mark = reach.state == .blocked || reach.state == .never ? "!  " : blanks(3)
                let line = mark + reach.text
                return line.count <= width
                    ? [line] : wrapped(reach.text, width: width, first: mark, rest: blanks(5))
            } + (more > 0 ? ["   ... and \(more) more (--all)"] : [])
    }

    /// Six media have so many.
    private static let mostWays = 12

    /// As many as fit, and at least one; the line that says how many more there are has its room.
    private func findings(room: Int) -> [String] {
        let all = report.findings.map(lines(of:))
        let total = all.reduce(0) { $0 + $1.count }
        guard !showsAll, total > room else { return all.flatMap(\.self) }
        var shown: [[String]] = []
        for lines in all {
            let count = shown.reduce(0) { $0 + $1.count } + lines.count
            guard shown.isEmpty || count < room else { break }
            shown.append(lines)
        }
        let more = all.count - shown.count
        return shown.flatMap(\.self) + (more > 0 ? ["   ... and \(more) more (--all)"] : [])
    }

    private func lines(of finding: Finding) -> [String] {
        let indent = blanks(3)
        let place = finding.file.map { file in finding.line.map { "\(file):\($0): " } ?? "\(file): " } ?? ""
        return wrapped(place + finding.sentence, width: width, first: finding.severity.mark, rest: indent)
            + finding.remedy.flatMap { wrapped($0, width: width, first: indent, rest: indent) }
    }
}
