// Facts about who holds which set of groups.

import HeartbeatModel

/// What happened to the sets of groups. Sets are named from the local node's point of view.
public enum HoldingsNotice: Hashable, Sendable {
    /// From a dead node; `nil` when there is no other node at all.
    case takingOverAll(from: NodeName?)
    case localResourcesAcquired(HoldSet)
    case remoteStable(node: NodeName)
    case bothHold(HoldSet)
    case yielding(HoldSet)
    case conflictEnded(HoldSet)
    case nobodyHolds(HoldSet)
    case adoptingGroup(ResourceGroup)
    /// The peer is shutting down and lets us have each group as it stops.
    case acquiringFromLeaver(node: NodeName)
    /// The peer is gone and had not stopped it.
    case startingUnstopped(ResourceGroup, node: NodeName)

    public var level: Notice.Level {
        switch self {
        case .takingOverAll, .localResourcesAcquired, .remoteStable, .conflictEnded, .adoptingGroup,
            .acquiringFromLeaver:
            .info
        case .yielding, .nobodyHolds: .warning
        case .bothHold, .startingUnstopped: .critical
        }
    }

    public var text: String {
        switch self {
        case .takingOverAll(let node):
            node.map { "Resources being acquired from \($0)." } ?? "Acquiring all resource groups"
        case .localResourcesAcquired(let set): "Local Resource acquisition completed. (\(set))"
        case .remoteStable(let node): "remote resource transition completed. (\(node))"
        case .bothHold(let set): "Both machines own our \(set) resources!"
        case .yielding(let set): "Giving up our \(set) resources: the other node has the better claim to them"
        case .conflictEnded(let set): "Only one machine owns our resources again; this node holds \(set)"
        case .nobodyHolds(let set): "No one owns our \(set) resources!"
        case .adoptingGroup(let group): "Acquiring resource group \(group.key), which failed to start on the other node"
        case .acquiringFromLeaver(let node):
            "Node \(node) is shutting down: acquiring its resource groups as they stop there"
        case .startingUnstopped(let group, let node):
            "Node \(node) is gone and had not stopped resource group \(group.key), which is acquired here now: make sure that "
                + "it does not run there"
        }
    }
}
