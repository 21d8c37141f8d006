// Why a group moved, for people: one sentence, the chain of causes with times of day, where the time went, what would have kept the group
// where it was, and when it goes back.

import HeartbeatModel

package struct WhyText {
    private let report: WhyReport
    private let width: Int
    private let time: LocalTime

    package init(_ report: WhyReport, width: Int, time: LocalTime = .utc) {
        self.report = report
        self.width = width
        self.time = time
    }

    /// Without the ends of the lines.
    package var lines: [String] {
        let notes = report.notes.flatMap { wrapped($0, width: width, first: "! ", rest: "  ") }
        let mark = report.movement.isWrong ? "! " : ""
        let story = WhyStory(report).lines
        let nodes = story.map { ($0.node?.text ?? "").count }.max() ?? 0
        return notes + wrapped(mark + headline, width: width, rest: "  ") + [""]
            + story.flatMap { line($0, nodeWidth: nodes) } + [""] + facts.flatMap(fact)
    }

    // MARK: - The sentence

    private var headline: String {
        let movement = report.movement
        let key = movement.timeline.group
        let when = "on \(time.day(movement.unixMilliseconds)) at \(time.clock(movement.unixMilliseconds).prefix(8))"
        switch movement.timeline.outcome {
        case .running:
            let way = movement.from.map { "moved from \($0) to" } ?? "was started on"
            return "\(key) \(way) \(movement.node) \(when), in \(movement.took.shortText)"
        case .released:
            let way = movement.to.map { "moved from \(movement.node) to \($0)" } ?? "was stopped on \(movement.node)"
            return "\(key) \(way) \(when), released in \(movement.took.shortText)"
        case .failed: return "\(key) would not start on \(movement.node) \(when)"
        case .stuck: return "\(key) would not stop on \(movement.node) \(when)"
        }
    }

    // MARK: - The chain

    private func line(_ line: WhyLine, nodeWidth: Int) -> [String] {
        let node = line.node?.text ?? ""
        let begin = "  \(time.clock(line.unix))  \(node)\(blanks(nodeWidth - node.count))  "
        let note = line.isCause ? [line.note, "cause"].filter { !$0.isEmpty }.joined(separator: ", ") : line.note
        let texts = wrapped(line.what, width: width, first: begin, rest: blanks(begin.count))
        guard !note.isEmpty, let last = texts.last else { return texts }
        let gap = width - last.count - note.count
        return gap >= 2
            ? texts.dropLast() + [last + blanks(gap) + note]
            : texts + wrapped(note, width: width, first: blanks(max(begin.count, width - note.count)))
    }

    // MARK: - Below it

    private typealias Fact = (name: String, text: String)

    private static let column = 23

    private func fact(_ fact: Fact) -> [String] {
        let begin = "  \(fact.name)\(blanks(Self.column - fact.name.count))"
        return wrapped(fact.text, width: width, first: begin, rest: blanks(begin.count))
    }

    private var facts: [Fact] {
        let movement = report.movement
        let parts = movement.budget.map { "\($0.name) \(HistoryText.milliseconds($0.duration))" }
        let others = report.chain.filter { $0.number != movement.number }.map { "\($0.number)" }
        return [("time", "\(parts.joined(separator: " | ")) ms")]
            + (others.isEmpty ? [] : [("with it", "no. \(others.joined(separator: ", "))")])
            + causes + failback + [("look closer", closer)]
    }

    private var causes: [Fact] {
        switch report.causes {
        case nil: []
        case .unknown(let reason): [("not replayed", "cannot be replayed: \(reason)")]
        case .found([]): [("it would have moved", "without any one of these things as well")]
        case .found(let causes):
            Self.grouped(causes, of: report).map { ($0, $1.joined(separator: "; or ")) }
        }
    }

    /// Sentences about causes, by what would have come of them.
    private static func grouped(
        _ causes: [MovementCauses.Cause], of report: WhyReport
    ) -> [(name: String, sentences: [String])] {
        var groups: [(name: String, sentences: [String])] = []
        for cause in causes {
            let name = outcome(of: cause, report)
            let sentence = sentence(cause, report)
            if let index = groups.firstIndex(where: { $0.name == name }) {
                groups[index].sentences.append(sentence)
            } else {
                groups.append((name, [sentence]))
            }
        }
        return groups
    }

    /// `it would have stayed`.
    private static func outcome(of cause: MovementCauses.Cause, _ report: WhyReport) -> String {
        guard let node = cause.to else { return "nobody would serve it" }
        return report.stays(cause) ? "it would have stayed" : "it would be on \(node)"
    }

    static func sentence(_ cause: MovementCauses.Cause, _ report: WhyReport) -> String {
        report.record.map { EventWords($0.state).kept(cause.what) } ?? ""
    }

    private var failback: [Fact] { report.failback?.sentence.map { [("it goes back", $0)] } ?? [] }

    private var closer: String {
        switch report.evidence {
        case .record(let record, _): "hbctl record save \(record.chain); hbsim --replay \(record.chain).hbr"
        case .none: "hbctl history \(report.movement.number); there is no record of it"
        case .unreadable(let reason): "hbctl history \(report.movement.number); its record is not there: \(reason)"
        }
    }
}

extension WhyReport {
    /// Without the cause the group would be where it was.
    func stays(_ cause: MovementCauses.Cause) -> Bool {
        guard let node = cause.to else { return false }
        return node == record?.begin(of: movement.timeline.group)
    }
}

extension WhyFailback {
    /// `nil` where there is nothing to say.
    var sentence: String? {
        switch self {
        case .isHome: return nil
        case .byOrder(let node): return "only by hbctl failback, to \(node) (auto_failback off)"
        case .byItself(let node, let rule, let fact):
            let setting = "auto_failback \(rule.rawValue)"
            guard let obstacle = fact?.blockedBy else { return "when \(node) is well (\(setting))" }
            return "when \(node) is well (\(setting)); now it waits: \(obstacle.words)"
                + (fact?.left.map { ", for \($0.shortText) yet" } ?? "")
        }
    }
}

extension NodeFacts.FailbackFact.Obstacle {
    fileprivate var words: String {
        switch self {
        case .files: "files are not the same on both nodes"
        case .health: "that node may be worse off"
        case .partner: "the partner's pair serves here"
        case .transition: "something is under way, or that node is not there"
        case .delay: "that node has not been well for long enough"
        }
    }
}
