// Facts about who is there.

import HeartbeatModel

/// What happened to the membership of this node or another.
public enum MembershipNotice: Hashable, Sendable {
    case localStatus(NodeStatus)
    case statusUpdate(node: NodeName, status: NodeStatus)
    case lateHeartbeat(node: NodeName, silence: Duration)
    case returnedAfterPartition(node: NodeName)
    case peerRestarted(node: NodeName)
    case nodeDead(node: NodeName)
    case differentNodes(node: NodeName, nodes: [NodeName])
    /// haresources is not the same on both nodes; keys of the groups in question.
    case differentGroups(node: NodeName, keys: [String])
    /// Each node has these lines of haresources under its own name; those of `first` count.
    case ownOnBoth(node: NodeName, keys: [String], first: NodeName)
    case communicationUp
    /// The configuration was read again and is in force.
    case reconfigured
    case peerShutDown(node: NodeName)
    case shuttingDown
    case allReleased
    case shutdownComplete
    /// The daemon ends although the group has not stopped.
    case shutdownUnfinished(ResourceGroup)

    public var level: Notice.Level {
        switch self {
        case .localStatus, .statusUpdate, .communicationUp, .reconfigured, .peerShutDown, .shuttingDown, .allReleased,
            .shutdownComplete:
            .info
        case .lateHeartbeat, .peerRestarted, .nodeDead: .warning
        case .differentNodes, .differentGroups, .ownOnBoth: .error
        case .returnedAfterPartition, .shutdownUnfinished: .critical
        }
    }

    public var text: String {
        switch self {
        case .localStatus(let status): "Local status now set to: '\(status.rawValue)'"
        case .statusUpdate(let node, let status): "Status update for node \(node): status \(status.rawValue)"
        case .lateHeartbeat(let node, let silence):
            "Late heartbeat: Node \(node): interval \(silence.milliseconds) ms"
        case .returnedAfterPartition(let node): "Cluster node \(node) returning after partition."
        case .peerRestarted(let node): "Heartbeat restart on node \(node)"
        case .nodeDead(let node): "node \(node): is dead"
        case .differentNodes(let node, let nodes):
            "node \(node) knows other nodes than we do: \(nodes.map(\.text).joined(separator: " "))"
        case .differentGroups(let node, let keys):
            "node \(node) has other lines in haresources for \(keys.joined(separator: ", ")); they are "
                + "not started, moved or changed before it has them too; make haresources the same on both nodes, then heartbeat -r"
        case .ownOnBoth(let node, let keys, let first):
            "node \(node) has in haresources under its own name what this node has under its own: "
                + "\(keys.joined(separator: ", ")); both go by the file of \(first) (an older version does not, then nobody starts it); "
                + "a line begins with the same name on both nodes; make haresources the same, then heartbeat -r"
        case .communicationUp: "Comm_now_up(): updating status to active"
        case .reconfigured: "The configuration was read again and is in force"
        case .peerShutDown(let node): "Received shutdown notice from '\(node)'."
        case .shuttingDown: "Heartbeat shutdown in progress."
        case .allReleased: "All HA resources relinquished."
        case .shutdownComplete: "Heartbeat shutdown complete."
        case .shutdownUnfinished(let group):
            "Heartbeat ends although resource group \(group.key) has not stopped (shutdown_timeout): stop it by hand at once, for "
                + "the other node starts it when this one has been silent for deadtime"
        }
    }
}
