// Handing groups over with the peer's consent, in the original's three steps:
//
//   giver    me ──────▶          ┌─ releasing ─▶ done ──────▶             (handed over)   ◀── done, or a report
//   taker         ◀────── other ─┘ (promised)          acquiring ─▶ done ──▶
//
// The taker starts nothing before the giver's `done`, and the giver takes nothing back before the taker's report shows
// that it is out of the handover. Steps are matched by the sequence of the step they answer, because messages arrive
// late, twice and out of order.

import HeartbeatModel

extension Ownership {
    /// The original's patience for the answer to an offer.
    private static let answerPatience = Duration.seconds(10)
    /// The original's patience for the other side's scripts.
    private static let scriptPatience = Duration.seconds(3600)

    // MARK: - Operators

    mutating func requested(_ request: OperatorRequest, _ id: RequestID, _ node: inout LocalNode, at now: Instant) {
        switch request {
        case .standby(let set):
            let obstacle = obstacleToWish(set, node)
            node.effects.append(.reply(id, obstacle.map(Reply.refused) ?? takenUp(node)))
            if obstacle == nil { offer(set, isFailback: false, &node, at: now) }
        case .takeover(let set):
            let obstacle = obstacleToTakeover(node) ?? obstacleInMaintenance(node)
            node.effects.append(.reply(id, obstacle.map(Reply.refused) ?? takenUp(node)))
            if obstacle == nil { node.send(.takeoverRequest(set)) }
        case .move(let key):
            let obstacle = move(key, &node)
            node.effects.append(.reply(id, obstacle.map(Reply.refused) ?? takenUp(node)))
        case .shutdown:
            node.effects.append(.reply(id, .accepted))
            beginShutdown(&node, at: now)
        }
    }

    /// An operator knows what to do, and should know what he does.
    private func takenUp(_ node: LocalNode) -> Reply {
        cautionOfFiles(node).map(Reply.acceptedWithCaution) ?? .accepted
    }

    /// Somebody wants the peer to have `set`: an operator's script through the FIFO, or the peer.
    mutating func wished(_ set: HoldSet, _ node: inout LocalNode, at now: Instant) {
        if let obstacle = obstacleToWish(set, node) {
            node.effects.notify(.standbyRefused(obstacle))
        } else {
            offer(set, isFailback: false, &node, at: now)
        }
    }

    // MARK: - Obstacles

    private func obstacleToWish(_ set: HoldSet, _ node: LocalNode) -> String? {
        obstacleToOffer(set, node) ?? obstacleInPeersHealth(node)
    }

    /// Why `set` cannot be handed over now.
    func obstacleToOffer(_ set: HoldSet, _ node: LocalNode) -> String? {
        if let obstacle = obstacleToTakeover(node) { return obstacle }
        guard let name = node.peer?.name else { return nil }
        guard let peer, peer.isStable, !dispute.isAsked, own.held.isDisjoint(with: peer.claimed) else {
            return "the resources of node \(name) are in transition"
        }
        if let line = lineUnlikePeers(in: set, node) {
            return "node \(name) has no such line in haresources: "
                + "\(line.preferredNode) \(line.key); make the files the same"
        }
        return nil
    }

    private func obstacleToTakeover(_ node: LocalNode) -> String? {
        guard state == .stable else { return "this node is not yet, or no longer, an active member" }
        guard handover == .idle else { return "a standby is already in progress" }
        guard let monitor = node.peer else { return "there is no other node in ha.cf" }
        return monitor.isActive ? nil : "node \(monitor.name) is not active"
    }

    /// What is gone from our file and does not run any more is not to be handed over either.
    func lineUnlikePeers(in set: HoldSet, _ node: LocalNode) -> ResourceGroup? {
        node.groups.runners.first { runner in
            set.contains(node.groups.set(of: runner)) && isUnlikePeers(runner, node)
                && !(runner.isRetired && runner.isReleased)
        }?.group
    }

    // MARK: - Failback

    mutating func failBack(_ node: inout LocalNode, at now: Instant) {
        guard failback.isWanted, isStable(node), obstacleToOffer(.foreign, node) == nil, !peerIsUnproven(node),
            let peer, !dispute.isAsked, !partnerKeepsHere(node)
        else { return }
        guard own.held.contains(.foreign) || !own.adopted.isEmpty else { return failback.isDone() }
        guard !peer.claimed.contains(.foreign) || !own.adopted.isEmpty else { return }
        guard !waitsForFiles(&node), !waitsForDelay(&node, at: now) else { return }
        failback.isDone()
        offer(.foreign, isFailback: true, &node, at: now)
    }

    /// Why what is to go back stays for now, in the order in which `failBack` asks.
    func obstacleToFailback(_ node: LocalNode, at now: Instant) -> NodeFacts.FailbackFact.Obstacle? {
        if node.peerIsActive, lineUnlikePeers(in: .foreign, node) != nil { return .files }
        if !isStable(node) || obstacleToOffer(.foreign, node) != nil || dispute.isAsked { return .transition }
        if peerIsUnproven(node) { return .health }
        if partnerKeepsHere(node) { return .partner }
        if failback.waitsForFiles { return .files }
        return delayLeft(node, at: now) == nil ? nil : .delay
    }

    // MARK: - Giving

    mutating func offer(_ set: HoldSet, isFailback: Bool, _ node: inout LocalNode, at now: Instant) {
        node.effects.notify(.standbyOffered(set, isFailback: isFailback), .handover(.offered(isFailback: isFailback)))
        if !isFailback { (failback.isDue, failback.waitsForFiles, failback.patience.waitsUntil) = (false, false, nil) }
        let sequence = node.send(.askResources(set, .me))
        handover = .offered(set, offer: sequence, isFailback: isFailback, until: now + Self.answerPatience)
    }

    // MARK: - The peer's steps

    mutating func received(
        _ set: HoldSet, _ step: StandbyStep, sequence: SequenceNumber?, _ node: inout LocalNode, at now: Instant
    ) {
        guard let sequence, state == .stable else { return }
        switch step {
        case .me: peerOffers(set.seenByPeer, sequence: sequence, &node, at: now)
        case .other: peerAgrees(set, sequence: sequence, &node, at: now)
        case .done: peerIsDone(set, sequence: sequence, &node)
        }
    }

    private mutating func peerOffers(
        _ set: HoldSet, sequence: SequenceNumber, _ node: inout LocalNode, at now: Instant
    ) {
        // It has been stable since, so this offer is over; it only arrived late.
        if let stable = peer?.stableSequence, sequence < stable { return }
        switch handover {
        case .idle:
            break
        case .promised(_, let earlier, _):
            // It offers anew, so it does not count on our earlier word any more.
            guard sequence > earlier else { return }
        case .offered, .releasing, .handedOver, .acquiring:
            node.effects.notify(.standbyIgnored)
            return
        }
        guard node.groups.areSettled, !node.lease.isDark, lineUnlikePeers(in: set, node) == nil else {
            node.effects.notify(.standbyIgnored)
            return
        }
        node.effects.notify(.standbyAccepted(set), .handover(.promised))
        failback.wasPromisedToWorse = peerHealth?.isReduced == true
        node.send(.askResources(set.seenByPeer, .other))
        handover = .promised(set, offer: sequence, until: now + Self.scriptPatience)
    }

    private mutating func peerAgrees(
        _ set: HoldSet, sequence: SequenceNumber, _ node: inout LocalNode, at now: Instant
    ) {
        guard case .offered(let offered, _, _, _) = handover, set == offered else {
            // It waits for a giver that is no longer one; our report tells it.
            report(&node)
            return
        }
        // It has been stable since, so it is out: what we do not hold it takes at our first report, without waiting for a
        // `done`.
        if node.membership.peerSpeaksClaims == true, let stable = peer?.stableSequence, sequence < stable {
            handover = .idle
            return
        }
        node.effects.notify(.standbyGivingUp(set), .handover(.givingUp))
        let giveup = Giveup(set: set, given: own.held.intersection(set), answer: sequence)
        own.giveUp(set, singly: peerTakesSingly)
        own.endStaying()
        for id in own.adopted where set.contains(node.groups.set(of: node.groups[id])) { own.abandon(id) }
        let until = now + Self.scriptPatience
        handover = peerTakesSingly ? .handedOver(giveup, until: until) : .releasing(giveup, until: until)
        // The taker waits for it, even if it is no news.
        if peerTakesSingly { report(&node) }
    }

    private mutating func peerIsDone(_ set: HoldSet, sequence: SequenceNumber, _ node: inout LocalNode) {
        switch handover {
        case .promised(let promised, let offer, let until):
            guard set.seenByPeer == promised, sequence > offer else { return }
            guard peer?.hasClaimed(promised, after: sequence) != true else {
                // 1. It gave the set up, and this message was lost. 2. It took us for dead and took the set back, and told.
                // 3. This message comes after all, when it is no longer true.
                handover = .idle
                return
            }
            // `done` says that nothing of it runs there any more; a report from before that is history.
            peer?.released(promised, at: sequence)
            take(promised, until: until, &node)
        case .handedOver(let giveup, _):
            guard set == giveup.set, sequence > giveup.answer else { return }
            // What it reported as failed before it acquired is history.
            peer?.outdate(before: sequence)
            handover = .idle
        case .idle, .offered, .releasing, .acquiring:
            // The giver waits for somebody who is no longer in the handover; our report tells it. An original waits for
            // this word and nothing else.
            if node.membership.peerSpeaksClaims == false, own.held.isSuperset(of: set.seenByPeer) {
                node.send(.askResources(set, .done))
            }
            report(&node)
        }
    }

    private mutating func take(_ set: HoldSet, until: Instant?, _ node: inout LocalNode) {
        node.effects.notify(.standbyAcquiring(set), .handover(.acquiring))
        rememberReturn(of: set, node)
        acquire(set, rank: .agreed, &node)
        handover = .acquiring(set, until: until)
    }

    /// The peer's report may show that it is out of a handover that we are still in, or that it has let go of what we wait for.
    mutating func considerHandover(sequence: SequenceNumber, _ node: inout LocalNode) {
        guard let holdings = peer else { return }
        // It gave the set to us, then took us for dead.
        if case .acquiring(let set, _) = handover, !holdings.claimed.isDisjoint(with: set) { handover = .idle }
        if case .promised(let set, let offer, let until) = handover, sequence > offer,
            holdings.hasLetGo(of: set, keys: node.groups.members(of: set).map(\.group.key))
        {
            take(set, until: until, &node)
        }
        guard holdings.isStable else { return }
        switch handover {
        case .promised(_, let offer, _):
            // A giver is not stable before it has given, so this one has thought better of it.
            if sequence > offer { handover = .idle }
        case .handedOver(let giveup, _):
            guard sequence > giveup.answer else { return }
            if !giveup.given.isEmpty, holdings.claimed.isDisjoint(with: giveup.given) {
                node.effects.notify(.standbyTakenBack(giveup.given), .claimed)
                acquire(giveup.given, rank: .agreed, &node)
            }
            handover = .idle
        case .idle, .offered, .releasing, .acquiring:
            break
        }
    }

    // MARK: - Progress

    mutating func advanceHandover(_ node: inout LocalNode) {
        switch handover {
        case .releasing(let giveup, let until):
            if let unstopped = node.groups.members(of: giveup.set).first(where: \.hasStopFailed) {
                node.effects.notify(.standbyFailed(unstopped.group), .claimed)
                acquire(giveup.given, rank: .agreed, &node)
                handover = .idle
            } else if giveup.set.parts.allSatisfy({ isReleased($0, node) }) {
                node.send(.askResources(giveup.set, .done))
                handover = .handedOver(giveup, until: until)
            }
        case .acquiring(let set, _):
            guard node.groups.areSettled else { return }
            handover = .idle
            node.send(.askResources(set.seenByPeer, .done))
            report(&node)
        case .idle, .offered, .handedOver, .promised:
            break
        }
    }

    mutating func handoverTimedOut(_ node: inout LocalNode) {
        switch handover {
        case .offered(_, _, let isFailback, _):
            node.effects.notify(.standbyUnanswered, .handover(.calledOff))
            handover = .idle
            if isFailback, let beat = node.membership.keepalive { failback.retry = beat + Self.answerPatience }
        case .promised:
            node.effects.notify(.standbyExpired, .handover(.calledOff))
            handover = .idle
        case .handedOver(let giveup, _):
            // Only the taker knows whether it has them; ask before anything is started again.
            node.effects.notify(.standbyTakerSilent(giveup.set))
            handover = .idle
            ask(&node)
        case .idle, .releasing, .acquiring:
            handover.forgetDeadline()
        }
        report(&node)
    }
}
