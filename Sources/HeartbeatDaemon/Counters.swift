// What this daemon has counted since it began, for whoever draws curves. Counters move only when something has happened that is rare: a
// message that was not believed, an action, a movement, a line of the log. No keepalive costs anything here; those are counted in the core.

import HeartbeatCore
import HeartbeatModel
import HeartbeatWire

struct Counters {
    /// Names of media and groups come and go with the files; who sends packets makes no new ones.
    static let mostSeries = 1024
    /// Of durations: each is a dozen lines or more for whoever reads it.
    static let mostHistograms = 256
    /// Every label of what there is no room for.
    static let other = "other"
    /// From the origin of a movement to its end.
    static let whole = "total"

    private struct Series<Name: Hashable & RawRepresentable<String>>: Hashable, Comparable {
        var name: Name
        var labels: [String]

        /// So that two answers have one order.
        static func < (left: Series, right: Series) -> Bool {
            left.name == right.name
                ? left.labels.lexicographicallyPrecedes(right.labels) : left.name.rawValue < right.name.rawValue
        }
    }

    /// An action under way.
    private struct Action {
        var resource: String
        var verb: ResourceVerb
        var begin: Instant
    }

    private var values: [Series<NodeFacts.Counter.Name>: UInt64] = [:]
    private var durations: [Series<NodeFacts.Histogram.Name>: DurationHistogram] = [:]
    private var actions: [ActionID: Action] = [:]
    /// Both nodes have claimed the same groups since then.
    private var bothSince: Instant?
    private var bothBefore = Duration.zero
    private var leaseExpired: UInt64 = 0

    // MARK: - What happens

    mutating func rejected(_ error: WireError, over medium: MediumName) {
        add(1, to: .rejected, [medium.text, error.reasonWord])
    }

    mutating func began(_ action: ResourceAction, _ id: ActionID, at now: Instant) {
        actions[id] = Action(resource: action.step.resources[0].word, verb: action.verb, begin: now)
    }

    mutating func ended(_ id: ActionID, _ result: ActionResult, at now: Instant) {
        guard let action = actions.removeValue(forKey: id) else { return }
        let verb = action.verb.rawValue
        add(1, to: .actions, [verb, result.outcomeWord(of: action.verb)])
        note(now - action.begin, in: .action, [action.resource, verb])
    }

    /// A movement is over.
    mutating func take(_ timeline: GroupTimeline) {
        guard timeline.outcome == .running else { return }
        add(1, to: .takeovers, [timeline.group, timeline.origin.word])
        for part in timeline.budget { note(part.duration, in: .takeover, [part.name]) }
        note(timeline.end - timeline.zero, in: .takeover, [Self.whole])
    }

    /// A line of the log.
    mutating func hear(_ fact: Fact, at now: Instant) {
        switch FactEvent(rawValue: fact.event)?.counted {
        case .leaseExpired: leaseExpired += 1
        case .overlapBegins: bothSince = bothSince ?? now
        case .overlapEnds: endOverlap(at: now)
        case nil: break
        }
    }

    /// Whether both nodes claim the same groups: not every end of that has a line.
    mutating func settle(bothHold: Bool, at now: Instant) {
        if !bothHold { endOverlap(at: now) }
    }

    private mutating func endOverlap(at now: Instant) {
        if let since = bothSince { bothBefore += now - since }
        bothSince = nil
    }

    private mutating func add(_ count: UInt64, to name: NodeFacts.Counter.Name, _ labels: [String]) {
        var series = Series(name: name, labels: labels)
        if values[series] == nil, values.count >= Self.mostSeries {
            series.labels = labels.map { _ in Self.other }
        }
        values[series, default: 0] &+= count
    }

    private mutating func note(_ duration: Duration, in name: NodeFacts.Histogram.Name, _ labels: [String]) {
        var series = Series(name: name, labels: labels)
        if durations[series] == nil, durations.count >= Self.mostHistograms {
            series.labels = labels.map { _ in Self.other }
        }
        durations[series, default: DurationHistogram(name.scale)].note(duration)
    }

    // MARK: - What is told

    func facts(at now: Instant) -> [NodeFacts.Counter] {
        let both = bothBefore + (bothSince.map { now - $0 } ?? .zero)
        let counted = values.sorted { $0.key < $1.key }
            .map { NodeFacts.Counter($0.key.name, $0.key.labels, value: $0.value) }
        return counted + [
            NodeFacts.Counter(.twoOwnersTime, value: UInt64(max(0, both.nanoseconds))),
            NodeFacts.Counter(.leaseExpired, value: leaseExpired),
        ]
    }

    var histograms: [NodeFacts.Histogram] {
        durations.sorted { $0.key < $1.key }
            .map { NodeFacts.Histogram($0.key.name, $0.key.labels, durations: $0.value) }
    }
}

extension WireError {
    /// Why a message was not believed, in a word of which there are few.
    fileprivate var reasonWord: String {
        switch self {
        case .badAuthentication: "authentication"
        case .unknownKey: "unknown-key"
        case .unsigned: "unsigned"
        case .notAMessage, .tooLarge, .truncated, .badLength, .trailingBytes, .tooDeep, .badField, .repeated, .missing,
            .badNumber, .unsupportedCompression:
            "unreadable"
        }
    }
}

extension ActionResult {
    /// A status has done what it should when it has answered, whatever the answer was.
    fileprivate func outcomeWord(of verb: ResourceVerb) -> String {
        switch self {
        case .exited: isSuccess || verb == .status ? "done" : "failed"
        case .signalled: "failed"
        case .timedOut: "timeout"
        case .notRun: "not-run"
        }
    }
}

/// What counters make of a line of the log.
private enum CountedEvent {
    case leaseExpired, overlapBegins, overlapEnds
}

extension FactEvent {
    /// `nil` for what moves no counter.
    fileprivate var counted: CountedEvent? {
        switch self {
        case .leaseDark: .leaseExpired
        case .bothHold: .overlapBegins
        case .conflictEnded, .yielding, .nodeDead, .peerShutDown: .overlapEnds
        case .linkUp, .linkDead, .unknownNode, .notUnderstood, .replay, .namesake, .lockedOut, .unanswered,
            .packetsLost, .nothingMissing, .packetIrretrievable, .stalled, .localStatus, .statusUpdate, .lateHeartbeat,
            .returnedAfterPartition, .peerRestarted, .differentNodes, .differentGroups, .ownOnBoth, .differentFiles,
            .unlistedFile, .sameFiles, .peerKernelLives, .quickDeath, .quickDeathUnsure, .quickDeathWasWrong, .mediaCut,
            .onlyKernelServes, .mediaMended, .blind, .communicationUp, .reconfigured, .shuttingDown, .allReleased,
            .shutdownComplete, .shutdownUnfinished, .leaseHeld, .peerDark, .takingOverAll, .localResourcesAcquired,
            .remoteStable, .nobodyHolds, .adoptingGroup, .moveOrdered, .moveTakenBack, .acquiringFromLeaver,
            .startingUnstopped, .standbyOffered, .standbyIgnored, .standbyUnanswered, .standbyAccepted,
            .standbyGivingUp, .standbyAcquiring, .standbyTakenBack, .standbyTakerSilent, .standbyExpired,
            .standbyRefused, .standbyFailed, .failbackWaits, .interfaceLost, .interfaceOnTrial, .interfaceRecovered,
            .pathMissed, .pathLost, .pathStillLost, .pathRelapsed, .pathRecovered, .pathUnknown, .pathKnown,
            .pathGroupLost, .pathGroupRecovered, .partnerDenies, .partnerAgrees, .pairsApart, .healthMoving,
            .healthStaying, .healthCannotMove, .maintenanceOn, .maintenanceOff, .groupAcquiring, .groupRunning,
            .groupReleasing, .groupReleased, .foundRunning, .leftoverAddress, .startFailed, .checkFailed, .checkNotRun,
            .addressRemoved, .failedTooOften, .failureForgotten, .stopRetry, .stopFailed, .stopFailureIgnored,
            .stopFailureReboots, .stopUnjustlyFailed, .groupAdded, .groupRemoved:
            nil
        }
    }
}
