// What follows from lost interfaces and paths: the groups move to the other node when that is surely better off, and to nobody
// else. Both nodes know both healths, and each counts doubts against the other, so at most one of them can find itself worse.

import HeartbeatModel

/// What a node has done about its losses so far.
struct HealthMoves: Hashable, Codable, Sendable {
    /// Something was lost since the peer last told how it is; its older word says nothing about now.
    var mustAsk = false
    /// Something is in doubt: the peer may have lost the same, and is told, so that it looks before it is asked.
    var mustWarn = false
    /// What was last told about not moving, so that it is told once: the event, and what was lost or the obstacle.
    var told: [String] = []
    /// The same for two pairs that serve at different tunnels and cannot do otherwise.
    var hasToldOfApartness = false
}

extension Ownership {
    /// Something became known of what is watched.
    mutating func healthChanged(from before: NodeHealth, to after: NodeHealth) {
        if after.lost > before.lost || after.footing == .apart && before.footing != .apart { moves.mustAsk = true }
        moves.mustWarn = after.unproven > before.unproven && after.lost == before.lost
        if !after.isReduced { moves.told = [] }
        if after.footing != .apart { moves.hasToldOfApartness = false }
    }

    /// Takes in what `observe` lets the parts that watch the network know.
    ///
    /// - Returns: whether it says more than was known.
    mutating func hear(_ node: inout LocalNode, _ observe: (inout HealthMonitor) -> [Effect]) -> Bool {
        let before = node.health.health
        let effects = observe(&node.health)
        node.effects += effects
        healthChanged(from: before, to: node.health.health)
        return !effects.isEmpty || node.health.health != before
    }

    // MARK: - Comparing

    /// Why an operator's wish, or an original's, to have `set` moved to the peer is refused.
    func obstacleInPeersHealth(_ node: LocalNode) -> String? {
        guard let name = node.peer?.name, let theirs = peerHealth, theirs.lost > node.health.health.lost else {
            return nil
        }
        if theirs.isMaintained { return "node \(name) is in maintenance; on that node: hbctl maintenance off" }
        return "node \(name) has lost \(theirs.lost) of the interfaces and paths that count, this node "
            + "\(node.health.health.lost); repair them there, or stop heartbeat here"
    }

    /// Why a node that is in maintenance gets nothing from one that is not.
    func obstacleInMaintenance(_ node: LocalNode) -> String? {
        guard node.health.maintenance != nil, peerHealth?.isMaintained != true else { return nil }
        return "this node is in maintenance; first: hbctl maintenance off"
    }

    /// Why this node must not be taken out of service.
    func obstacleToMaintenance(_ node: LocalNode) -> String? {
        guard let peer = node.peer, node.peerIsAlive, node.membership.peerSpeaksClaims == false else { return nil }
        return
            "node \(peer.name) runs heartbeat 3, to which nobody can tell it: it would give the groups back; use hb_standby"
    }

    /// It has not yet shown that it is as well off as we are.
    func peerIsUnproven(_ node: LocalNode) -> Bool {
        guard let theirs = peerHealth else { return false }
        return theirs.isMaintained || theirs.mayBeWorse(than: node.health.health)
    }

    /// What of the peer's health this node's is compared with. One of ours that watches nothing tells none, and has lost nothing; that is
    /// enough for a node in maintenance, and for no other, whose own losses such a peer may have without knowing.
    func comparable(_ node: LocalNode) -> NodeHealth? {
        peerHealth ?? (node.health.maintenance != nil && peer?.claim != nil ? .sound : nil)
    }

    /// The peer is going to get the groups: nothing is started here that would only be stopped again.
    func isLeaving(_ node: LocalNode) -> Bool {
        let ours = node.health.health
        guard let theirs = comparable(node), ours.isWorse(than: theirs), node.peerIsActive else { return false }
        if case .offered = handover { return true }
        return moves.mustAsk || dispute.isAsked
    }

    // MARK: - Moving

    mutating func moveToBetterNode(_ node: inout LocalNode, at now: Instant) {
        warnOfDoubt(&node)
        guard state == .stable, handover == .idle, node.health.health.isReduced, hasSomethingToMove(node) else {
            return
        }
        guard node.peerIsActive, let name = node.peer?.name, comparable(node) != nil else {
            return tellOfPairsApart(&node)
        }
        if moves.mustAsk {
            moves.mustAsk = false
            // A serial line may be all that is left, and takes more than an interval for question and answer: saying it again before
            // would only be in the way.
            ask(&node, patience: node.configuration.keepalive * 2)
        }
        guard !dispute.isAsked, let theirs = comparable(node) else { return }
        let ours = node.health.health
        guard ours.isWorse(than: theirs) else { return tellOfStaying(peer: name, theirs, &node) }
        let set = movable(node)
        if let obstacle = obstacleToOffer(set, node) ?? obstacleInStops(node) {
            // A node in transition will soon have ended it.
            if peer?.isStable == true { tellOnce(.healthCannotMove(reason: obstacle), &node) }
            return
        }
        node.effects.notify(.healthMoving(to: name, lost: node.health.lostNames), .movingForHealth)
        moves.told = []
        offer(set, isFailback: false, &node, at: now)
    }

    /// A peer that gets a set as a whole gets nothing while one of its groups will not stop: each handover would fail at once, and the
    /// next one would begin with its end.
    private func obstacleInStops(_ node: LocalNode) -> String? {
        guard !peerTakesSingly else { return nil }
        return node.groups.members(of: own.held).first(where: \.hasStopFailed).map {
            "\($0.group.key) will not stop here; stop it by hand"
        }
    }

    private mutating func tellOfStaying(peer: NodeName, _ theirs: NodeHealth, _ node: inout LocalNode) {
        if node.health.health.footing == .apart, theirs.lost > 0 { tellOfPairsApart(&node) }
        guard node.health.health.lost > 0 else { return }
        tellOnce(.healthStaying(peer: peer, lost: node.health.lostNames, peerHealth: theirs), &node)
    }

    /// The peer is not there, or worse off, and the other pair cannot come to this node either.
    private mutating func tellOfPairsApart(_ node: inout LocalNode) {
        guard node.health.health.footing == .apart, node.health.partnerIsBound, !moves.hasToldOfApartness else {
            return
        }
        moves.hasToldOfApartness = true
        let reason = node.peerIsActive ? "the other node here has lost more" : "the other node here is not there"
        node.effects.notify(
            .pairsApart(lost: node.health.lostNames, reason: "\(reason), and the partner's pair cannot come either"))
    }

    /// The peer asks its kernel when it hears of a doubt: the kernel may not have told it yet what both have just lost.
    private mutating func warnOfDoubt(_ node: inout LocalNode) {
        guard moves.mustWarn else { return }
        moves.mustWarn = false
        guard state == .stable, handover == .idle, hasSomethingToMove(node), node.peerIsActive, peerHealth != nil else {
            return
        }
        report(&node, asking: true)
    }

    /// The peer doubts or has lost more than this node.
    func heedPeersDoubt(_ node: inout LocalNode) {
        guard let theirs = peerHealth, theirs.unproven > node.health.health.unproven else { return }
        node.effects.append(.lookAtCarriers)
    }

    private func hasSomethingToMove(_ node: LocalNode) -> Bool {
        let set = movable(node)
        return node.groups.runners.contains { set.contains(node.groups.set(of: $0)) }
    }

    /// What is ours, and the sets of single groups that somebody has moved here. What has failed on the peer is no better off there.
    private func movable(_ node: LocalNode) -> HoldSet {
        guard let moved = peer?.claim?.moved, !moved.isEmpty else { return own.held }
        return own.adopted.reduce(into: own.held) { set, id in
            if moved.contains(node.groups[id].group.key) { set.formUnion(node.groups.set(of: node.groups[id])) }
        }
    }

    private mutating func tellOnce(_ fact: Fact, _ node: inout LocalNode) {
        let essence = [fact.event] + fact.fields.map(\.value)
        guard moves.told != essence else { return }
        moves.told = essence
        node.effects.notify(fact)
    }

    /// We get `set` from the peer, which may have had to give it away.
    mutating func rememberReturn(of set: HoldSet, _ node: LocalNode) {
        defer { failback.wasPromisedToWorse = false }
        guard set.contains(.foreign), let theirs = peerHealth, theirs.isReduced || failback.wasPromisedToWorse else {
            return
        }
        failback.isOwed = theirs.wantsReturn || node.configuration.autoFailback != .off
    }
}
