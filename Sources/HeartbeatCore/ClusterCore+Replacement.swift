// What the shell asks of a core before the program of the daemon is replaced, and what the next program needs of it to stand where this
// one stood.

import HeartbeatModel

extension ClusterCore {
    /// Something is under way that the next program could not go on with in the middle; `nil` when the node is at rest. Said for
    /// people.
    package var obstacleToReplacement: String? {
        switch ownership.state {
        case .joining, .negotiating: return "this node is joining the cluster"
        case .leaving, .lingering, .gone: return "this node is stopping"
        case .stable: break
        }
        if ownership.handover != .idle { return "groups are being handed over (\(ownership.handover.word))" }
        if let moving = node.groups.runners.first(where: { !$0.isSettled }) {
            return "\(moving.group.key) is on the move"
        }
        if !node.groups.areIdle { return "a script is running" }
        if ownership.dispute != .none { return "the other node has yet to answer what it holds" }
        return node.effects.isEmpty ? nil : "something is being decided"
    }

    /// Whether the next keepalive is far enough that another program can begin before it is due.
    package func hasTimeToBegin(at now: Instant) -> Bool {
        node.membership.keepalive.map { $0 - now > node.configuration.keepalive * 3 / 4 } ?? true
    }

    /// The networks that this machine was last said to stand on.
    package var ground: NetworkGround { node.ground }

    /// Interfaces that had a carrier when the core was last told.
    package var carriers: [String] {
        node.health.interfaces.filter { $0.hasCarrier == true }.map(\.rule.interface)
    }
}
