// Watches groups move: from what the core is told, says and orders, and from what becomes of that, a timeline of every movement
// of a group to or away from this node. It only looks: nothing is decided by it, and while nothing moves it is not asked.
//
// A movement begins with its cause, which may be long before the group itself begins to move: the last word of a node that
// died, or the offer whose handover this is. The core names causes before the groups they move.

import HeartbeatAddresses
import HeartbeatCore
import HeartbeatModel

/// The movements under way.
struct GroupMovements {
    private typealias Marks = [GroupTimeline.Mark: Instant]

    /// What moves groups.
    private struct Cause {
        var origin: GroupTimeline.Origin
        var zero: Instant
        var marks: Marks = [:]
        /// When a movement could last begin with it.
        var decided: Instant
    }

    private struct Movement {
        var cause: Cause
        var steps: [GroupTimeline.Step] = []
        var announced: Instant?
        var allAnnounced: Instant?
        var isAnnouncing = false
        /// So many announcements wait for the neighbours' word, and when the last that gave it did.
        var unanswered = 0
        var agreed: Instant?
        var neighboursRefuse = false
        /// What came of it; told once the first announcements are out and, of a group that runs, the neighbours have had
        /// their time to agree.
        var end: (outcome: GroupTimeline.Outcome, at: Instant)?

        var isComplete: Bool {
            guard let end, !isAnnouncing else { return false }
            return end.outcome != .running || unanswered == 0
        }

        /// Calls for the same step are one step.
        mutating func append(_ step: GroupTimeline.Step) {
            guard let last = steps.last, last.name == step.name else { return steps.append(step) }
            steps[steps.count - 1].end = step.end
            steps[steps.count - 1].status += step.status
            steps[steps.count - 1].hasFailed = step.hasFailed
        }
    }

    private struct Action {
        var groupKey: String
        var step: String
        /// The first word of it.
        var word: String
        var verb: ResourceVerb
        var begin: Instant
    }

    /// A decision counts for what begins so much later at most: a node that stood still first reads what arrived.
    private static let patience = Duration.seconds(1)

    /// The core was told something at the first instant and had answered at the second.
    private var now = (told: Instant.zero, decided: Instant.zero)
    private var silence: PeerSilence?
    /// Declared dead in the answer under way.
    private var dead: [NodeName] = []
    private var cause: Cause?
    /// Of single groups, in the answer under way.
    private var ownCauses: [String: Cause] = [:]
    private var handover: (origin: GroupTimeline.Origin, zero: Instant)?
    /// When what was last lost of the network began to fail.
    private var lossBegan: Instant?
    private var movements: [String: Movement] = [:]
    private var actions: [ActionID: Action] = [:]
    private var finished: [GroupTimeline] = []
    /// The last movement of every group that has moved, also of one that is no longer in haresources.
    private var last: [String: GroupTimeline] = [:]

    /// The same, in no order.
    var latest: [GroupTimeline] { Array(last.values) }

    /// No group is on its way.
    var isIdle: Bool { movements.isEmpty }

    /// Movements that have come to their end since the last call.
    mutating func takeFinished() -> [GroupTimeline] {
        defer { finished.removeAll() }
        return finished
    }

    /// Gives up waiting for anything: the node ends.
    mutating func close() {
        for key in movements.keys.sorted() { finish(key) }
        movements = [:]
        actions = [:]
    }

    // MARK: - What the core says

    /// The core has answered; its transitions come next. `told` is when what it answers to happened.
    mutating func answer(told: Instant, decided: Instant, silence: PeerSilence?) {
        now = (told, decided)
        self.silence = silence
        dead.removeAll()
        ownCauses.removeAll()
        guard let cause, decided - cause.decided > Self.patience, movements.values.allSatisfy({ $0.end != nil }) else {
            return
        }
        self.cause = nil
    }

    mutating func take(_ transition: Transition) {
        switch transition {
        case .nodeDied(let node): dead.append(node)
        case .lost(let ago): lossBegan = now.told - ago
        case .movingForHealth: handover = (.loss, lossBegan ?? now.told)
        case .peerLeaves: cause = newCause(.peerStopped)
        case .shuttingDown: cause = newCause(.stop)
        case .reconfigured, .claimed, .yielding: cause = newCause(.decision)
        case .takingOverAll(let node): cause = takeover(from: node)
        case .adopting(let key, let isMoved): ownCauses[key] = newCause(isMoved ? .offer : .failure)
        case .moving(let key): ownCauses[key] = newCause(.request)
        case .handover(let step): take(step)
        case .group(let key, let change): take(change, of: key)
        case .groupTrouble(let key, let trouble, _): take(trouble, of: key)
        case .linkChanged, .pingNodeReturned, .joined, .allReleased: break
        }
    }

    private func takeover(from node: NodeName?) -> Cause {
        guard let node, let silence, dead.contains(node) else { return newCause(.decision) }
        return newCause(.lastHeard(node), zero: silence.since, [.due: silence.due, .detected: now.told])
    }

    private mutating func take(_ step: HandoverStep) {
        switch step {
        case .offered(isFailback: true): handover = (.failback, now.told)
        // It was told before whose loss this is.
        case .offered: if handover?.origin != .loss { handover = (.request, now.told) }
        case .promised: handover = (.offer, now.told)
        case .givingUp:
            cause = newCause(handover, .agreed)
            handover = nil
        case .acquiring: cause = newCause(handover, .given)
        case .calledOff: handover = nil
        }
    }

    private mutating func take(_ change: GroupChange, of key: String) {
        switch change {
        case .acquiring, .releasing: begin(key)
        case .running: end(key, .running)
        case .released: end(key, .released)
        case .failureForgotten: ownCauses[key] = newCause(.failure)
        }
    }

    private mutating func take(_ trouble: GroupTrouble, of key: String) {
        switch trouble {
        case .stopFailed, .stopFailureReboots: end(key, .stuck)
        case .startFailed:
            end(key, .failed)
            ownCauses[key] = newCause(.failure)
        case .failedTooOften: ownCauses[key] = newCause(.failure)
        case .foundRunning, .leftoverAddress, .checkFailed, .checkNotRun, .addressRemoved, .stopRetry,
            .stopFailureIgnored,
            .stopUnjustlyFailed:
            break
        }
    }

    private func newCause(_ origin: GroupTimeline.Origin, zero: Instant? = nil, _ marks: Marks = [:]) -> Cause {
        Cause(
            origin: origin, zero: zero ?? now.told, marks: marks.merging([.decided: now.decided]) { $1 },
            decided: now.decided)
    }

    private func newCause(
        _ handover: (origin: GroupTimeline.Origin, zero: Instant)?, _ mark: GroupTimeline.Mark
    ) -> Cause {
        guard let handover else { return newCause(.decision) }
        return newCause(handover.origin, zero: handover.zero, [mark: now.told])
    }

    // MARK: - Movements

    private mutating func begin(_ key: String) {
        if movements[key]?.end != nil { finish(key) }
        movements[key] = Movement(cause: ownCauses[key] ?? cause ?? newCause(.decision))
    }

    private mutating func end(_ key: String, _ outcome: GroupTimeline.Outcome) {
        guard movements[key]?.end == nil else { return }
        movements[key]?.end = (outcome, now.decided)
        finishIfComplete(key)
    }

    @discardableResult
    private mutating func finishIfComplete(_ key: String) -> Bool {
        guard movements[key]?.isComplete == true else { return false }
        finish(key)
        return true
    }

    private mutating func finish(_ key: String) {
        guard let movement = movements.removeValue(forKey: key), let end = movement.end else { return }
        var marks = movement.cause.marks
        marks[.announced] = movement.announced
        marks[.allAnnounced] = movement.allAnnounced
        if !movement.neighboursRefuse { marks[.neighboursAgree] = movement.agreed }
        let timeline = GroupTimeline(
            group: key, origin: movement.cause.origin, zero: movement.cause.zero, marks: marks, steps: movement.steps,
            outcome: end.outcome, end: end.at)
        last[key] = timeline
        finished.append(timeline)
    }

    // MARK: - What is done

    /// An action begins.
    mutating func began(_ action: ResourceAction, _ id: ActionID, at instant: Instant) {
        guard let movement = movements[action.groupKey], movement.end == nil else { return }
        actions[id] = Action(
            groupKey: action.groupKey, step: action.step.shortName, word: action.step.resources[0].word,
            verb: action.verb, begin: instant)
    }

    /// An action has ended; gives how long it took if it was one of a movement and did what it should.
    @discardableResult
    mutating func ended(_ id: ActionID, _ result: ActionResult, at instant: Instant) -> LearnedStore.Run? {
        guard let action = actions.removeValue(forKey: id), movements[action.groupKey] != nil else { return nil }
        var step = GroupTimeline.Step(name: action.step, begin: action.begin, end: instant)
        if action.verb == .status {
            step.status = step.duration
        } else {
            step.hasFailed = !result.isSuccess
        }
        movements[action.groupKey]?.append(step)
        guard result.tells(of: action.verb) else { return nil }
        return LearnedStore.Run(word: action.word, verb: action.verb, duration: step.duration)
    }

    /// Addresses of a group have been announced, and their neighbours are being asked when all have been. Whether that was all
    /// its movement waited for to be told.
    mutating func announced(_ key: String, _ announcement: FirstAnnouncement) -> Bool {
        guard let movement = movements[key] else { return false }
        movements[key]?.announced = movement.announced ?? announcement.begin
        if announcement.addresses.count > 1 { movements[key]?.allAnnounced = announcement.end }
        movements[key]?.isAnnouncing = announcement.end == nil
        if announcement.end != nil { movements[key]?.unanswered += 1 }
        return finishIfComplete(key)
    }

    /// The neighbours of addresses that have been announced agree since then, or do not say so. The same.
    mutating func answered(_ key: String, _ agreed: Instant?) -> Bool {
        guard let movement = movements[key], movement.unanswered > 0 else { return false }
        movements[key]?.unanswered -= 1
        if let agreed {
            movements[key]?.agreed = max(movement.agreed ?? agreed, agreed)
        } else {
            movements[key]?.neighboursRefuse = true
        }
        return finishIfComplete(key)
    }
}

extension ActionResult {
    /// The time that it took says something of the next one.
    fileprivate func tells(of verb: ResourceVerb) -> Bool {
        switch verb {
        case .start, .stop: return isSuccess
        // Whether it runs or not, it has answered.
        case .status:
            if case .exited = self { return true }
            return false
        }
    }
}
