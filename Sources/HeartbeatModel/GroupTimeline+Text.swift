// The line of the log that tells a movement, written and read in one place:
//
//   Timeline of 10.0.0.1/24 (ms since gw1 was last heard, at 4711.123456): due 1000.00, detected 1000.21, decided 1000.24,
//   10.0.0.1/24 1000.30-1000.47, announced 1000.44, ipsec 1000.51-1014.20 (status 3.10), running 1014.24
//
// Times are milliseconds since zero; zero is in seconds of CLOCK_MONOTONIC. What takes time has its begin and its end, and
// the last part is the outcome. No word of haresources has a blank, so blanks keep the words apart.

extension GroupTimeline {
    /// A longer name of a step is cut: one with many parameters must not hide the others.
    private static let longestName = 48

    /// The line, its times rounded to 10 µs.
    public var text: String {
        let parts = entries + [furtherSteps?.text, "\(outcome) \(time(end))"].compactMap(\.self)
        return "Timeline of \(group) (ms since \(origin), at \(seconds(zero))): " + parts.joined(separator: ", ")
    }

    /// Marks and steps by time; of those at the same time an announcement comes after the step that it is part of.
    private var entries: [String] {
        func told(_ marks: [Mark]) -> [(TimelineTime, String)] {
            marks.compactMap { mark in self.marks[mark].map { (time($0), "\(mark.rawValue) \(time($0))") } }
        }
        let entries =
            told([.due, .detected, .agreed, .given, .decided]) + steps.map { (time($0.begin), text(of: $0)) }
            + told([.announced, .allAnnounced, .neighboursAgree])
        return entries.enumerated().sorted { ($0.1.0, $0.0) < ($1.1.0, $1.0) }.map(\.1.1)
    }

    private func text(of step: Step) -> String {
        let isLong = step.name.count > Self.longestName
        let name = isLong ? step.name.prefix(Self.longestName - 3) + "..." : step.name[...]
        let status = TimelineTime(step.status)
        return "\(name) \(time(step.begin))-\(time(step.end))" + (step.hasFailed ? " failed" : "")
            + (status > TimelineTime(.zero) ? " (status \(status))" : "")
    }

    private func time(_ instant: Instant) -> TimelineTime { TimelineTime(instant - zero) }

    /// `4711.123456`.
    private func seconds(_ instant: Instant) -> String {
        let microseconds = instant.nanoseconds / 1000
        return "\(microseconds / 1_000_000).\(digits(microseconds % 1_000_000, 6))"
    }
}

extension GroupTimeline.FurtherSteps {
    /// `7 shorter steps 12.30 in all`.
    fileprivate var text: String { "\(count) shorter steps \(TimelineTime(duration)) in all" }
}

extension GroupTimeline.Origin: CustomStringConvertible {
    /// One word for programs.
    public var word: String {
        switch self {
        case .lastHeard: "death"
        case .request: "request"
        case .loss: "loss"
        case .failback: "failback"
        case .offer: "offer"
        case .stop: "stop"
        case .peerStopped: "peer-stopped"
        case .failure: "failure"
        case .decision: "decision"
        }
    }

    /// What comes after `since`: `gw1 was last heard`.
    public var description: String {
        switch self {
        case .lastHeard(let node): "\(node) was last heard"
        case .request: "the handover was asked for"
        case .loss: "an interface or path was lost"
        case .failback: "the failback was offered"
        case .offer: "the other node offered it"
        case .stop: "the stop was asked for"
        case .peerStopped: "the other node had stopped"
        case .failure: "its failure was known"
        case .decision: "it was called for"
        }
    }

    fileprivate init?(text: String) {
        let others: [Self] = [.request, .loss, .failback, .offer, .stop, .peerStopped, .failure, .decision]
        if let origin = others.first(where: { $0.description == text }) {
            self = origin
        } else {
            guard let name = text.split(separator: " ").first, case let origin = Self.lastHeard(NodeName(name)),
                origin.description == text
            else { return nil }
            self = origin
        }
    }
}

/// A time as it stands in the line: milliseconds with two decimals.
private struct TimelineTime: Comparable, CustomStringConvertible {
    let hundredths: Int64

    init(_ duration: Duration) {
        hundredths = duration.nearest(.microseconds(10))
    }

    /// `1000.41`.
    init?(_ text: some StringProtocol) {
        guard let number = decimal(text, places: 2) else { return nil }
        hundredths = number
    }

    var duration: Duration { .nanoseconds(hundredths * 10_000) }
    var description: String { "\(hundredths / 100).\(digits(hundredths % 100, 2))" }

    static func < (left: Self, right: Self) -> Bool { left.hundredths < right.hundredths }
}

/// A number with leading zeros.
private func digits(_ number: Int64, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
}

/// 30 years in microseconds: no clock since a boot shows more, and nanoseconds have room for it.
private let longestClock: Int64 = 1_000_000_000_000_000

/// Reads a number with exactly so many decimals as a whole number of the last one.
private func decimal(_ text: some StringProtocol, places: Int) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    // Ten digits before the point are 300 years of seconds; more could overflow what is made of them.
    guard parts.count == 2, parts[1].utf8.count == places, (1...10).contains(parts[0].utf8.count) else { return nil }
    let digits = parts.joined()
    return digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(digits) : nil
}

// MARK: - Reading

extension GroupTimeline {
    /// Reads what `text` has written; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.starts(with: ["Timeline", "of"]), words.count > 8, words[3...4] == ["(ms", "since"],
            let last = words.firstIndex(where: { $0.hasSuffix("):") }), last > 7, words[last - 1] == "at",
            words[last - 2].hasSuffix(","), let microseconds = decimal(words[last].dropLast(2), places: 6),
            microseconds < longestClock,
            let origin = Origin(text: String(words[5..<last - 1].joined(separator: " ").dropLast()))
        else { return nil }
        var reader = GroupTimelineReader(zero: Instant(nanoseconds: microseconds * 1000))
        var rest = words[(last + 1)...]
        while !rest.isEmpty {
            var part = Array(rest.prefix { !$0.hasSuffix(",") })
            rest = rest.dropFirst(part.count)
            if let end = rest.popFirst() { part.append(end.dropLast()) }
            guard reader.outcome == nil, reader.read(part.map { String($0) }) else { return nil }
        }
        guard let (outcome, end) = reader.outcome else { return nil }
        self.init(
            group: String(words[2]), origin: origin, zero: reader.zero, marks: reader.marks, steps: reader.steps,
            furtherSteps: reader.furtherSteps, outcome: outcome, end: end)
    }
}

/// Collects the parts of a line.
private struct GroupTimelineReader {
    let zero: Instant
    var marks: [GroupTimeline.Mark: Instant] = [:]
    var steps: [GroupTimeline.Step] = []
    var furtherSteps: GroupTimeline.FurtherSteps?
    /// The last part.
    var outcome: (GroupTimeline.Outcome, Instant)?

    init(zero: Instant) {
        self.zero = zero
    }

    /// Takes what stands between two commas; false when it is none of a line's parts.
    mutating func read(_ words: [String]) -> Bool {
        if words.suffix(2) == ["in", "all"] { return readFurtherSteps(words) }
        guard let word = words.last, let time = TimelineTime(word) else { return readStep(words) }
        let name = words.dropLast().joined(separator: " ")
        if let mark = GroupTimeline.Mark(rawValue: name) {
            marks[mark] = zero + time.duration
        } else {
            guard let outcome = GroupTimeline.Outcome(rawValue: name) else { return false }
            self.outcome = (outcome, zero + time.duration)
        }
        return true
    }

    private mutating func readFurtherSteps(_ words: [String]) -> Bool {
        guard words.count == 6, words[1...2] == ["shorter", "steps"], let count = Int(words[0]),
            let time = TimelineTime(words[3])
        else { return false }
        furtherSteps = GroupTimeline.FurtherSteps(count: count, duration: time.duration)
        return true
    }

    private mutating func readStep(_ words: [String]) -> Bool {
        var words = words
        var status = Duration.zero
        if words.count > 2, words[words.count - 2] == "(status", let last = words.last, last.hasSuffix(")") {
            guard let time = TimelineTime(last.dropLast()) else { return false }
            status = time.duration
            words.removeLast(2)
        }
        let hasFailed = words.last == "failed"
        if hasFailed { words.removeLast() }
        guard let times = words.popLast()?.split(separator: "-").map({ TimelineTime($0) }), times.count == 2,
            let begin = times[0], let end = times[1], !words.isEmpty
        else { return false }
        steps.append(
            GroupTimeline.Step(
                name: words.joined(separator: " "), begin: zero + begin.duration, end: zero + end.duration,
                status: status, hasFailed: hasFailed))
        return true
    }
}
