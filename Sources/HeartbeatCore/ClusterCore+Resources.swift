// From what is known to what should run: `decide` derives, after every event, which groups are wanted here, moves the
// runners, and tells the peer when the answer changed. It does nothing when everything is settled.

import HeartbeatModel

extension ClusterCore {
    // MARK: - Deciding

    mutating func decide(at now: Instant) {
        joinIfEverybodyIsKnown(at: now)
        adoptFailedGroups()
        recallFailures(at: now)
        moveToBetterNode(at: now)
        moveRunners(at: now)
        noteReleases()
        answerLegacyRequests()
        advanceTransaction(at: now)
        keepWhatWillNotStop(at: now)
        watchForOverlap(at: now)
        // A transaction that just ended may want groups that were not wanted before.
        moveRunners(at: now)
        offerFailedGroupsToOriginal(at: now)
        watchForOrphans(at: now)
        watchForAgreement()
        confirmOwnLines()
        failBack(at: now)
        report(force: false)
        advanceShutdown(at: now)
    }

    /// Set of the group at `index`, as we name it.
    func set(of index: Int) -> HoldSet {
        runners[index].group.preferredNode == localNode ? .local : .foreign
    }

    func isWanted(_ index: Int) -> Bool {
        switch phase {
        case .stable:
            if runners[index].isRetired { return runners[index].isRunning && mustKeepRetired(index) }
            if own.adopted.contains(index) { return mayRunAdopted(index) }
            if own.staying.contains(index) { return runners[index].isRunning || isAwaitedByPeer(index) }
            guard own.held.contains(set(of: index)) else { return false }
            guard peer?.isAlive == true, let claim = peerHoldings?.claim else {
                return runners[index].isRunning || !isKeptByPeer(index)
            }
            if claim.adopted.contains(runners[index].group.key) { return false }
            // What runs goes on, but nothing is started that the peer may be running.
            if runners[index].isRunning { return !mustMakeWay(index) }
            return mayStart(index) || runners[index].isRepairing && !mayRunOnPeer(index)
        case .waitingForNodes, .requestingNodes, .negotiating, .shuttingDown, .lingering, .stopped:
            return false
        }
    }

    /// Ours to run, at rest, and not to be started for now.
    func isWithheld(_ index: Int) -> Bool {
        phase == .stable && own.held.contains(set(of: index)) && runners[index].phase == .stopped && !isWanted(index)
    }

    private func mayStart(_ index: Int) -> Bool {
        !mayRunOnPeer(index) && !isUnlikePeers(index) && !isBlocked(index) && !sharesWithKept(index)
            && !isLeaving && !isUnconfirmed(index)
    }

    /// The peer may be running it too.
    private func isDisputed(_ index: Int) -> Bool {
        guard peer?.isAlive == true, !own.staying.contains(index) else { return false }
        // An adopted group is part of a set that the peer always claims; it is ours for as long as the peer says that it failed.
        return own.adopted.contains(index) ? !hasFailedOnPeer(index) : mayRunOnPeer(index)
    }

    /// The peer claims its set, too, or has not stopped it yet.
    private func mayRunOnPeer(_ index: Int) -> Bool {
        peerClaims(set(of: index)) || isKeptByPeer(index)
    }

    /// Tells the runner at `index` what is wanted of it.
    mutating func instruct(_ index: Int) {
        let isAdopted = peerHoldings?.claim?.adopted.contains(runners[index].group.key) == true
        runners[index].isAdoptedByPeer = isAdopted && peer?.isAlive == true
        runners[index].want(
            isWanted(index), mayChange: !isUnlikePeers(index) && !isBlocked(index), mayRestore: !isDisputed(index))
    }

    /// What was adopted goes on; it is started only while the peer says that it failed there.
    private func mayRunAdopted(_ index: Int) -> Bool {
        if runners[index].isRunning { return true }
        return peer?.isAlive == true && hasFailedOnPeer(index) && !isUnlikePeers(index) && !isBlocked(index)
            && !isUnconfirmed(index)
    }

    func hasFailedOnPeer(_ index: Int) -> Bool {
        peerHoldings?.claim?.failed.contains(runners[index].group.key) == true
    }

    private func peerClaims(_ part: HoldSet) -> Bool {
        peerHoldings?.claimed.contains(part) == true
    }

    mutating func moveRunners(at now: Instant) {
        guard !isBehind(at: now) else { return }
        for index in runners.indices {
            instruct(index)
            guard !mustWait(index) else { continue }
            perform(runners[index].advance(now: now), of: index, at: now)
        }
    }

    /// Groups that name the same resource run one after another; all others side by side. Whether one still runs is not asked before
    /// another has moved: scripts that take longer than the time between two checks would keep it waiting for ever.
    func mustWait(_ index: Int) -> Bool {
        switch runners[index].phase {
        // One that failed is begun anew when its failure is forgotten.
        case .unknown, .stopped, .running, .failed, .stopFailed: break
        case .looking, .acquiring, .checking, .restoring, .releasing: return false
        }
        let stays = runners[index].phase == .running && runners[index].isWanted
        return runners.indices.contains { other in
            other != index && (runners[other].isInTransition || stays && runners[other].isAboutToMove)
                && runners[other].group.shares(runners[index].group)
        }
    }

    private mutating func noteReleases() {
        for index in own.adopted where runners[index].isReleased && !isWanted(index) || runners[index].phase == .failed
        {
            own.forgetException(index)
        }
        for index in own.leaving + own.served where runners[index].isReleased { own.forgetException(index) }
        for index in own.staying where runners[index].phase == .failed { own.forgetException(index) }
        for part in HoldSet.all.parts where isReleased(part) { own.released(part) }
    }

    /// Nothing of `part` runs here, apart from what stays adopted.
    func isReleased(_ part: HoldSet) -> Bool {
        runners.indices.allSatisfy { set(of: $0) != part || runners[$0].isReleased || own.adopted.contains($0) }
    }

    var isStable: Bool {
        phase == .stable && (transaction == .none || isOfferToOriginal) && runners.allSatisfy(\.isSettled)
    }

    /// An original stays stable until its offer is answered, and ignores the offer of a node that is not (observed).
    private var isOfferToOriginal: Bool {
        guard case .offered = transaction else { return false }
        return peerSpeaksClaims == false
    }

    // MARK: - Acquiring sets

    /// Claims `set`, and tries again what had failed in it.
    mutating func acquire(_ set: HoldSet, rank: ClaimRank) {
        own.acquire(set, rank: rank)
        for index in runners.indices where set.contains(self.set(of: index)) {
            own.forgetException(index)
            runners[index].forgetFailure()
        }
    }

    /// Nobody else is there: everything is ours to run.
    mutating func acquireAll(rank: ClaimRank) {
        peerHoldings = nil
        keptByPeer = []
        transaction = .none
        deadlines[.standbyTimeout] = nil
        let served = own.served + own.adopted
        acquire(.all, rank: rank)
        own.serve(served)
    }

    mutating func becomeStableAlone() {
        phase = .stable
        endNegotiation()
        if peer?.standing != .left { notify(.takingOverAll(from: peer?.name)) }
        acquireAll(rank: peer == nil ? .agreed : .unheard)
    }

    /// The peer has told what it holds; ours is what it does not.
    mutating func becomeStable() {
        phase = .stable
        endNegotiation()
        if peerHoldings?.claimed.contains(.local) != true { acquire(.local, rank: .agreed) }
        notify(.localResourcesAcquired(own.held))
    }

    private mutating func endNegotiation() {
        deadlines[.repeatStarting] = nil
        deadlines[.legacyRequest] = nil
    }

    mutating func peerDied(wasHeard: Bool, at now: Instant) {
        mayBeMistaken = true
        challenge = nil
        overlapSince = nil
        deadlines[.conflict] = nil
        switch phase {
        case .negotiating:
            becomeStableAlone()
        case .stable:
            notify(.takingOverAll(from: peer?.name))
            tellOfUnstoppedGroups()
            acquireAll(rank: .takeover)
            deadlines[.tellTheDead] = now + configuration.deadtime
        case .waitingForNodes, .requestingNodes, .stopped:
            peerHoldings = nil
        case .shuttingDown:
            transaction = .none
        case .lingering:
            finishShutdown()
        }
    }

    /// We may only be deaf: a peer that lives on and hears us must learn what we took, and we could not hear it ask.
    mutating func tellTheDead(at now: Instant) {
        guard phase == .stable, peer?.standing == .dead else { return }
        report(force: true)
        deadlines[.tellTheDead] = now + configuration.deadtime
    }

    /// The peer's daemon began anew: what it had agreed to, the new one does not know.
    mutating func forgetPeerResources() {
        peerHoldings = nil
        peerSpeaksClaims = nil
        legacy.owed = [:]
        offeredToOriginal = false
        challenge = nil
        overlapSince = nil
        deadlines[.conflict] = nil
        switch transaction {
        case .releasing(let giveup):
            // Not handed over yet, so it is still ours.
            acquire(giveup.given, rank: .agreed)
        case .none, .offered, .handedOver, .promised, .acquiring:
            break
        }
        transaction = .none
        deadlines[.standbyTimeout] = nil
    }

    mutating func receivedStarting(sequence: SequenceNumber?, at now: Instant) {
        defer { report(force: true) }
        // It has told what it holds since; this one only arrived late.
        if let newest = peerHoldings?.reportSequence, let sequence, sequence < newest { return }
        var holdings = PeerHoldings()
        holdings.claim = peerHoldings?.claim
        holdings.reportSequence = peerHoldings?.reportSequence
        peerHoldings = holdings
        isFailbackDue = configuration.autoFailback != .off
    }

    mutating func receivedShutdownDone(at now: Instant) {
        guard let name = peer?.name else { return }
        // It ends as soon as it hears that we have everything, which may be no news by now.
        defer { report(force: true) }
        peer?.hasLeft(now: now)
        notify(.peerShutDown(node: name))
        challenge = nil
        overlapSince = nil
        switch phase {
        case .negotiating: becomeStableAlone()
        case .stable:
            // It has stopped everything, and has answered for it until then.
            hearOfKept([])
            acquireAll(rank: .agreed)
            announceAgain()
        case .waitingForNodes, .requestingNodes, .shuttingDown, .stopped: break
        case .lingering: finishShutdown()
        }
    }
}
