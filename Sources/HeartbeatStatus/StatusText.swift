// A pair's state for people: as many lines as a terminal has, the worst first, and whatever is wrong begins with a mark in the
// first column. Nothing is told here that the value does not say.

import HeartbeatModel

package struct StatusText {
    let status: PairStatus
    let width: Int
    let isColoured: Bool
    /// All problems and groups, however many lines that makes.
    let showsAll: Bool
    let time: LocalTime

    /// So many lines fit a terminal that nobody has made larger.
    static let most = 24
    /// Below, tables make no sense.
    static let narrowest = 60

    package init(
        _ status: PairStatus, width: Int, isColoured: Bool = false, showsAll: Bool = false, time: LocalTime = .utc
    ) {
        self.status = status
        self.width = width
        self.isColoured = isColoured
        self.showsAll = showsAll
        self.time = time
    }

    package var lines: [String] {
        let lines = width < Self.narrowest ? list : tables
        return isColoured ? lines.map(Self.coloured) : lines
    }

    /// Yellow and red marks, and no other colour: what is said must not depend on it.
    static func coloured(_ line: String) -> String {
        if line.hasPrefix("!!") { return "\u{1B}[31m!!\u{1B}[0m" + line.dropFirst(2) }
        return line.hasPrefix("!") ? "\u{1B}[33m!\u{1B}[0m" + line.dropFirst() : line
    }

    /// Whether there is anything beside the verdict to tell.
    var isLive: Bool {
        switch status.source.kind {
        case .daemon, .olderDaemon: true
        case .lastWords, .none: false
        }
    }

    // MARK: - Tables

    private var tables: [String] {
        let verdict = wrapped(
            status.verdict.sentence, width: width, first: padded(status.verdict.level.rawValue), rest: blanks(10))
        guard isLive else { return joined([verdict, problems(showing: Int.max)]) }
        let (nodes, media) = (nodeTable.lines(width: width), mediaTable.lines(width: width))
        let last = change + drill
        let (problemCount, groupCount) = room(beside: [verdict, nodes, media, last])
        return joined([verdict, problems(showing: problemCount), nodes, media, groups(showing: groupCount), last])
    }

    private func padded(_ word: String) -> String { word + blanks(10 - word.count) }

    /// Blocks with an empty line between them.
    private func joined(_ blocks: [[String]]) -> [String] {
        Array(blocks.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    /// How many problems and groups there is room for; a few of each are always shown.
    private func room(beside blocks: [[String]]) -> (problems: Int, groups: Int) {
        guard !showsAll else { return (.max, .max) }
        let fixed = joined(blocks).count
        let (few, all) = (min(status.groups.count, 3), status.groups.count)
        for count in (0...min(5, shownProblems.count)).reversed() where count > 0 || shownProblems.isEmpty {
            let problems = problems(showing: count).count
            // The title of the table and the empty lines of two blocks.
            let room = Self.most - fixed - problems - (problems > 0 ? 1 : 0) - (all > 0 ? 2 : 0)
            if room >= all { return (count, all) }
            if room > few { return (count, room - 1) }
        }
        return (min(1, shownProblems.count), few)
    }

    private var change: [String] {
        guard let change = status.lastChange else { return [] }
        let ago = change.age.map { "\($0.duration.ageText) ago: " } ?? ""
        return wrapped("\(ago)\(Self.sentence(change))", width: width, first: "last change  ", rest: blanks(13))
    }

    private var drill: [String] {
        guard let drill = status.lastDrill else { return [] }
        let record = drill.record
        let figures = [record.away, record.home].map { $0?.shortText ?? TextTable.Column.unknown }
        let what =
            record.outcome != "done"
            ? record.sentence
            : record.away == nil && record.home == nil ? "done" : "out \(figures[0]) and \(figures[1])"
        return wrapped(
            "\(drill.age.duration.ageText) ago: \(what)", width: width, first: "last drill   ", rest: blanks(13))
    }

    /// `10.31.0.254/24 gw-b -> gw-a in 4.0 ms (no. 412)`.
    static func sentence(_ change: PairStatus.Change) -> String {
        let what = change.groups.count == 1 ? change.groups[0] : "\(change.groups.count) groups"
        let number = change.number.map { " (no. \($0))" } ?? ""
        return "\(what) \(movement(change))\(number)"
    }

    private static func movement(_ change: PairStatus.Change) -> String {
        let took = change.took.map(\.shortText)
        switch change.outcome {
        case .running, .released:
            let way =
                switch (change.from, change.to) {
                case (let from?, let to?): "\(from) -> \(to)"
                case (nil, let to?): "started on \(to)"
                case (let from?, nil): "released on \(from)"
                case (nil, nil): "moved"
                }
            return way + (took.map { " in \($0)" } ?? "")
        case .failed: return "gave up" + (change.from.map { " on \($0)" } ?? "") + (took.map { " after \($0)" } ?? "")
        case .stuck: return "did not stop" + (change.from.map { " on \($0)" } ?? "")
        }
    }

    // MARK: - Problems

    /// What is one thing for people is shown once: a silent medium, and that only another one is left.
    var shownProblems: [PairStatus.Problem] {
        var shown = status.problems
        guard let left = shown.first(where: { $0.code == .oneMediumLeft && $0.healed == nil }),
            let place = shown.lastIndex(where: { $0.code == .linkDead && $0.healed == nil })
        else { return shown }
        shown[place].sentence += "; \(left.sentence)"
        return shown.filter { $0 != left }
    }

    func problems(showing count: Int) -> [String] {
        let all = shownProblems
        let shown = all.prefix(count)
        let more = all.count - shown.count
        return shown.flatMap(lines(of:))
            + (more > 0 ? wrapped("... and \(more) more (--all)", width: width, first: blanks(3), rest: blanks(3)) : [])
    }

    func lines(of problem: PairStatus.Problem) -> [String] {
        let indent = blanks(3)
        if let healed = problem.healed {
            return wrapped(text(problem, healed), width: width, first: indent, rest: indent)
        }
        var lines: [String] = []
        // The verdict of a daemon that is not there has said it.
        if problem.sentence != status.verdict.sentence {
            let mark =
                switch problem.severity {
                case .critical: "!! "
                case .unknown, .degraded: "!  "
                case .info: indent
                }
            lines += wrapped(problem.sentence, width: width, first: mark, rest: indent)
        }
        for note in problem.notes {
            let moment = note.at.map { time.time($0, seenAt: status.source.asked) + "  " } ?? ""
            lines += wrapped(note.text, width: width, first: indent + moment, rest: indent + blanks(moment.count))
        }
        return lines + problem.remedy.flatMap { wrapped($0, width: width, first: indent, rest: indent) }
    }

    private func text(_ problem: PairStatus.Problem, _ healed: PairStatus.Age) -> String {
        guard let begin = problem.age?.since, let end = healed.since else {
            return "\(problem.sentence); over for \(healed.duration.ageText)"
        }
        let now = status.source.asked
        return "\(time.time(begin, seenAt: now)) \(problem.sentence); over since \(time.time(end, seenAt: now))"
    }

    // MARK: - Groups

    /// Those in trouble first.
    var sortedGroups: [PairStatus.Group] {
        status.groups.filter { mark(of: $0) != "" } + status.groups.filter { mark(of: $0) == "" }
    }

    func groups(showing count: Int) -> [String] {
        groupTable(Array(sortedGroups.prefix(count))).lines(width: width)
            + groupsLeft(after: count).map { "\($0) (--all)" }
    }

    /// A line that says how many are not shown; none where all are.
    func groupsLeft(after count: Int) -> [String] {
        let rest = sortedGroups.dropFirst(count)
        let isWell = rest.allSatisfy { mark(of: $0) == "" }
        return rest.isEmpty ? [] : ["... and \(rest.count) more\(isWell ? ", all well" : "")"]
    }
}
