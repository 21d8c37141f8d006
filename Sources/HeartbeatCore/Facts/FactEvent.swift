// The names of the core's events, and how much each matters. They are an interface: filters, alarms and docs/log-events.md
// know them, so a name once published keeps its meaning.

/// What a fact of the core is called in the journal (`HA_EVENT`).
public enum FactEvent: String, Hashable, Sendable, CaseIterable {
    // Messages and links.
    case linkUp = "link-up"
    case linkDead = "link-dead"
    case unknownNode = "unknown-node"
    case notUnderstood = "not-understood"
    case replay = "replay"
    case namesake = "namesake"
    case lockedOut = "locked-out"
    case unanswered = "unanswered"
    case packetsLost = "packets-lost"
    case nothingMissing = "nothing-missing"
    case packetIrretrievable = "packet-irretrievable"
    case stalled = "stalled"

    // Who is there.
    case localStatus = "local-status"
    case statusUpdate = "status-update"
    case lateHeartbeat = "late-heartbeat"
    case returnedAfterPartition = "returned-after-partition"
    case peerRestarted = "peer-restarted"
    case nodeDead = "node-dead"
    case differentNodes = "different-nodes"
    case differentGroups = "different-groups"
    case ownOnBoth = "own-on-both"
    case differentFiles = "different-files"
    case unlistedFile = "unlisted-file"
    case sameFiles = "same-files"
    case peerKernelLives = "peer-kernel-lives"
    case quickDeath = "quick-death"
    case quickDeathUnsure = "quick-death-unsure"
    case quickDeathWasWrong = "quick-death-was-wrong"
    case mediaCut = "media-cut"
    case onlyKernelServes = "only-kernel-serves"
    case mediaMended = "media-mended"
    case blind = "blind"
    case communicationUp = "communication-up"
    case reconfigured = "reconfigured"
    case peerShutDown = "peer-shut-down"
    case shuttingDown = "shutting-down"
    case allReleased = "all-released"
    case shutdownComplete = "shutdown-complete"
    case shutdownUnfinished = "shutdown-unfinished"

    // The lease.
    case leaseHeld = "lease-held"
    case leaseDark = "lease-dark"
    case peerDark = "peer-dark"

    // Who holds what.
    case takingOverAll = "taking-over"
    case localResourcesAcquired = "local-resources-acquired"
    case remoteStable = "remote-stable"
    case bothHold = "both-hold"
    case yielding = "yielding"
    case conflictEnded = "conflict-ended"
    case nobodyHolds = "nobody-holds"
    case adoptingGroup = "adopting-group"
    case moveOrdered = "move-ordered"
    case moveTakenBack = "move-taken-back"
    case acquiringFromLeaver = "peer-leaving"
    case startingUnstopped = "starting-unstopped"

    // Handing over.
    case standbyOffered = "standby-offered"
    case standbyIgnored = "standby-ignored"
    case standbyUnanswered = "standby-unanswered"
    case standbyAccepted = "standby-accepted"
    case standbyGivingUp = "standby-giving-up"
    case standbyAcquiring = "standby-acquiring"
    case standbyTakenBack = "standby-taken-back"
    case standbyTakerSilent = "standby-taker-silent"
    case standbyExpired = "standby-expired"
    case standbyRefused = "standby-refused"
    case standbyFailed = "standby-failed"
    case failbackWaits = "failback-waits"

    // Interfaces and paths.
    case interfaceLost = "interface-lost"
    case interfaceOnTrial = "interface-on-trial"
    case interfaceRecovered = "interface-recovered"
    case pathMissed = "path-missed"
    case pathLost = "path-lost"
    case pathStillLost = "path-still-lost"
    case pathRelapsed = "path-relapsed"
    case pathRecovered = "path-recovered"
    case pathUnknown = "path-unknown"
    case pathKnown = "path-known"
    case pathGroupLost = "path-group-lost"
    case pathGroupRecovered = "path-group-recovered"
    case partnerDenies = "partner-denies"
    case partnerAgrees = "partner-agrees"
    case pairsApart = "pairs-apart"
    case healthMoving = "health-moving"
    case healthStaying = "health-staying"
    case healthCannotMove = "health-cannot-move"
    case maintenanceOn = "maintenance-on"
    case maintenanceOff = "maintenance-off"

    // Single groups.
    case groupAcquiring = "group-acquiring"
    case groupRunning = "group-running"
    case groupReleasing = "group-releasing"
    case groupReleased = "group-released"
    case foundRunning = "found-running"
    case leftoverAddress = "leftover-address"
    case startFailed = "start-failed"
    case checkFailed = "check-failed"
    case checkNotRun = "check-not-run"
    case addressRemoved = "address-removed"
    case failedTooOften = "failed-too-often"
    case failureForgotten = "failure-forgotten"
    case stopRetry = "stop-retry"
    case stopFailed = "stop-failed"
    case stopFailureIgnored = "stop-failure-ignored"
    case stopFailureReboots = "stop-failure-reboots"
    case stopUnjustlyFailed = "stop-unjustly-failed"
    case groupAdded = "group-added"
    case groupRemoved = "group-removed"

    /// How much it matters.
    public var level: Fact.Level {
        switch self {
        case .peerKernelLives, .quickDeathUnsure, .leaseHeld, .linkUp, .nothingMissing, .localStatus, .statusUpdate,
            .communicationUp, .reconfigured, .mediaMended,
            .peerShutDown,
            .shuttingDown, .allReleased, .shutdownComplete, .takingOverAll, .localResourcesAcquired, .remoteStable,
            .conflictEnded, .sameFiles, .adoptingGroup, .moveOrdered, .acquiringFromLeaver, .standbyOffered,
            .standbyAccepted,
            .standbyGivingUp, .standbyAcquiring, .standbyTakenBack, .interfaceOnTrial, .interfaceRecovered,
            .pathRecovered, .pathKnown, .pathGroupRecovered, .partnerAgrees, .healthMoving, .groupAcquiring,
            .groupRunning,
            .groupReleasing, .groupReleased, .failureForgotten, .groupAdded, .groupRemoved, .maintenanceOff:
            .info
        case .quickDeath, .quickDeathWasWrong, .leaseDark, .peerDark, .linkDead, .unknownNode, .notUnderstood,
            .packetsLost,
            .stalled, .lateHeartbeat,
            .peerRestarted,
            .nodeDead, .blind, .yielding, .moveTakenBack, .nobodyHolds, .standbyIgnored, .standbyUnanswered,
            .standbyTakerSilent,
            .standbyExpired, .standbyRefused, .interfaceLost, .pathMissed, .pathLost, .pathStillLost, .pathRelapsed,
            .pathUnknown, .pathGroupLost, .partnerDenies,
            .healthStaying, .healthCannotMove, .differentFiles, .unlistedFile, .failbackWaits, .foundRunning,
            .leftoverAddress,
            .stopRetry, .checkNotRun,
            .addressRemoved, .maintenanceOn:
            .warning
        case .replay, .packetIrretrievable, .namesake, .unanswered, .differentNodes, .differentGroups, .ownOnBoth,
            .standbyFailed, .startFailed, .checkFailed, .failedTooOften, .stopUnjustlyFailed:
            .error
        case .lockedOut, .returnedAfterPartition, .shutdownUnfinished, .bothHold, .startingUnstopped, .stopFailed,
            .stopFailureIgnored, .stopFailureReboots, .pairsApart, .mediaCut, .onlyKernelServes:
            .critical
        }
    }
}
