// What each line of the log is to whoever asks later why a group moved: every event of the core has its place here, so that a new one is
// not forgotten. It refuses to know what the line says.

import HeartbeatCore

/// What a line is evidence of.
enum Evidence: Hashable {
    /// Of a node, which need not be the other one.
    enum OfNode: Hashable {
        /// A medium brings nothing of it any more, or brings something again.
        case linkLoss, linkRecovery
        /// It is declared dead, leaves, or tells its status.
        case death, leaving, status
    }

    /// Of the other node.
    enum OfPeer: Hashable {
        /// It runs in another life, or is heard again in the same one.
        case restart, reunion
        /// No medium brings anything although it serves, or its kernel does; the media bring something again.
        case mediaCut, mediaMended
        case kernelLives
    }

    /// A carrier or a path of this node is lost, or works again.
    case watched(isLost: Bool)
    case node(OfNode)
    case peer(OfPeer)
    case maintenance(Bool)
    /// A resource has failed on this node, or on the other one.
    case failure(isHere: Bool)
    /// This node wants to give groups away.
    case ground
    /// The other node wants groups, or gives some.
    case handover(isOffer: Bool)
    /// It befalls nobody, but people look for it.
    case told
    case nothing
}

extension FactEvent {
    var evidence: Evidence {
        switch self {
        case .interfaceLost, .pathLost: .watched(isLost: true)
        case .interfaceOnTrial, .interfaceRecovered, .pathRecovered: .watched(isLost: false)
        case .linkDead: .node(.linkLoss)
        case .linkUp: .node(.linkRecovery)
        case .nodeDead: .node(.death)
        case .peerShutDown, .acquiringFromLeaver: .node(.leaving)
        case .statusUpdate: .node(.status)
        case .peerRestarted: .peer(.restart)
        case .returnedAfterPartition: .peer(.reunion)
        case .mediaCut, .onlyKernelServes: .peer(.mediaCut)
        case .mediaMended: .peer(.mediaMended)
        case .peerKernelLives: .peer(.kernelLives)
        case .maintenanceOn: .maintenance(true)
        case .maintenanceOff: .maintenance(false)
        case .startFailed, .failedTooOften: .failure(isHere: true)
        case .adoptingGroup: .failure(isHere: false)
        case .healthMoving: .ground
        case .standbyOffered: .handover(isOffer: true)
        case .standbyAccepted: .handover(isOffer: false)
        case .addressRemoved, .blind, .bothHold, .checkFailed, .differentGroups, .failbackWaits, .foundRunning,
            .healthCannotMove, .healthStaying, .lateHeartbeat, .leaseDark, .nobodyHolds, .pairsApart, .partnerAgrees,
            .partnerDenies, .pathGroupLost, .pathGroupRecovered, .peerDark, .quickDeath, .quickDeathUnsure,
            .quickDeathWasWrong, .reconfigured, .stalled, .standbyExpired, .standbyFailed, .standbyIgnored,
            .standbyRefused, .standbyTakenBack, .standbyUnanswered, .startingUnstopped, .stopFailed,
            .stopFailureIgnored, .takingOverAll, .yielding:
            .told
        case .unknownNode, .notUnderstood, .replay, .namesake, .lockedOut, .unanswered, .packetsLost, .nothingMissing,
            .packetIrretrievable, .localStatus, .differentNodes, .ownOnBoth, .differentFiles, .unlistedFile, .sameFiles,
            .communicationUp, .shuttingDown, .allReleased, .shutdownComplete, .shutdownUnfinished, .leaseHeld,
            .localResourcesAcquired, .remoteStable, .conflictEnded, .moveOrdered, .moveTakenBack, .standbyGivingUp,
            .standbyAcquiring, .standbyTakerSilent, .pathMissed, .pathStillLost, .pathRelapsed, .pathUnknown,
            .pathKnown, .groupAcquiring, .groupRunning, .groupReleasing, .groupReleased, .leftoverAddress, .checkNotRun,
            .failureForgotten, .stopRetry, .stopFailureReboots, .stopUnjustlyFailed, .groupAdded, .groupRemoved:
            .nothing
        }
    }
}
