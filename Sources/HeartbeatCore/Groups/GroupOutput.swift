// What a group's runner wants done or known: its answers to `advance` and `finished`, in order.

import HeartbeatModel

extension GroupRunner {
    /// What the runner wants done or known.
    enum Output: Hashable {
        case perform(ResourceVerb, ResourceStep)
        case changed(GroupChange)
        case trouble(GroupTrouble, of: ResourceStep)
    }
}
