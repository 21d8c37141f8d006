// What one node's facts mean for the pair: who serves each group, and whether anybody could who does not. The rules that weigh
// two nodes' words stand here and nowhere else.

import HeartbeatModel

/// The facts of one node, read for the pair.
struct PairReading {
    let facts: NodeFacts
    /// Wall clock of whoever asked, in milliseconds since 1970.
    let asked: UInt64

    /// A group that neither node runs is on its way for so long at least after something has changed: words take their time.
    static let grace = Duration.seconds(3)
    /// What a start of a resource may take where the daemon does not tell.
    private static let usualStart = Duration.seconds(60)

    init(_ facts: NodeFacts, asked: UInt64) {
        self.facts = facts
        self.asked = asked
    }

    // MARK: - Nodes

    var local: NodeName { facts.node }
    var peer: NodeFacts.Node? { facts.nodes.first { $0.kind == .normal && $0.name != local } }
    var peerName: NodeName { peer?.name ?? NodeName("the other node") }
    var localNode: NodeFacts.Node? { facts.nodes.first { $0.name == local } }

    /// A daemon that does not tell where the other node stands tells its status.
    var peerStanding: NodeFacts.Node.Standing? {
        guard let peer else { return nil }
        if let standing = peer.standing { return standing }
        switch peer.status {
        case .active, .up: return .alive
        case .initializing: return .awaited
        case .dead, .ping: return .dead
        }
    }

    var peerIsAlive: Bool { peerStanding == .alive }
    var peerIsMember: Bool { peerIsAlive && peer?.status == .active }

    var isJoining: Bool {
        if case .joining? = facts.phase { true } else { false }
    }

    var isDark: Bool { facts.lease?.isDark == true }
    var peerIsDark: Bool { peer?.lease == .zero }

    func age(_ duration: Duration?) -> PairStatus.Age? {
        duration.map { PairStatus.Age(duration: $0, since: moment($0)) }
    }

    /// The wall clock so long ago.
    func moment(_ ago: Duration) -> UInt64? {
        let milliseconds = ago.milliseconds
        return asked > 0 && milliseconds >= 0 && UInt64(milliseconds) < asked ? asked - UInt64(milliseconds) : nil
    }

    // MARK: - Groups

    /// What the other node does with a group; of an original only the sets that it claims are known.
    func onPeer(_ group: NodeFacts.Group) -> NodeFacts.PeerState {
        guard group.onPeer == .unknown, peerIsAlive, peer?.speaks == .original, let hold = facts.peer?.hold else {
            return group.onPeer
        }
        guard hold.contains(group.preferred == local ? .local : .foreign) else { return .stopped }
        return facts.peer?.isStable == false ? .moving : .running
    }

    func service(of group: NodeFacts.Group) -> PairStatus.Group.Service {
        let there = onPeer(group)
        if isOnBoth(group, there) { return .both }
        if group.state == .running, !isDark { return .on(local) }
        let isServedThere = there == .running && peerIsAlive && !peerIsDark
        if isServedThere { return .on(peerName) }
        switch group.state {
        case .running: return .nobody
        case .acquiring: return .moving(to: local)
        case .releasing: return isJoining ? .unknown : peerIsAlive ? .moving(to: peerName) : .nobody
        case .unknown: return isJoining ? .unknown : .moving(to: nil)
        case .stopped, .withheld, .failed, .stopFailed: return serviceElsewhere(group, there)
        }
    }

    private func isOnBoth(_ group: NodeFacts.Group, _ there: NodeFacts.PeerState) -> Bool {
        guard group.state == .running else { return false }
        switch there {
        case .running: return group.isDisputed || facts.peer?.isAnswer == true
        case .moving, .unknown: return group.isDisputed && facts.flags.contains(.bothHold)
        case .failed, .stopFailed, .stopped: return false
        }
    }

    /// This node does not run it.
    private func serviceElsewhere(
        _ group: NodeFacts.Group, _ there: NodeFacts.PeerState
    ) -> PairStatus.Group.Service {
        let isWaited = group.state == .withheld
        if there == .moving { return .moving(to: isWaited ? local : peerName) }
        if there == .unknown && (peerIsAlive || isJoining) { return .unknown }
        if there == .running { return .nobody }
        let isFinal = there == .stopFailed || group.state == .stopFailed || (there == .failed && group.state == .failed)
        return isFinal || isSettled(group) ? .nobody : .moving(to: isWaited ? local : nil)
    }

    /// Nothing is under way that could still bring it up.
    private func isSettled(_ group: NodeFacts.Group) -> Bool {
        switch facts.phase {
        case .transition?, .joining?: return false
        case .stable?, .leaving?, nil: break
        }
        // The other node is busy with what this one has given, or gives what this one does not know of yet.
        if peerIsAlive, facts.peer?.isStable == false { return false }
        let changes = [group.since, peer?.since].compactMap(\.self)
        return (changes.min() ?? .seconds(3600)) >= Self.grace
    }

    /// For so long it is where it is, or nowhere.
    func age(of group: NodeFacts.Group, _ service: PairStatus.Group.Service) -> PairStatus.Age? {
        switch service {
        case .unknown: nil
        case .on, .both: age(group.since)
        // For how long it has been stopped here says nothing about the way that it is on.
        case .moving: [.acquiring, .releasing, .withheld].contains(group.state) ? age(group.since) : nil
        case .nobody where group.state == .running: age(trouble(.leaseDark)?.age)
        // The other node's death ended the service, whatever this node did with the group before.
        case .nobody: age([group.since, peerIsAlive ? nil : peer?.since].compactMap(\.self).min())
        }
    }

    /// So long its start may take at most.
    func longestStart(of group: NodeFacts.Group) -> Duration {
        (facts.timings?.startTimeout ?? Self.usualStart) * max(1, group.resources.count)
    }

    // MARK: - The network

    /// What this node has lost, as it would tell the other one.
    var ownHealth: NodeHealth {
        if facts.maintenance != nil { return NodeHealth(lost: NodeHealth.most) }
        let counted = facts.watched.filter { $0.counts != false && $0.kind != .heartbeat }
        let lost = counted.count { $0.state == .lost }
        return NodeHealth(lost: lost, unproven: lost + counted.count { $0.state == .doubtful })
    }

    var peersHealth: NodeHealth? { peerIsAlive ? facts.peer?.health : nil }

    // MARK: - Readiness

    /// What keeps a node from taking over what it does not run, the greatest first.
    func obstacles(of node: NodeName) -> [ProblemCode] {
        node == local ? ownObstacles : peersObstacles
    }

    private var ownObstacles: [ProblemCode] {
        var result: [ProblemCode] = []
        if isJoining { result.append(.startingUp) }
        if facts.flags.contains(.unmanaged) { result.append(.unmanaged) }
        if isDark { result.append(.leaseDark) }
        if facts.flags.contains(.blind) { result.append(.blind) }
        if facts.maintenance != nil {
            result.append(.maintenance)
        } else if let peers = peersHealth, ownHealth.isWorse(than: peers) {
            result.append(lossCode)
        }
        if facts.groups.contains(where: { $0.state == .failed && service(of: $0) != .on(local) }) {
            result.append(.startFailed)
        }
        if facts.groups.contains(where: { $0.differs && service(of: $0) != .on(local) }) {
            result.append(.differentGroups)
        }
        return result
    }

    /// Of the kind of what this node has lost.
    private var lossCode: ProblemCode {
        let lost = facts.watched.first { $0.state == .lost && $0.counts != false && $0.kind != .heartbeat }
        return lost.map { Self.code(of: $0.kind) } ?? .interfaceLost
    }

    static func code(of kind: ClusterSnapshot.Watched.Kind) -> ProblemCode {
        switch kind {
        case .uplink, .downlink, .heartbeat: .interfaceLost
        case .probe: .pathLost
        case .probeGroup: .pathGroupLost
        }
    }

    private var peersObstacles: [ProblemCode] {
        switch peerStanding {
        case nil, .awaited?: return [.startingUp]
        case .dead?: return [.nodeDead]
        case .left?: return [.peerShutDown]
        case .alive?: break
        }
        var result: [ProblemCode] = []
        if peer?.status != .active { result.append(.peerJoining) }
        if peerIsDark { result.append(.leaseDark) }
        if let peers = peersHealth, peers.isMaintained {
            result.append(.maintenance)
        } else if let peers = peersHealth, peers.isWorse(than: ownHealth) {
            result.append(.peerNetwork)
        }
        if facts.groups.contains(where: { [.failed, .stopFailed].contains(onPeer($0)) }) {
            result.append(.startFailed)
        }
        if facts.groups.contains(where: { $0.differs && service(of: $0) != .on(peerName) }) {
            result.append(.differentGroups)
        }
        return result
    }

    var readiness: PairStatus.Readiness {
        let services = facts.groups.map(service)
        let here = services.contains(.on(local))
        let there = services.contains(.on(peerName))
        guard peer != nil, !facts.groups.isEmpty else {
            return .init(kind: peer == nil ? .nobody : .unknown, node: nil, obstacles: [])
        }
        if peerStanding == .dead || peerStanding == .left || peerStanding == .awaited && !isJoining {
            return .init(kind: .nobody, node: peerName, obstacles: peersObstacles)
        }
        if services.contains(.unknown) || peerStanding == .awaited {
            return .init(kind: .unknown, node: nil, obstacles: [])
        }
        // Whoever serves everything cannot fail to be ready for more.
        let others = here == there ? [local, peerName] : [here ? peerName : local]
        for node in others where !obstacles(of: node).isEmpty {
            return .init(kind: .notReady, node: node, obstacles: obstacles(of: node))
        }
        guard others.count == 1 else { return .init(kind: .mutual, node: nil, obstacles: []) }
        return .init(kind: .ready, node: others[0], within: takeover(by: others[0]), obstacles: [])
    }

    /// Detection, and the longest start of a group that the node does not run: groups start side by side.
    private func takeover(by node: NodeName) -> Duration? {
        let starts = facts.groups.filter { service(of: $0) != .on(node) }.map(\.start)
        guard let deadtime = facts.timings?.deadtime, !starts.isEmpty, !starts.contains(nil) else { return nil }
        return deadtime + (starts.compactMap(\.self).max() ?? .zero)
    }
}
