// Facts about single resource groups on this node.

import HeartbeatModel

/// What happened to a group here.
public enum GroupNotice: Hashable, Sendable {
    case acquiringGroup(ResourceGroup)
    case groupRunning(ResourceGroup)
    case releasingGroup(ResourceGroup)
    case groupReleased(ResourceGroup)
    case startFailed(ResourceGroup, Resource, ActionResult)
    case stopRetry(ResourceGroup, Resource, ActionResult, attempt: Int)
    case stopFailed(ResourceGroup, Resource)
    case stopUnjustlyFailed(ResourceGroup, Resource)

    public var level: Notice.Level {
        switch self {
        case .acquiringGroup, .groupRunning, .releasingGroup, .groupReleased: .info
        case .stopRetry: .warning
        case .startFailed, .stopUnjustlyFailed: .error
        case .stopFailed: .critical
        }
    }

    public var text: String {
        switch self {
        case .acquiringGroup(let group): "Acquiring resource group: \(group.text)"
        case .groupRunning(let group): "Resource group \(group.key) is running"
        case .releasingGroup(let group): "Releasing resource group: \(group.text)"
        case .groupReleased(let group): "Resource group \(group.key) is released"
        case .startFailed(let group, let resource, let result):
            "Giving up resource group \(group.key) due to failure of \(resource.word): start \(result.text)"
        case .stopRetry(_, let resource, let result, let attempt):
            "Stop of \(resource.word) \(result.text) (attempt \(attempt) of \(GroupRunner.stopAttempts))"
        case .stopFailed(let group, let resource):
            "Resource STOP failure of \(resource.word): group \(group.key) cannot be handed over until it stops; "
                + "stop it by hand, it is tried again every 30 s"
        case .stopUnjustlyFailed(_, let resource):
            "Resource \(resource.word) fails to stop but does not run: its script is probably not LSB-compliant"
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
