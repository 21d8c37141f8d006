// Handing groups over with the peer's consent, in the original's three steps:
//
//   giver    me ──────▶          ┌─ releasing ─▶ done ──────▶             (handed over)   ◀── done, or a report
//   taker         ◀────── other ─┘ (promised)          acquiring ─▶ done ──▶
//
// The taker starts nothing before the giver's `done`, and the giver takes nothing back before the taker's report shows
// that it is out of the transaction. Steps are matched by the sequence of the step they answer, because messages arrive
// late, twice and out of order.

import HeartbeatModel

extension ClusterCore {
    /// The original's patience for the answer to an offer.
    private static let answerPatience = Duration.seconds(10)
    /// The original's patience for the other side's scripts.
    private static let scriptPatience = Duration.seconds(3600)

    // MARK: - Operators

    mutating func requested(_ request: OperatorRequest, _ id: RequestID, at now: Instant) {
        switch request {
        case .standby(let set):
            let obstacle = obstacleToWish(set)
            effects.append(.reply(id, obstacle.map(Reply.refused) ?? .accepted))
            if obstacle == nil { offer(set, isFailback: false, at: now) }
        case .takeover(let set):
            let obstacle = obstacleToTakeover()
            effects.append(.reply(id, obstacle.map(Reply.refused) ?? .accepted))
            if obstacle == nil { send(.takeoverRequest(set)) }
        case .shutdown:
            effects.append(.reply(id, .accepted))
            beginShutdown(at: now)
        }
    }

    /// A message from the FIFO. What an operator's script writes there for us to do, we do; the rest is passed on.
    mutating func injected(
        _ content: Message.Content, _ destination: NodeName?, _ fields: [Message.Field], at now: Instant
    ) {
        switch content {
        case .askResources(let set, .me):
            if let obstacle = obstacleToWish(set) {
                notify(.standbyRefused(obstacle))
            } else {
                offer(set, isFailback: false, at: now)
            }
        case .status, .starting, .resource, .askResources, .takeoverRequest, .shutdownDone, .fencingReport,
            .requestNodes, .nodes, .acknowledge, .retransmitRequest, .cannotRetransmit, .pingReply, .other,
            .unreadable:
            send(content, to: destination, extra: fields)
        }
    }

    mutating func receivedTakeoverRequest(_ set: HoldSet, at now: Instant) {
        if let obstacle = obstacleToWish(set.seenByPeer) {
            notify(.standbyRefused(obstacle))
        } else {
            offer(set.seenByPeer, isFailback: false, at: now)
        }
    }

    /// Why `set` is not handed over although somebody wants it to be.
    private func obstacleToWish(_ set: HoldSet) -> String? {
        obstacleToOffer(set) ?? obstacleInPeersHealth
    }

    func obstacleToOffer(_ set: HoldSet) -> String? {
        guard phase == .stable else { return "this node is not yet, or no longer, an active member" }
        guard transaction == .none else { return "a standby is already in progress" }
        guard let peer else { return "there is no other node in ha.cf" }
        guard peer.isActive else { return "node \(peer.name) is not active" }
        guard let peerHoldings, peerHoldings.isStable, challenge == nil, own.held.isDisjoint(with: peerHoldings.claimed)
        else { return "the resources of node \(peer.name) are in transition" }
        if let index = lineUnlikePeers(in: set) {
            return "node \(peer.name) has no such line in haresources: "
                + "\(runners[index].group.preferredNode) \(runners[index].group.key); make the files the same"
        }
        return nil
    }

    /// What is gone from our file and does not run any more is not to be handed over either.
    private func lineUnlikePeers(in set: HoldSet) -> Int? {
        runners.indices.first { index in
            set.contains(self.set(of: index)) && isUnlikePeers(index)
                && !(runners[index].isRetired && runners[index].isReleased)
        }
    }

    private func obstacleToTakeover() -> String? {
        guard phase == .stable else { return "this node is not yet, or no longer, an active member" }
        guard transaction == .none else { return "a standby is already in progress" }
        guard let peer else { return "there is no other node in ha.cf" }
        return peer.isActive ? nil : "node \(peer.name) is not active"
    }

    // MARK: - Failback

    mutating func failBack(at now: Instant) {
        guard isFailbackDue || moves.owesReturn, isStable, obstacleToOffer(.foreign) == nil, !peerIsUnproven,
            let peerHoldings, challenge == nil
        else { return }
        guard own.held.contains(.foreign) || !own.adopted.isEmpty else {
            isFailbackDue = false
            moves.owesReturn = false
            return
        }
        guard !peerHoldings.claimed.contains(.foreign) || !own.adopted.isEmpty else { return }
        isFailbackDue = false
        moves.owesReturn = false
        offer(.foreign, isFailback: true, at: now)
    }

    // MARK: - Giving

    mutating func offer(_ set: HoldSet, isFailback: Bool, at now: Instant) {
        notify(.offering(set, isFailback: isFailback))
        if !isFailback { isFailbackDue = false }
        let sequence = send(.askResources(set, .me))
        transaction = .offered(set, offer: sequence, isFailback: isFailback)
        deadlines[.standbyTimeout] = now + Self.answerPatience
    }

    // MARK: - The peer's steps

    mutating func received(_ set: HoldSet, _ step: StandbyStep, sequence: SequenceNumber?, at now: Instant) {
        guard let sequence, phase == .stable else { return }
        switch step {
        case .me: peerOffers(set.seenByPeer, sequence: sequence, at: now)
        case .other: peerAgrees(set, sequence: sequence, at: now)
        case .done: peerIsDone(set, sequence: sequence, at: now)
        }
    }

    private mutating func peerOffers(_ set: HoldSet, sequence: SequenceNumber, at now: Instant) {
        // It has been stable since, so this offer is over; it only arrived late.
        if let stable = peerHoldings?.stableSequence, sequence < stable { return }
        switch transaction {
        case .none:
            break
        case .promised(_, let earlier):
            // It offers anew, so it does not count on our earlier word any more.
            guard sequence > earlier else { return }
        case .offered, .releasing, .handedOver, .acquiring:
            notify(.offerIgnored)
            return
        }
        guard runners.allSatisfy(\.isSettled), lineUnlikePeers(in: set) == nil else {
            notify(.offerIgnored)
            return
        }
        notify(.willAcquire(set))
        send(.askResources(set.seenByPeer, .other))
        transaction = .promised(set, offer: sequence)
        deadlines[.standbyTimeout] = now + Self.scriptPatience
    }

    private mutating func peerAgrees(_ set: HoldSet, sequence: SequenceNumber, at now: Instant) {
        guard case .offered(let offered, _, _) = transaction, set == offered else {
            // It waits for a giver that is no longer one; our report tells it.
            report(force: true)
            return
        }
        // It has been stable since, so it is out: what we do not hold it takes at our first report, without waiting for a `done`.
        if peerSpeaksClaims == true, let stable = peerHoldings?.stableSequence, sequence < stable {
            endTransaction()
            return
        }
        notify(.givingUp(set))
        let giveup = Giveup(set: set, given: own.held.intersection(set), answer: sequence)
        own.giveUp(set, singly: peerTakesSingly)
        own.endStaying()
        for index in own.adopted where set.contains(self.set(of: index)) { own.abandon(index) }
        transaction = peerTakesSingly ? .handedOver(giveup) : .releasing(giveup)
        deadlines[.standbyTimeout] = now + Self.scriptPatience
        // The taker waits for it, even if it is no news.
        if peerTakesSingly { report(force: true) }
    }

    private mutating func peerIsDone(_ set: HoldSet, sequence: SequenceNumber, at now: Instant) {
        switch transaction {
        case .promised(let promised, let offer):
            guard set.seenByPeer == promised, sequence > offer else { return }
            guard peerHoldings?.hasClaimed(promised, after: sequence) != true else {
                // 1. It gave the set up, and this message was lost. 2. It took us for dead and took the set back, and told.
                // 3. This message comes after all, when it is no longer true.
                endTransaction()
                return
            }
            // `done` says that nothing of it runs there any more; a report from before that is history.
            peerHoldings?.released(promised, at: sequence)
            take(promised)
        case .handedOver(let giveup):
            guard set == giveup.set, sequence > giveup.answer else { return }
            // What it reported as failed before it acquired is history.
            peerHoldings?.outdate(before: sequence)
            endTransaction()
        case .none, .offered, .releasing, .acquiring:
            // The giver waits for somebody who is no longer in the transaction; our report tells it. An original waits for
            // this word and nothing else.
            if peerSpeaksClaims == false, own.held.isSuperset(of: set.seenByPeer) { send(.askResources(set, .done)) }
            report(force: true)
        }
    }

    private mutating func take(_ set: HoldSet) {
        notify(.acquiring(set))
        rememberReturn(of: set)
        acquire(set, rank: .agreed)
        transaction = .acquiring(set)
    }

    /// The peer's report may show that it is out of a transaction that we are still in, or that it has let go of what we wait for.
    mutating func considerTransaction(sequence: SequenceNumber, at now: Instant) {
        guard let holdings = peerHoldings else { return }
        if case .acquiring(let set) = transaction, !holdings.claimed.isDisjoint(with: set) {
            // It gave the set to us, then took us for dead.
            endTransaction()
        }
        if case .promised(let set, let offer) = transaction, sequence > offer,
            holdings.hasLetGo(of: set, keys: keys(of: set))
        {
            take(set)
        }
        guard holdings.isStable else { return }
        switch transaction {
        case .promised(_, let offer):
            // A giver is not stable before it has given, so this one has thought better of it.
            if sequence > offer { endTransaction() }
        case .handedOver(let giveup):
            guard sequence > giveup.answer else { return }
            if !giveup.given.isEmpty, holdings.claimed.isDisjoint(with: giveup.given) {
                notify(.takenBack(giveup.given))
                acquire(giveup.given, rank: .agreed)
            }
            endTransaction()
        case .none, .offered, .releasing, .acquiring:
            break
        }
    }

    // MARK: - Progress

    mutating func advanceTransaction(at now: Instant) {
        switch transaction {
        case .releasing(let giveup):
            if let index = runners.indices.first(where: { hasStopFailed($0, in: giveup.set) }) {
                notify(.standbyFailed(runners[index].group))
                acquire(giveup.given, rank: .agreed)
                endTransaction()
            } else if giveup.set.parts.allSatisfy(isReleased) {
                send(.askResources(giveup.set, .done))
                transaction = .handedOver(giveup)
            }
        case .acquiring(let set):
            guard runners.allSatisfy(\.isSettled) else { return }
            endTransaction()
            send(.askResources(set.seenByPeer, .done))
            report(force: true)
        case .none, .offered, .handedOver, .promised:
            break
        }
    }

    private func keys(of set: HoldSet) -> [String] {
        runners.indices.filter { set.contains(self.set(of: $0)) }.map { runners[$0].group.key }
    }

    mutating func transactionTimedOut() {
        switch transaction {
        case .offered(_, _, let isFailback):
            notify(.offerUnanswered)
            endTransaction()
            if isFailback, let beat = deadlines[.keepalive] { deadlines[.failback] = beat + Self.answerPatience }
        case .promised:
            notify(.promiseExpired)
            endTransaction()
        case .handedOver(let giveup):
            // Only the taker knows whether it has them; ask before anything is started again.
            notify(.takerSilent(giveup.set))
            endTransaction()
            ask()
        case .none, .releasing, .acquiring:
            break
        }
        report(force: true)
    }

    private mutating func endTransaction() {
        transaction = .none
        deadlines[.standbyTimeout] = nil
    }
}
