// Every metric of a pair by its name, which is an interface: dashboards and alerts know it. What is told of each is decided elsewhere.

/// The name of a metric, with its unit at the end.
package enum Metric: String, Hashable, Sendable, CaseIterable {
    // The question, and what it comes to.
    case up = "heartbeat_up"
    case buildInfo = "heartbeat_build_info"
    case uptime = "heartbeat_uptime_seconds"
    case verdict = "heartbeat_verdict"
    case problem = "heartbeat_problem"

    // Who serves, and who could.
    case groupService = "heartbeat_group_service"
    case groupOwner = "heartbeat_group_owner"
    case groupState = "heartbeat_group_state"
    case resourceRunning = "heartbeat_resource_running"
    case groupMovement = "heartbeat_group_last_movement_seconds"
    case groupNeighbours = "heartbeat_group_neighbours_agree"
    case announceConfirmed = "heartbeat_announce_confirmed"
    case twoOwners = "heartbeat_two_owners"
    case standbyReady = "heartbeat_standby_ready"
    case predictedTakeover = "heartbeat_predicted_takeover_seconds"
    case configSame = "heartbeat_config_same"

    // Nodes and media.
    case nodeStatus = "heartbeat_node_status"
    case nodeSilence = "heartbeat_node_silence_seconds"
    case maintenance = "heartbeat_maintenance"
    case mediumOpen = "heartbeat_medium_open"
    case linkUp = "heartbeat_link_up"
    case linkHeard = "heartbeat_link_heard"
    case beatAge = "heartbeat_beat_age_seconds"
    case beatJitter = "heartbeat_beat_jitter_seconds"
    case beatInterval = "heartbeat_beat_interval_seconds"
    case beatsLost = "heartbeat_beats_lost_24h"
    case messagesSent = "heartbeat_messages_sent_total"
    case messagesDropped = "heartbeat_messages_dropped_total"
    case messagesReceived = "heartbeat_messages_received_total"
    case messagesRejected = "heartbeat_messages_rejected_total"

    // The network.
    case interfaceUp = "heartbeat_interface_up"
    case probeSuccess = "heartbeat_probe_success"

    // What has moved, and what was run.
    case takeovers = "heartbeat_takeovers_total"
    case takeoverDuration = "heartbeat_takeover_duration_seconds"
    case actions = "heartbeat_actions_total"
    case actionDuration = "heartbeat_action_duration_seconds"
    case twoOwnersSeconds = "heartbeat_two_owners_seconds_total"

    // This machine.
    case leaseHeld = "heartbeat_lease_held"
    case leaseDark = "heartbeat_lease_dark"
    case leaseLeft = "heartbeat_lease_left_seconds"
    case leaseExpired = "heartbeat_lease_expired_total"
    case guardianWanted = "heartbeat_guardian_wanted"
    case guardianRunning = "heartbeat_guardian_running"
    case lateness = "heartbeat_loop_lateness_seconds"
    case latenessMedian = "heartbeat_loop_lateness_median_seconds"
    case latenessHigh = "heartbeat_loop_lateness_p99_seconds"
    case latenessRecent = "heartbeat_loop_lateness_recent_max_seconds"
    case latenessMost = "heartbeat_loop_lateness_max_seconds"
}

extension Metric {
    package enum Kind: String, Hashable, Sendable {
        case gauge
        case counter
        /// Counts by size, a sum and a count.
        case histogram
    }

    /// What is known of a metric before there is a pair: a row of docs/metrics.md.
    package struct Entry: Hashable, Sendable {
        var kind: Kind
        /// Names of its labels, in order.
        var labels: [String]
        /// One sentence without a full stop.
        var help: String
        /// When a series is not there; empty for one that always is.
        var absence: String
    }

    var entry: Entry {
        Self.entries[self] ?? Entry(kind: .gauge, labels: [], help: rawValue, absence: "")
    }

    static let entries: [Metric: Entry] = Dictionary(
        uniqueKeysWithValues: rows.flatMap(\.rows).map { ($0.0, $0.1) })
}
