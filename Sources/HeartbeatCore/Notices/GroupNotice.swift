// Facts about single resource groups on this node.

import HeartbeatModel

/// What happened to a group here.
public enum GroupNotice: Hashable, Sendable {
    case acquiringGroup(ResourceGroup)
    case groupRunning(ResourceGroup)
    case releasingGroup(ResourceGroup)
    case groupReleased(ResourceGroup)
    /// Left up by an earlier run of the daemon, or started by somebody else; it will be stopped.
    case foundRunning(ResourceGroup, ResourceStep)
    case startFailed(ResourceGroup, ResourceStep, ActionResult)
    case checkFailed(ResourceGroup, ResourceStep, ActionResult, failures: Int, limit: Int)
    case checkNotRun(ResourceGroup, ResourceStep, ActionResult)
    case addressRemoved(ResourceGroup, ResourceStep, times: Int)
    case failedTooOften(ResourceGroup, ResourceStep)
    case failureForgotten(ResourceGroup)
    case stopRetry(ResourceGroup, ResourceStep, ActionResult, attempt: Int)
    case stopFailed(ResourceGroup, ResourceStep)
    /// `on_stop_failure release`: what would not stop counts as stopped.
    case stopFailureIgnored(ResourceGroup, ResourceStep)
    /// `on_stop_failure reboot`.
    case stopFailureReboots(ResourceGroup, ResourceStep)
    case stopUnjustlyFailed(ResourceGroup, ResourceStep)
    /// The files were read again: the group is new, or no longer there.
    case added(ResourceGroup)
    case removed(ResourceGroup)

    public var level: Notice.Level {
        switch self {
        case .acquiringGroup, .groupRunning, .releasingGroup, .groupReleased, .failureForgotten, .added, .removed: .info
        case .foundRunning, .stopRetry, .checkNotRun, .addressRemoved: .warning
        case .startFailed, .checkFailed, .failedTooOften, .stopUnjustlyFailed: .error
        case .stopFailed, .stopFailureIgnored, .stopFailureReboots: .critical
        }
    }

    public var text: String {
        switch self {
        case .acquiringGroup(let group): "Acquiring resource group: \(group.text)"
        case .groupRunning(let group): "Resource group \(group.key) is running"
        case .releasingGroup(let group): "Releasing resource group: \(group.text)"
        case .groupReleased(let group): "Resource group \(group.key) is released"
        case .foundRunning(_, let step):
            "\(step.word) runs although this node does not hold it: left up by an earlier run, or started by somebody "
                + "else; stopping it"
        case .startFailed(let group, let step, let result):
            "Giving up resources due to failure of \(step.word): group \(group.key), start \(result.text)"
        case .checkFailed(let group, let step, let result, let failures, let limit):
            "\(step.word) of resource group \(group.key) does not run any more: status \(result.text); "
                + "failure \(failures), restarted here up to \(limit) times"
        case .checkNotRun(_, let step, let result):
            "\(step.word) could not be looked at: status \(result.text); it counts as running"
        case .addressRemoved(_, let step, let times):
            "\(step.word) was removed by somebody else, or its interface went down (\(times) times so far); "
                + "putting it back"
        case .failedTooOften(let group, let step):
            "Giving up resource group \(group.key): \(step.word) failed too often"
        case .failureForgotten(let group):
            "The failure of resource group \(group.key) is forgotten; it may be started here again"
        case .stopRetry(_, let step, let result, let attempt):
            "Stop of \(step.word) \(result.text) (attempt \(attempt) of \(GroupRunner.stopAttempts))"
        case .stopFailed(let group, let step):
            "Resource STOP failure of \(step.word): group \(group.key) cannot be handed over until it stops; "
                + "stop it by hand, it is tried again every 30 s"
        case .stopFailureIgnored(let group, let step):
            "Resource STOP failure of \(step.word): group \(group.key) is handed over although it may still run here "
                + "(on_stop_failure release)"
        case .stopFailureReboots(let group, let step):
            "Resource STOP failure of \(step.word): rebooting, so that the other node may take over resource group "
                + "\(group.key) (on_stop_failure reboot)"
        case .added(let group): "Resource group \(group.key) is new in haresources"
        case .removed(let group): "Resource group \(group.key) is no longer in haresources"
        case .stopUnjustlyFailed(_, let step):
            "Resource \(step.word) fails to stop but does not run: its script is probably not LSB-compliant"
        }
    }
}

extension ResourceGroup {
    /// The line of haresources it came from.
    fileprivate var text: String {
        ([preferredNode.text] + resources.map(\.word)).joined(separator: " ")
    }
}

extension ActionResult {
    fileprivate var text: String {
        switch self {
        case .exited(let code, _): "returned \(code)"
        case .signalled(let signal): "was ended by signal \(signal)"
        case .timedOut: "ran into its timeout and was ended"
        case .notRun(let reason): "could not be run: \(reason)"
        }
    }
}
