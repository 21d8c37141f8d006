// What becomes known of a group on its node while it is started, looked after and stopped.

import HeartbeatModel

/// A step of a resource group's life on this node.
public enum GroupChange: Hashable, Sendable {
    case acquiring
    case running
    case releasing
    case released
    /// It failed here and may be started here again.
    case failureForgotten
}

/// What goes wrong with a step of a resource group.
public enum GroupTrouble: Hashable, Sendable {
    /// Runs although nothing of this life has started it: left up by an earlier run of the daemon, or started by somebody
    /// else. It is stopped.
    case foundRunning
    /// The same of addresses of a group that this life has released, or never held.
    case leftoverAddress
    case startFailed(ActionResult)
    case checkFailed(ActionResult, failures: Int)
    case checkNotRun(ActionResult)
    case addressRemoved(times: Int)
    case failedTooOften
    case stopRetry(ActionResult, attempt: Int, limit: Int)
    case stopFailed
    /// `on_stop_failure release`: it counts as stopped although it would not stop.
    case stopFailureIgnored
    /// `on_stop_failure reboot`.
    case stopFailureReboots
    /// `stop` kept failing although `status` says that it does not run.
    case stopUnjustlyFailed
}
