// The names of the core's events. They are an interface: filters, alarms and docs/log-events.md know them, so a name once
// published keeps its meaning.

/// What a notice is called in the journal (`HA_EVENT`).
public enum NoticeEvent: String, Hashable, Sendable, CaseIterable {
    // Messages and links.
    case linkUp = "link-up"
    case linkDead = "link-dead"
    case unknownNode = "unknown-node"
    case notUnderstood = "not-understood"
    case replay = "replay"
    case namesake = "namesake"
    case lockedOut = "locked-out"
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
    case communicationUp = "communication-up"
    case reconfigured = "reconfigured"
    case peerShutDown = "peer-shut-down"
    case shuttingDown = "shutting-down"
    case allReleased = "all-released"
    case shutdownComplete = "shutdown-complete"

    // Who holds what.
    case takingOverAll = "taking-over"
    case localResourcesAcquired = "local-resources-acquired"
    case remoteStable = "remote-stable"
    case bothHold = "both-hold"
    case yielding = "yielding"
    case conflictEnded = "conflict-ended"
    case nobodyHolds = "nobody-holds"
    case adoptingGroup = "adopting-group"

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

    // Single groups.
    case groupAcquiring = "group-acquiring"
    case groupRunning = "group-running"
    case groupReleasing = "group-releasing"
    case groupReleased = "group-released"
    case foundRunning = "found-running"
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
}
