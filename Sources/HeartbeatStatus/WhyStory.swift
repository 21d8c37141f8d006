// The chain of causes of one movement as lines with times of day: what was observed, what was decided, what was done. Each line says which
// node it is about, and which setting it follows from.

import HeartbeatModel

/// A line of the chain.
struct WhyLine: Hashable {
    /// Milliseconds since 1970.
    var unix: UInt64
    /// `nil` for what happens between the nodes.
    var node: NodeName?
    var what: String
    /// The setting or the rule that it follows from; empty for none.
    var note = ""
    var event: PairEvent?
    /// With this it began.
    var isCause = false
}

struct WhyStory {
    private let report: WhyReport
    private let movement: HistoryEntry

    init(_ report: WhyReport) {
        self.report = report
        movement = report.movement
    }

    /// By time.
    var lines: [WhyLine] {
        var all = observed
        if !all.contains(where: { $0.event != nil }) { all.append(origin) }
        if let index = all.firstIndex(where: isCause) ?? all.firstIndex(where: { $0.event != nil }) ?? all.indices.last
        {
            all[index].isCause = true
        }
        all += decided + done
        return all.enumerated().sorted { ($0.element.unix, $0.offset) < ($1.element.unix, $1.offset) }.map(\.element)
    }

    // MARK: - What was observed

    private var observed: [WhyLine] {
        guard let record = report.record else { return [] }
        let words = EventWords(record.state)
        return record.happenings.flatMap { happening -> [WhyLine] in
            guard let event = happening.event else {
                return [
                    WhyLine(
                        unix: record.unix(after: happening.after), node: movement.node,
                        what: happening.text.printable(atMost: 120))
                ]
            }
            let first = WhyLine(
                unix: record.unix(after: happening.after), node: event.node, what: words.happened(event),
                event: event)
            guard happening.delay > .zero, let counted = counted(event) else { return [first] }
            let known = record.unix(after: happening.after + happening.delay)
            return [first, WhyLine(unix: known, node: movement.node, what: counted.what, note: counted.note)]
        }
    }

    /// What the node made of it when it had lasted; `nil` for what counts at once.
    private func counted(_ event: PairEvent) -> (what: String, note: String)? {
        switch event {
        case .power(let node), .kill(let node): ("\(node) counts as dead", deadtime)
        case .loseMedia: ("the other node counts as dead", deadtime)
        case .lose: ("it counts as lost", "")
        case .regain, .regainMedia, .stop, .boot, .standby, .takeover, .move, .maintenance, .fail: nil
        }
    }

    private var deadtime: String {
        (report.record?.state.timings?.deadtime).map { "deadtime=\($0.milliseconds)ms" } ?? ""
    }

    /// The first of the computed causes is what it began with.
    private func isCause(_ line: WhyLine) -> Bool {
        guard case .found(let causes)? = report.causes, let event = line.event else { return false }
        return causes.contains { cause in
            if case .event(let other, _) = cause.what { other == event } else { false }
        }
    }

    // MARK: - What was decided and done

    /// The origin as the timeline has it, for want of more.
    private var origin: WhyLine {
        WhyLine(unix: unix(movement.timeline.zero), node: movement.node, what: "\(movement.timeline.origin)")
    }

    private var decided: [WhyLine] {
        GroupTimeline.Mark.allCases.compactMap { mark in
            guard let at = movement.timeline.marks[mark], let what = words(mark) else { return nil }
            return WhyLine(unix: unix(at), node: movement.node, what: what, note: note(mark))
        }
    }

    private func words(_ mark: GroupTimeline.Mark) -> String? {
        switch mark {
        case .due: nil
        // The record has said it.
        case .detected: report.record == nil ? "it was declared dead" : nil
        case .agreed: "the other node has agreed to take it"
        case .given: "the other node has released it"
        case .decided: movement.timeline.isStart ? "decided to start it" : "decided to stop it"
        case .announced: "told the network where the address is"
        case .allAnnounced: "told it of all addresses"
        case .neighboursAgree: "neighbours confirm the new owner"
        }
    }

    private func note(_ mark: GroupTimeline.Mark) -> String {
        switch mark {
        case .detected: deadtime
        case .decided: rule
        case .due, .agreed, .given, .announced, .allAnnounced, .neighboursAgree: ""
        }
    }

    private var rule: String {
        switch movement.timeline.origin {
        case .loss: "rule: health"
        case .failback: "auto_failback"
        case .request: "order"
        case .lastHeard, .offer, .stop, .peerStopped, .failure, .decision: ""
        }
    }

    private var done: [WhyLine] {
        let timeline = movement.timeline
        let steps = timeline.steps.map { step in
            "\(step.name) \(HistoryText.milliseconds(step.duration))\(step.hasFailed ? " failed" : "")"
        }
        let further = timeline.furtherSteps.map {
            ["\($0.count) shorter steps \(HistoryText.milliseconds($0.duration))"]
        }
        let verb = timeline.isStart ? "started" : "stopped"
        let all = steps + (further ?? [])
        let work =
            all.isEmpty
            ? []
            : [
                WhyLine(
                    unix: unix(timeline.steps.first?.begin ?? timeline.end), node: movement.node,
                    what: "\(verb) \(all.joined(separator: ", ")) ms")
            ]
        return work + [
            WhyLine(unix: unix(timeline.end), node: movement.node, what: "\(timeline.group) is \(end)")
        ]
    }

    private var end: String {
        switch movement.timeline.outcome {
        case .running: "running"
        case .released: "released"
        case .failed: "not running: a start has failed"
        case .stuck: "not stopped"
        }
    }

    /// The clock on the wall, as exactly as it is known.
    private func unix(_ instant: Instant) -> UInt64 {
        if let record = report.record { return record.unix(instant) }
        let timeline = movement.timeline
        let known = timeline.marks.values.reduce(timeline.end) { max($0, $1) }
        return movement.unixMilliseconds
            - min(movement.unixMilliseconds, UInt64(max(0, (known - instant).milliseconds)))
    }
}
