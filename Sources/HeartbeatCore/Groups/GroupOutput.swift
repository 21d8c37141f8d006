// What a group's runner wants done or known: its answers to `advance` and `finished`, in order.

import HeartbeatModel

extension GroupRunner {
    /// What the runner wants done or known.
    enum Output: Hashable {
        case perform(ResourceVerb, ResourceStep)
        case acquiring
        case running
        case releasing
        case released
        /// Runs although nothing of this life has started it.
        case foundRunning(ResourceStep)
        case startFailed(ResourceStep, ActionResult)
        case checkFailed(ResourceStep, ActionResult, failures: Int)
        case checkNotRun(ResourceStep, ActionResult)
        case addressRemoved(ResourceStep, times: Int)
        case failedTooOften(ResourceStep)
        case failureForgotten
        case stopRetry(ResourceStep, ActionResult, attempt: Int)
        case stopFailed(ResourceStep)
        /// It counts as stopped although it would not stop.
        case stopFailureIgnored(ResourceStep)
        case rebootNeeded(ResourceStep)
        /// `stop` kept failing although `status` says that it does not run.
        case stopUnjustlyFailed(ResourceStep)
    }
}
