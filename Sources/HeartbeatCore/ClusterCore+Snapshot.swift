// What people, the service manager and the shell are told of a node: answers, in which nothing is decided.

import HeartbeatModel

extension ClusterCore {
    /// The cluster as this node sees it.
    public var snapshot: ClusterSnapshot {
        var nodes = node.configuration.nodes.map { name in
            ClusterSnapshot.Node(
                name: name, status: name == node.name ? node.membership.status : node.peer?.status ?? .initializing,
                isPingNode: false, links: node.channel.links.links(of: name),
                uuid: name == node.name ? node.channel.uuid : node.channel.peerUUID)
        }
        nodes += node.membership.pingNodes.map { monitor in
            ClusterSnapshot.Node(
                name: monitor.name,
                status: monitor.isAlive ? .ping : monitor.standing == .dead ? .dead : .initializing, isPingNode: true,
                links: [ClusterSnapshot.Link(medium: MediumName(monitor.name.text), isUp: monitor.isAlive)])
        }
        let order = node.configuration.memberOrder
        if !order.isEmpty { nodes = order.compactMap { name in nodes.first { $0.name == name } } }
        var snapshot = ClusterSnapshot(
            localNode: node.name, nodes: nodes, hold: ownership.own.held,
            isInTransition: !ownership.isStable(node) || ownership.awaitsPeer(node),
            groups: node.groups.runners.filter { !$0.isRetired }.map {
                ClusterSnapshot.Group(
                    key: $0.group.key, preferredNode: $0.group.preferredNode,
                    state: ownership.isWithheld($0, node) ? .withheld : $0.snapshotState)
            },
            watched: node.health.watched, peerHealth: node.peerIsAlive ? ownership.peerHealth : nil)
        snapshot.files = ownership.compareFiles(node).files
        return snapshot
    }

    /// This node's own status.
    public var status: NodeStatus { node.membership.status }

    /// What this node says when a node of another pair asks where this pair serves.
    public func partnerWord(at now: Instant) -> PartnerWord { ownership.partnerWord(node, at: now) }

    /// The peer is heard and a member.
    public var peerIsActive: Bool { node.peerIsActive }

    /// The newest of this life's messages that the peer has told it had heard; 0 for none.
    public var heardByPeer: SequenceNumber { SequenceNumber(node.membership.hearing.newest) }

    /// Groups of which nothing runs here, and nothing is about to: an address of theirs that is up is a leftover. None
    /// when this node has said that it has released everything: it calls no more scripts.
    public var groupsAtRest: [ResourceGroup] {
        if case .lingering = ownership.state { return [] }
        return node.groups.runners.filter { $0.isReleased && !$0.isWanted }.map(\.group)
    }

    /// What the peer was last declared dead by; `nil` while it never was, or was never heard before. Only for telling.
    public var peerSilence: PeerSilence? { node.peer?.silence }

    /// The message that was last received, if it counted: of a life of the peer's that is believed, and new.
    public var acceptedMessage: MessageIdentity? { node.channel.acceptedMessage }
}

extension GroupRunner {
    var snapshotState: ClusterSnapshot.Group.State {
        switch phase {
        case .unknown, .looking: .unknown
        case .stopped: .stopped
        case .acquiring: .acquiring
        case .running, .checking, .restoring: .running
        case .releasing: .releasing
        case .failed: .failed
        case .stopFailed: .stopFailed
        }
    }
}
