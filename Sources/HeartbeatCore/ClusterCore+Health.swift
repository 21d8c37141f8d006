// What follows from lost links and paths: the groups move to the other node when that is surely better off, and to nobody
// else. Both nodes know both healths, and each counts doubts against the other, so at most one of them can find itself worse.

import HeartbeatModel

/// What a node has done about its losses so far.
struct HealthMoves: Hashable, Sendable {
    /// Something was lost since the peer last told how it is; its older word says nothing about now.
    var mustAsk = false
    /// What was last told about not moving, so that it is told once: the event, and what was lost or the obstacle.
    var told: [String] = []
    /// The peer gave us its groups because it was worse off and is to have them back when it is not.
    var owesReturn = false
}

extension ClusterCore {
    // MARK: - Facts

    /// Something became known of what is watched.
    mutating func hearOfNetwork(_ news: (inout HealthMonitor) -> [HealthNotice]) {
        let before = network.health
        for notice in news(&network) { notify(notice) }
        if network.health.lost > before.lost { moves.mustAsk = true }
        if network.health.lost == 0 { moves.told = [] }
    }

    // MARK: - Comparing

    /// What the peer told of its health; `nil` when it does not tell, as an original.
    var peerHealth: NodeHealth? { peerHoldings?.claim?.health }

    /// Why an operator's wish, or an original's, to have `set` moved to the peer is refused.
    var obstacleInPeersHealth: String? {
        guard let peer, let theirs = peerHealth, theirs.lost > network.health.lost else { return nil }
        return "node \(peer.name) has lost \(theirs.lost) of the links and paths that count, this node "
            + "\(network.health.lost); repair them there, or stop heartbeat here"
    }

    /// It has not yet shown that it is as well off as we are.
    var peerIsUnproven: Bool {
        guard let theirs = peerHealth else { return false }
        return theirs.unproven > network.health.lost
    }

    /// The peer is going to get the groups: nothing is started here that would only be stopped again.
    var isLeaving: Bool {
        guard let theirs = peerHealth, peer?.isActive == true, network.health.isWorse(than: theirs) else {
            return false
        }
        if case .offered = transaction { return true }
        return moves.mustAsk || challenge != nil
    }

    // MARK: - Moving

    mutating func moveToBetterNode(at now: Instant) {
        guard phase == .stable, transaction == .none, network.health.lost > 0, hasSomethingToMove,
            let peer, peer.isActive, peerHealth != nil
        else { return }
        if moves.mustAsk {
            moves.mustAsk = false
            ask()
        }
        guard challenge == nil, let theirs = peerHealth else { return }
        guard network.health.isWorse(than: theirs) else {
            tellOnce(.staying(peer: peer.name, lost: network.lostNames, peerHealth: theirs))
            return
        }
        if let obstacle = obstacleToOffer(own.held) {
            // A node in transition will soon have ended it.
            if peerHoldings?.isStable == true { tellOnce(.cannotMove(reason: obstacle)) }
            return
        }
        notify(.moving(to: peer.name, lost: network.lostNames))
        moves.told = []
        offer(own.held, isFailback: false, at: now)
    }

    private var hasSomethingToMove: Bool { runners.indices.contains { own.held.contains(set(of: $0)) } }

    private mutating func tellOnce(_ notice: HealthNotice) {
        let essence = [notice.event.rawValue] + notice.fields.map(\.value)
        guard moves.told != essence else { return }
        moves.told = essence
        notify(notice)
    }

    /// We get `set` from the peer, which may have had to give it away.
    mutating func rememberReturn(of set: HoldSet) {
        guard set.contains(.foreign), let theirs = peerHealth, theirs.lost > 0 else { return }
        moves.owesReturn = theirs.wantsReturn || configuration.autoFailback != .off
    }
}
