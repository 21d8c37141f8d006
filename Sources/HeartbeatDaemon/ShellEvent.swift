// The names of what happens around the core: media, files, the host. With the core's `FactEvent` these are all names the
// journal knows a line of the daemon by.

import HeartbeatCore

/// What a fact of the shell is called in the journal (`HA_EVENT`).
enum ShellEvent: String, Hashable, Sendable, CaseIterable {
    // Media and ping nodes' sockets.
    case mediumOpen = "medium-open"
    case mediumWarning = "medium-warning"
    case mediumFailed = "medium-failed"
    case mediumRecovered = "medium-recovered"
    case packetRefused = "packet-refused"
    case injectionRefused = "injection-refused"
    case signingKey = "signing-key"

    // Interfaces and paths.
    case interfaceState = "interface-state"
    case networkWatchFailed = "network-watch-failed"
    case pathRecalled = "path-recalled"

    // Groups on the move.
    case groupTimeline = "group-timeline"
    case addressesAnnounced = "addresses-announced"
    case neighboursAgree = "neighbours-agree"
    case neighbourDisagrees = "neighbour-disagrees"
    case neighboursUnknown = "neighbours-unknown"

    // The life of the daemon.
    case generation = "generation"
    case generationFirst = "generation-first"
    case generationNew = "generation-new"
    case generationRaised = "generation-raised"
    case generationStuck = "generation-stuck"
    case uuidNew = "uuid-new"
    case realtimeRefused = "realtime-refused"
    case doorFailed = "door-failed"
    case leftoverScript = "leftover-script"
    case packageLeftovers = "package-leftovers"
    case hookFailed = "hook-failed"
    case fileNotCompared = "file-not-compared"
    case haCfChanged = "ha-cf-changed"
    case upgraded
    case upgradeRefused = "upgrade-refused"
    case reloadIncomplete = "reload-incomplete"
    case reloadRefused = "reload-refused"
    case configurationMistake = "configuration-mistake"
    case rebootFailed = "reboot-failed"
    case statusNotKept = "status-not-kept"
    case historyNotKept = "history-not-kept"
    case historyKept = "history-kept"
    case historyTorn = "history-torn"
    case maintenanceNotKept = "maintenance-not-kept"

    // The lease.
    case leaseUnavailable = "lease-unavailable"
    case leaseFilterRestored = "lease-filter-restored"
    case leaseProblem = "lease-problem"
    case leaseComplete = "lease-complete"

    // The guardian.
    case guardianUnavailable = "guardian-unavailable"
    case guardianLost = "guardian-lost"
    case guardianActed = "guardian-acted"

    // Clients of the API and programs started with the node.
    case clientRefused = "client-refused"
    case clientIgnored = "client-ignored"
    case clientMessageRefused = "client-message-refused"
    case clientClosed = "client-closed"
    case programStarted = "program-started"
    case programNotStarted = "program-not-started"
    case programEnded = "program-ended"
    case programFailed = "program-failed"
    case programRespawning = "program-respawning"
    case programTooFast = "program-too-fast"
    case programReboots = "program-reboots"
    case programKilled = "program-killed"
    case ipfail

    // Redundant LANs.
    case lanHost = "lan-host"
    case lanLost = "lan-lost"
    case lanBack = "lan-back"
    case lanMoved = "lan-moved"
    case lanUnreachable = "lan-unreachable"
    case lanStreams = "lan-streams"
    case lanTrouble = "lan-trouble"

    // Lines.
    case lineDown = "line-down"
    case lineUp = "line-up"
    case lineMoved = "line-moved"
    case lineStranded = "line-stranded"
    case lineProbeLost = "line-probe-lost"
    case lineProbeGood = "line-probe-good"
    case lineSaid = "line-said"
    case lineTrouble = "line-trouble"

    // Watchdogs.
    case watchdogWarning = "watchdog-warning"
    case watchdogFailed = "watchdog-failed"
    case serviceWatchdogSlow = "service-watchdog-slow"

    var level: Fact.Level {
        switch self {
        case .leaseComplete, .mediumOpen, .mediumRecovered, .interfaceState, .groupTimeline, .generation,
            .generationFirst, .uuidNew,
            .signingKey, .packageLeftovers, .addressesAnnounced, .neighboursAgree, .neighboursUnknown, .haCfChanged,
            .upgraded,
            .historyKept, .programStarted, .programEnded, .programKilled, .ipfail, .lanHost, .lanBack, .lanStreams,
            .lineUp, .lineMoved, .lineProbeGood, .lineSaid:
            .info
        case .leaseUnavailable, .leaseFilterRestored, .leaseProblem, .guardianUnavailable, .guardianLost,
            .guardianActed,
            .mediumWarning, .networkWatchFailed, .pathRecalled,
            .packetRefused, .injectionRefused, .generationNew, .generationRaised,
            .realtimeRefused, .neighbourDisagrees,
            .reloadIncomplete, .upgradeRefused, .fileNotCompared, .statusNotKept, .historyNotKept, .historyTorn,
            .leftoverScript,
            .hookFailed,
            .watchdogWarning, .serviceWatchdogSlow, .clientRefused, .clientIgnored, .clientMessageRefused,
            .clientClosed, .programFailed, .lanLost, .lanMoved, .lanTrouble, .lineDown, .lineProbeLost,
            .lineTrouble:
            .warning
        case .mediumFailed, .doorFailed, .generationStuck, .maintenanceNotKept, .reloadRefused, .configurationMistake,
            .watchdogFailed,
            .programNotStarted, .programRespawning, .programTooFast, .lanUnreachable, .lineStranded:
            .error
        case .rebootFailed, .programReboots: .critical
        }
    }
}
