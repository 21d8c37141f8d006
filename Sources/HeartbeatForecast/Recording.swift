// What happens while events are played on a stage: the lines of the story, and for how long nobody or both serve each group.

import HeartbeatCore
import HeartbeatModel
import HeartbeatSimulator

/// One play, from its first event until nothing follows any more.
final class Recording {
    private struct GroupLog {
        let from: NodeName?
        var owners: [Int]
        var isDouble = false
        var away = Duration.zero
        var onBoth = Duration.zero
        var changed: Instant?
    }

    private let stage: Stage
    private let story: Story
    private var logs: [GroupLog] = []
    private var sampled: Instant
    private var zero: Instant

    private var pair: PlayedPair { stage.pair }

    init(_ stage: Stage, _ learned: LearnedDurations) {
        self.stage = stage
        story = Story(stage.configuration, learned)
        (sampled, zero) = (stage.pair.now, stage.pair.now)
    }

    func play(
        _ events: [(after: Duration, event: PairEvent)], into prediction: Prediction
    ) throws(CannotTell) -> Prediction {
        begin(with: events.first?.event)
        let nodes = stage.configuration.nodes
        pair.watch { [story, weak self] host, sight in
            guard let self else { return }
            story.take(sight, of: nodes[host], at: pair.now - zero)
        }
        defer { pair.watch(nil) }
        for (after, event) in events.enumerated().sorted(by: {
            ($0.element.after, $0.offset) < ($1.element.after, $1.offset)
        })
        .map(\.element) {
            run(until: zero + after)
            try checkApplies(event)
            story.begin(event, at: pair.now - zero)
            pair.befall(event)
            if case .kill(let node) = event, stage.host(node).map(stage.state.setting.guarded.contains) == true {
                story.noteGuardian(of: node, at: pair.now - zero)
            }
            sample()
        }
        let hasReturn = events.contains { $0.event.brings }
        run(until: pair.now + stage.patience(hasReturn: hasReturn))
        let end = pair.now + Stage.longest
        while !pair.isAtRest, pair.objection == nil, pair.now < end {
            run(until: pair.now + stage.configuration.keepalive)
        }
        try stage.check()
        return finish(prediction, events.map(\.event))
    }

    /// At the worst moment: a message has just come, so that the silence lasts longest.
    private func begin(with event: PairEvent?) {
        let served = stage.configuration.groups.indices.lazy.compactMap { [stage] in stage.owners(of: $0).first }.first
        let host = event?.node.flatMap(stage.host) ?? served ?? stage.state.local
        pair.runPastMessage(of: host, within: stage.configuration.keepalive * 3)
        (sampled, zero) = (pair.now, pair.now)
        logs = stage.configuration.groups.indices.map { group in
            let owners = stage.owners(of: group)
            return GroupLog(from: owners.count == 1 ? stage.name(owners[0]) : nil, owners: owners)
        }
    }

    private func run(until end: Instant) {
        while pair.step(until: end) { sample() }
        sample()
    }

    /// What was so until now, and what is so from now on.
    private func sample() {
        let span = pair.now - sampled
        sampled = pair.now
        for group in logs.indices {
            if logs[group].owners.isEmpty { logs[group].away += span }
            if logs[group].isDouble { logs[group].onBoth += span }
            let owners = stage.owners(of: group)
            if owners != logs[group].owners { logs[group].changed = pair.now }
            logs[group].owners = owners
            logs[group].isDouble = pair.isDouble(group)
        }
    }

    private func checkApplies(_ event: PairEvent) throws(CannotTell) {
        guard let node = event.node, let host = stage.host(node) else { return }
        switch event {
        case .power, .kill, .stop, .standby, .takeover, .move:
            guard pair.isUp(host) else { throw CannotTell("heartbeat does not run on \(node) as it is") }
        case .boot:
            guard !pair.isUp(host) else { throw CannotTell("heartbeat runs on \(node) already") }
        case .lose, .regain, .loseMedia, .regainMedia, .maintenance, .fail: break
        }
    }

    // MARK: - The end

    private func finish(_ prediction: Prediction, _ events: [PairEvent]) -> Prediction {
        var result = prediction
        result.lines = story.lines
        result.groups = zip(stage.configuration.groups, logs).map { group, log in
            var end = Prediction.Group(key: group.key, from: log.from, owners: log.owners.map(stage.name))
            end.away = log.owners.isEmpty ? nil : log.away
            end.back = log.owners.isEmpty ? nil : log.changed.map { $0 - zero }
            end.isAtLeast = story.unknownGroups.contains(group.key)
            end.onBoth = log.onBoth
            return end
        }
        result.notes += stage.state.notes + story.notes + endNotes(events)
        return result
    }

    private func endNotes(_ events: [PairEvent]) -> [String] {
        var notes: [String] = []
        for host in 0..<2 {
            let strays = pair.strays(on: host)
            if !strays.isEmpty {
                notes.append(
                    "\(stage.name(host)) has no daemon any more and still runs \(strays.joined(separator: " "))")
            }
            guard let facts = pair.facts(of: host), let failback = facts.failback, failback.isWanted,
                failback.blockedBy == .delay, stage.configuration.failbackDelay != .afterThePlay
            else { continue }
            let delay = stage.configuration.failbackDelay.longest.rounded
            notes.append("groups go back to \(stage.name(1 - host)) by themselves after failback_delay (\(delay))")
        }
        for case .fail(let word, let node) in events where !isLookedAfter(word) {
            notes.append("nobody looks after \(word) (no monitor), so that \(node) does not notice")
        }
        let up = (0..<2).filter { pair.isUp($0) }
        if up.count == 1, stage.state.peersEnd == nil {
            notes.append("After it only \(stage.name(up[0])) is left")
        }
        return notes
    }

    private func isLookedAfter(_ word: String) -> Bool {
        stage.configuration.groups.flatMap(\.steps).contains { step in
            step.resources.contains { $0.word == word } && (step.isAddresses || step.monitorInterval != nil)
        }
    }
}

extension PairEvent {
    /// Something begins to work, so that groups may go back.
    fileprivate var brings: Bool {
        switch self {
        case .regain, .regainMedia, .boot, .maintenance(false, on: _): true
        case .lose, .loseMedia, .power, .kill, .stop, .standby, .takeover, .move, .maintenance, .fail: false
        }
    }
}
