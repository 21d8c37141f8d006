// Which event a notice is and which values go with its words: for the journal, and for whoever counts what repeats. The
// words themselves are the notices' own.

import HeartbeatModel

extension Notice {
    /// Its name in the journal.
    public var event: NoticeEvent {
        switch self {
        case .communication(let notice): notice.event
        case .membership(let notice): notice.event
        case .holdings(let notice): notice.event
        case .standby(let notice): notice.event
        case .group(let notice): notice.event
        case .health(let notice): notice.event
        }
    }

    /// Its values, in the order of the text. The local node is not among them: every line of a node has it.
    public var fields: [NoticeField] {
        switch self {
        case .communication(let notice): notice.fields
        case .membership(let notice): notice.fields
        case .holdings(let notice): notice.fields
        case .standby(let notice): notice.fields
        case .group(let notice): notice.fields
        case .health(let notice): notice.fields
        }
    }
}

extension CommunicationNotice {
    var event: NoticeEvent {
        switch self {
        case .linkUp: .linkUp
        case .linkDead: .linkDead
        case .unknownNode: .unknownNode
        case .notUnderstood: .notUnderstood
        case .replay: .replay
        case .namesake: .namesake
        case .lockedOut: .lockedOut
        case .unanswered: .unanswered
        case .packetsLost: .packetsLost
        case .nothingMissing: .nothingMissing
        case .packetIrretrievable: .packetIrretrievable
        case .stalled: .stalled
        }
    }

    var fields: [NoticeField] {
        switch self {
        case .linkUp(let node, let medium), .linkDead(let node, let medium):
            [NoticeField(.peer, node), NoticeField(.medium, medium)]
        case .unknownNode(let node), .nothingMissing(let node), .notUnderstood(_, let node, _), .unanswered(let node):
            [NoticeField(.peer, node)]
        case .replay(let node, let generation, _):
            [NoticeField(.peer, node), NoticeField(.generation, generation.number)]
        case .namesake(let node, let medium): [NoticeField(.peer, node), NoticeField(.medium, medium)]
        case .lockedOut(let generation, _): [NoticeField(.generation, generation.number)]
        case .packetsLost(let count, let node, _, let current):
            [NoticeField(.count, count), NoticeField(.peer, node), NoticeField(.sequence, current.number)]
        case .packetIrretrievable(let sequence, let node):
            [NoticeField(.sequence, sequence.number), NoticeField(.peer, node)]
        case .stalled(let duration): [NoticeField(.latency, duration.milliseconds)]
        }
    }
}

extension MembershipNotice {
    var event: NoticeEvent {
        switch self {
        case .localStatus: .localStatus
        case .statusUpdate: .statusUpdate
        case .lateHeartbeat: .lateHeartbeat
        case .returnedAfterPartition: .returnedAfterPartition
        case .peerRestarted: .peerRestarted
        case .nodeDead: .nodeDead
        case .differentNodes: .differentNodes
        case .differentGroups: .differentGroups
        case .ownOnBoth: .ownOnBoth
        case .communicationUp: .communicationUp
        case .reconfigured: .reconfigured
        case .peerShutDown: .peerShutDown
        case .shuttingDown: .shuttingDown
        case .allReleased: .allReleased
        case .shutdownComplete: .shutdownComplete
        case .shutdownUnfinished: .shutdownUnfinished
        }
    }

    var fields: [NoticeField] {
        switch self {
        case .localStatus(let status): [NoticeField(.status, status.rawValue)]
        case .statusUpdate(let node, let status): [NoticeField(.peer, node), NoticeField(.status, status.rawValue)]
        case .lateHeartbeat(let node, let silence):
            [NoticeField(.peer, node), NoticeField(.latency, silence.milliseconds)]
        case .returnedAfterPartition(let node), .peerRestarted(let node), .nodeDead(let node), .peerShutDown(let node):
            [NoticeField(.peer, node)]
        case .differentNodes(let node, let nodes):
            [NoticeField(.peer, node), NoticeField(.nodes, nodes.map(\.text).joined(separator: " "))]
        case .differentGroups(let node, let keys), .ownOnBoth(let node, let keys, _):
            [NoticeField(.peer, node), NoticeField(.group, keys.joined(separator: " "))]
        case .shutdownUnfinished(let group): [NoticeField(.group, group.key)]
        case .communicationUp, .reconfigured, .shuttingDown, .allReleased, .shutdownComplete: []
        }
    }
}

extension HoldingsNotice {
    var event: NoticeEvent {
        switch self {
        case .takingOverAll: .takingOverAll
        case .localResourcesAcquired: .localResourcesAcquired
        case .remoteStable: .remoteStable
        case .bothHold: .bothHold
        case .yielding: .yielding
        case .conflictEnded: .conflictEnded
        case .nobodyHolds: .nobodyHolds
        case .adoptingGroup: .adoptingGroup
        case .acquiringFromLeaver: .acquiringFromLeaver
        case .startingUnstopped: .startingUnstopped
        }
    }

    var fields: [NoticeField] {
        switch self {
        case .takingOverAll(let node): (node.map { [NoticeField(.from, $0)] } ?? []) + [NoticeField(.set, HoldSet.all)]
        case .localResourcesAcquired(let set), .bothHold(let set), .yielding(let set), .conflictEnded(let set),
            .nobodyHolds(let set):
            [NoticeField(.set, set)]
        case .remoteStable(let node): [NoticeField(.peer, node)]
        case .acquiringFromLeaver(let node): [NoticeField(.peer, node)]
        case .adoptingGroup(let group): [NoticeField(.group, group.key)]
        case .startingUnstopped(let group, let node): [NoticeField(.group, group.key), NoticeField(.peer, node)]
        }
    }
}

extension StandbyNotice {
    var event: NoticeEvent {
        switch self {
        case .offering: .standbyOffered
        case .offerIgnored: .standbyIgnored
        case .offerUnanswered: .standbyUnanswered
        case .willAcquire: .standbyAccepted
        case .givingUp: .standbyGivingUp
        case .acquiring: .standbyAcquiring
        case .takenBack: .standbyTakenBack
        case .takerSilent: .standbyTakerSilent
        case .promiseExpired: .standbyExpired
        case .standbyRefused: .standbyRefused
        case .standbyFailed: .standbyFailed
        }
    }

    var fields: [NoticeField] {
        switch self {
        case .offering(let set, let isFailback):
            [NoticeField(.set, set), NoticeField(.cause, isFailback ? "failback" : "standby")]
        case .willAcquire(let set), .givingUp(let set), .acquiring(let set), .takenBack(let set), .takerSilent(let set):
            [NoticeField(.set, set)]
        case .offerIgnored, .offerUnanswered, .promiseExpired: []
        case .standbyRefused(let reason): [NoticeField(.cause, reason)]
        case .standbyFailed(let group): [NoticeField(.group, group.key)]
        }
    }
}

extension HealthNotice {
    var event: NoticeEvent {
        switch self {
        case .linkLost: .interfaceLost
        case .linkOnTrial: .interfaceOnTrial
        case .linkRecovered: .interfaceRecovered
        case .pathMissed: .pathMissed
        case .pathLost: .pathLost
        case .pathRecovered: .pathRecovered
        case .pathUnknown: .pathUnknown
        case .pathKnown: .pathKnown
        case .groupLost: .pathGroupLost
        case .groupRecovered: .pathGroupRecovered
        case .moving: .healthMoving
        case .staying: .healthStaying
        case .cannotMove: .healthCannotMove
        }
    }

    var fields: [NoticeField] {
        switch self {
        case .linkLost(let rule), .linkRecovered(let rule): [NoticeField(.interface, rule.interface)]
        case .linkOnTrial(let rule, let patience):
            [NoticeField(.interface, rule.interface), NoticeField(.latency, patience.milliseconds)]
        case .pathMissed(let probe, let count, let reason):
            [
                NoticeField(.path, probe.name), NoticeField(.count, count), NoticeField(.limit, probe.fall),
                NoticeField(.cause, reason),
            ]
        case .pathLost(let probe, let reason), .pathUnknown(let probe, let reason):
            [NoticeField(.path, probe.name), NoticeField(.cause, reason)]
        case .pathRecovered(let probe), .pathKnown(let probe): [NoticeField(.path, probe.name)]
        case .groupLost(let group, let working), .groupRecovered(let group, let working):
            [NoticeField(.path, group.name), NoticeField(.count, working), NoticeField(.limit, group.needed)]
        case .moving(let peer, let lost):
            [NoticeField(.peer, peer), NoticeField(.cause, lost.joined(separator: " "))]
        case .staying(let peer, let lost, _):
            [NoticeField(.peer, peer), NoticeField(.cause, lost.joined(separator: " "))]
        case .cannotMove(let reason): [NoticeField(.cause, reason)]
        }
    }
}

extension GroupNotice {
    var event: NoticeEvent {
        switch self {
        case .acquiringGroup: .groupAcquiring
        case .groupRunning: .groupRunning
        case .releasingGroup: .groupReleasing
        case .groupReleased: .groupReleased
        case .foundRunning: .foundRunning
        case .startFailed: .startFailed
        case .checkFailed: .checkFailed
        case .checkNotRun: .checkNotRun
        case .addressRemoved: .addressRemoved
        case .failedTooOften: .failedTooOften
        case .failureForgotten: .failureForgotten
        case .stopRetry: .stopRetry
        case .stopFailed: .stopFailed
        case .stopFailureIgnored: .stopFailureIgnored
        case .stopFailureReboots: .stopFailureReboots
        case .stopUnjustlyFailed: .stopUnjustlyFailed
        case .added: .groupAdded
        case .removed: .groupRemoved
        }
    }

    var fields: [NoticeField] {
        switch self {
        case .acquiringGroup(let group), .groupRunning(let group), .releasingGroup(let group),
            .groupReleased(let group),
            .failureForgotten(let group), .added(let group), .removed(let group):
            [NoticeField(.group, group.key)]
        case .foundRunning(let group, let step), .failedTooOften(let group, let step), .stopFailed(let group, let step),
            .stopFailureIgnored(let group, let step), .stopFailureReboots(let group, let step),
            .stopUnjustlyFailed(let group, let step):
            Self.fields(group, step)
        case .startFailed(let group, let step, let result), .checkNotRun(let group, let step, let result):
            Self.fields(group, step) + result.fields
        case .checkFailed(let group, let step, let result, let failures, let limit):
            Self.fields(group, step) + result.fields + [NoticeField(.count, failures), NoticeField(.limit, limit)]
        case .addressRemoved(let group, let step, let times):
            Self.fields(group, step) + [NoticeField(.count, times)]
        case .stopRetry(let group, let step, let result, let attempt):
            Self.fields(group, step) + result.fields + [NoticeField(.attempt, attempt)]
        }
    }

    private static func fields(_ group: ResourceGroup, _ step: ResourceStep) -> [NoticeField] {
        [NoticeField(.group, group.key), NoticeField(.resource, step.word)]
    }
}

extension ActionResult {
    /// The exit code of a script, or why there is none.
    fileprivate var fields: [NoticeField] {
        switch self {
        case .exited(let code, _): [NoticeField(.exitCode, code)]
        case .signalled(let signal): [NoticeField(.cause, "signal \(signal)")]
        case .timedOut: [NoticeField(.cause, "timeout")]
        case .notRun(let reason): [NoticeField(.cause, reason)]
        }
    }
}
