// Where the time of one takeover went: what was done to the cluster, what its nodes tell of the movement and what the client
// saw, on one axis. All of them read the same clock, because they are on one machine. Records in, text out.

import HeartbeatModel

/// A takeover from the fault to the service.
package struct MergedTimeline: Hashable, Sendable {
    /// What was done to the cluster.
    package struct Fault: Hashable, Sendable {
        /// In words, such as `cuts the power of cluster1`.
        package var text: String
        package var at: Moment

        package init(_ text: String, at: Moment) {
            self.text = text
            self.at = at
        }
    }

    /// One movement of a group as a node tells it.
    package struct Movement: Hashable, Sendable {
        package var node: String
        package var timeline: GroupTimeline

        package init(node: String, timeline: GroupTimeline) {
            self.node = node
            self.timeline = timeline
        }

        /// Those in the text of a node's log that came to their end between the two moments, in the order of the log.
        package static func all(inLog text: String, of node: String, from start: Moment, to end: Moment) -> [Movement] {
            text.split(separator: "\n").compactMap { line in
                guard let timeline = LogLine(line).flatMap({ GroupTimeline($0.text) }) else { return nil }
                return (start...end).contains(Moment(timeline.end)) ? Movement(node: node, timeline: timeline) : nil
            }
        }
    }

    /// One thing that happened.
    package struct Entry: Hashable, Sendable {
        /// `lab`, `client` or a node's name.
        package var who: String
        package var text: String
        /// Since `zero`; negative before it.
        package var begin: Duration
        /// The same for the end of what took time.
        package var end: Duration?
        var kind = Kind.event
    }

    /// What of an entry the story tells.
    enum Kind: Hashable, Sendable {
        /// All of it.
        case event
        /// Together with those of the same verb that follow: `start`, `stop`.
        case step(verb: String, name: String)
        /// Nothing.
        case aside
    }

    /// The fault, or else what the first movement began with.
    package let zero: Moment
    /// By time.
    package let entries: [Entry]

    /// Puts the records together; `nil` when nothing was done and no node tells of a movement.
    /// - Parameters:
    ///   - fault: `nil` where nothing was done, and the nodes moved the groups by themselves.
    ///   - movements: those of both nodes; none where the nodes do not tell, as those of an original heartbeat.
    ///   - figures: what the client went through meanwhile.
    ///   - taker: the node that serves the client from now on.
    package init?(
        fault: Fault?, movements: [Movement], figures: ProbeFigures, taker: (name: String, address: HardwareAddress)
    ) {
        guard let zero = fault?.at ?? movements.map({ Moment($0.timeline.zero) }).min() else { return nil }
        var entries = fault.map { [Entry(who: "lab", text: $0.text, begin: .zero)] } ?? []
        let isOneGroup = Set(movements.map(\.timeline.group)).count == 1
        for movement in movements { entries += movement.entries(since: zero, namesGroup: !isOneGroup) }
        if let heard = figures.announcements.first(where: { $0.from == taker.address }) {
            let text = "hears \(taker.name) announce the address"
            entries.append(Entry(who: "client", text: text, begin: heard.at - zero, kind: .aside))
        }
        if let answer = figures.firstAnswers[taker.address] {
            entries.append(Entry(who: "client", text: "first answer from \(taker.name)", begin: answer - zero))
        }
        self.zero = zero
        self.entries = entries.enumerated().sorted { ($0.1.begin, $0.0) < ($1.1.begin, $1.0) }.map(\.1)
    }

    /// A line for each entry: since zero, how long it took, who, what. Times are milliseconds.
    package var table: String { Self.table(of: entries) }

    /// The same in a few lines: what began it, what followed, when the client was served again.
    package var story: String {
        var told: [Entry] = []
        for entry in entries where entry.kind != .aside {
            if let last = told.last, last.who == entry.who, case .step(let verb, _) = last.kind,
                case .step(verb, let name) = entry.kind
            {
                told[told.count - 1].text += " \(name)"
                told[told.count - 1].end = entry.end
            } else {
                told.append(entry)
            }
        }
        return Self.table(of: told)
    }

    private static func table(of entries: [Entry]) -> String {
        let rows = entries.map { entry in
            let took = entry.end.map { milliseconds($0 - entry.begin) } ?? ""
            return [milliseconds(entry.begin), took, entry.who, entry.text]
        }
        return alignedColumns([["at ms", "took ms", "who", "what"]] + rows, onTheRight: [0, 1])
    }

    var jsonValue: JSONValue {
        .array(
            entries.map { entry in
                .object([
                    .init("at_us", .number(entry.begin.inNanoseconds / 1000)),
                    .init("end_us", entry.end.map { .number($0.inNanoseconds / 1000) } ?? .null),
                    .init("who", .string(entry.who)), .init("what", .string(entry.text)),
                ])
            })
    }

    /// With two decimals.
    private static func milliseconds(_ duration: Duration) -> String {
        let hundredths = (abs(duration.inNanoseconds) + 5000) / 10_000
        let decimals = String(hundredths % 100)
        return (duration < .zero && hundredths > 0 ? "-" : "") + "\(hundredths / 100)."
            + (decimals.count < 2 ? "0" : "") + decimals
    }
}

extension MergedTimeline.Movement {
    fileprivate func entries(since zero: Moment, namesGroup: Bool) -> [MergedTimeline.Entry] {
        func entry(
            _ text: String, _ begin: Instant, _ end: Instant? = nil, _ kind: MergedTimeline.Kind = .event
        ) -> MergedTimeline.Entry {
            MergedTimeline.Entry(
                who: node, text: namesGroup ? "\(timeline.group): \(text)" : text, begin: Moment(begin) - zero,
                end: end.map { Moment($0) - zero }, kind: kind)
        }
        let marks = GroupTimeline.Mark.allCases.compactMap { mark in
            timeline.marks[mark].map { entry(mark.rawValue, $0, nil, mark == .detected ? .event : .aside) }
        }
        let steps = timeline.steps.map { step in
            let name = self.name(of: step)
            return entry("\(verb) \(name)", step.begin, step.end, .step(verb: verb, name: name))
        }
        return [entry("\(timeline.origin)", timeline.zero, nil, timeline.origin.isAside ? .aside : .event)] + marks
            + steps
            + [
                entry(
                    timeline.outcome.rawValue + furtherSteps, timeline.end, nil,
                    timeline.outcome == .released ? .aside : .event)
            ]
    }

    private var furtherSteps: String {
        timeline.furtherSteps.map { ", after \($0.count) more steps that are not shown" } ?? ""
    }

    private var verb: String {
        switch timeline.outcome {
        case .running, .failed: "start"
        case .released, .stuck: "stop"
        }
    }

    private func name(of step: GroupTimeline.Step) -> String {
        step.name + (step.hasFailed ? " (failed)" : "")
    }
}

extension GroupTimeline.Origin {
    /// Another line of the story says the same.
    fileprivate var isAside: Bool {
        switch self {
        case .lastHeard, .request, .offer, .peerStopped: true
        case .loss, .failback, .stop, .failure, .decision: false
        }
    }
}

extension Moment {
    /// An instant of a node on this machine.
    init(_ instant: Instant) {
        self.init(nanoseconds: instant.nanoseconds)
    }
}
