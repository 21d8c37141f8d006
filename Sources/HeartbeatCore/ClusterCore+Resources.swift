// From what is known to what should run: `decide` derives, after every event, which groups are wanted here, moves the
// runners, and tells the peer when the answer changed. It does nothing when everything is settled.

import HeartbeatModel

extension ClusterCore {
    // MARK: - Deciding

    mutating func decide(at now: Instant) {
        guard host != nil else { return }
        joinIfEverybodyIsKnown(at: now)
        adoptFailedGroups()
        moveRunners(at: now)
        noteReleases()
        advanceTransaction(at: now)
        watchForOverlap(at: now)
        // A transaction that just ended may want groups that were not wanted before.
        moveRunners(at: now)
        offerFailedGroupsToOriginal(at: now)
        watchForOrphans(at: now)
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
            if own.adopted.contains(index) { return mayRunAdopted(index) }
            guard own.held.contains(set(of: index)) else { return false }
            guard peer?.isAlive == true, let claim = peerHoldings?.claim else { return true }
            if claim.adopted.contains(runners[index].group.key) { return false }
            // While both claim the set, what runs goes on, but nothing is started that the peer may be running.
            return runners[index].phase == .running || !peerClaims(set(of: index))
        case .waitingForNodes, .requestingNodes, .negotiating, .shuttingDown, .lingering, .stopped:
            return false
        }
    }

    /// What was adopted goes on; it is started only while the peer says that it failed there.
    private func mayRunAdopted(_ index: Int) -> Bool {
        if runners[index].phase == .running { return true }
        return peer?.isAlive == true && peerHoldings?.claim?.failed.contains(runners[index].group.key) == true
    }

    private func peerClaims(_ part: HoldSet) -> Bool {
        peerHoldings?.claimed.contains(part) == true
    }

    mutating func moveRunners(at now: Instant) {
        guard !isBehind(at: now) else { return }
        for index in runners.indices {
            runners[index].want(isWanted(index))
            guard !mustWait(index) else { continue }
            perform(runners[index].advance(now: now), of: index, at: now)
        }
    }

    /// Groups that name the same resource run one after another; all others side by side.
    func mustWait(_ index: Int) -> Bool {
        switch runners[index].phase {
        case .stopped, .running, .stopFailed: break
        case .acquiring, .releasing, .failed: return false
        }
        let words = Set(runners[index].group.resources.map(\.word))
        return runners.indices.contains { other in
            other != index && runners[other].isInTransition
                && runners[other].group.resources.contains { words.contains($0.word) }
        }
    }

    private mutating func noteReleases() {
        for index in own.adopted where runners[index].isReleased && !isWanted(index) || runners[index].phase == .failed
        {
            own.forgetAdoption(index)
        }
        for index in own.leaving where runners[index].isReleased { own.forgetAdoption(index) }
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

    // MARK: - Actions

    private mutating func perform(_ outputs: [GroupRunner.Output], of index: Int, at now: Instant) {
        let group = runners[index].group
        for output in outputs {
            switch output {
            case .perform(let verb, let resource):
                lastAction += 1
                let id = ActionID(generation: generation, number: lastAction)
                pendingActions[id] = index
                effects.append(
                    .perform(
                        ResourceAction(
                            groupKey: group.key, resource: resource, verb: verb,
                            timeout: configuration.actionTimeouts.timeout(for: verb),
                            peerIsAbsent: peer?.isActive != true), id))
            case .acquiring: notify(.acquiringGroup(group))
            case .running: notify(.groupRunning(group))
            case .releasing: notify(.releasingGroup(group))
            case .released: notify(.groupReleased(group))
            case .startFailed(let resource, let result): notify(.startFailed(group, resource, result))
            case .stopRetry(let resource, let result, let attempt):
                notify(.stopRetry(group, resource, result, attempt: attempt))
            case .stopFailed(let resource): notify(.stopFailed(group, resource))
            case .stopUnjustlyFailed(let resource): notify(.stopUnjustlyFailed(group, resource))
            }
        }
    }

    /// Our own keepalive is overdue by more than an interval: we stood still, and the peer may have taken over meanwhile.
    /// Nothing is started before everything that arrived in that time has been read, which is when the timers expire.
    private func isBehind(at now: Instant) -> Bool {
        guard let due = deadlines[.keepalive] else { return false }
        return now - due > configuration.keepalive
    }

    mutating func actionFinished(_ id: ActionID, _ result: ActionResult, at now: Instant) {
        // An answer to a question of an earlier incarnation, or a second answer, is nobody's.
        guard let index = pendingActions[id] else { return }
        guard !isBehind(at: now) else {
            unreadResults.append(UnreadResult(id: id, result: result))
            return
        }
        pendingActions[id] = nil
        runners[index].want(isWanted(index))
        perform(runners[index].finished(result, now: now), of: index, at: now)
    }

    private mutating func readResults(at now: Instant) {
        let unread = unreadResults
        unreadResults = []
        for entry in unread { actionFinished(entry.id, entry.result, at: now) }
    }

    mutating func expireResources(at now: Instant) {
        readResults(at: now)
        if deadlines.takeIfDue(.standbyTimeout, at: now) { transactionTimedOut() }
        if deadlines.takeIfDue(.orphan, at: now) { orphansAreOverdue() }
        if deadlines.takeIfDue(.conflict, at: now) { repeatQuestion(at: now) }
        if deadlines.takeIfDue(.failback, at: now) { isFailbackDue = true }
        if deadlines.takeIfDue(.tellTheDead, at: now) { tellTheDead(at: now) }
    }

    // MARK: - Acquiring sets

    /// Claims `set`, and tries again what had failed in it.
    mutating func acquire(_ set: HoldSet, rank: ClaimRank) {
        own.acquire(set, rank: rank)
        for index in runners.indices where set.contains(self.set(of: index)) {
            own.forgetAdoption(index)
            runners[index].forgetFailure()
        }
    }

    /// Nobody else is there: everything is ours to run.
    mutating func acquireAll(rank: ClaimRank) {
        peerHoldings = nil
        transaction = .none
        deadlines[.standbyTimeout] = nil
        acquire(.all, rank: rank)
    }

    mutating func becomeStableAlone() {
        phase = .stable
        deadlines[.repeatStarting] = nil
        if peer?.standing != .left { notify(.takingOverAll(from: peer?.name)) }
        acquireAll(rank: peer == nil ? .agreed : .unheard)
    }

    /// The peer has told what it holds; ours is what it does not.
    mutating func becomeStable() {
        phase = .stable
        deadlines[.repeatStarting] = nil
        if peerHoldings?.claimed.contains(.local) != true { acquire(.local, rank: .agreed) }
        notify(.localResourcesAcquired(own.held))
    }

    mutating func peerDied(wasHeard: Bool, at now: Instant) {
        challenge = nil
        overlapSince = nil
        deadlines[.conflict] = nil
        switch phase {
        case .negotiating:
            becomeStableAlone()
        case .stable:
            notify(.takingOverAll(from: peer?.name))
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
    private mutating func tellTheDead(at now: Instant) {
        guard phase == .stable, peer?.standing == .dead else { return }
        report(force: true)
        deadlines[.tellTheDead] = now + configuration.deadtime
    }

    /// The peer's daemon began anew: what it had agreed to, the new one does not know.
    mutating func forgetPeerResources() {
        peerHoldings = nil
        peerSpeaksClaims = nil
        challenge = nil
        overlapSince = nil
        deadlines[.conflict] = nil
        switch transaction {
        case .releasing(let set, _):
            // Not handed over yet, so it is still ours.
            acquire(set, rank: .agreed)
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
        peer?.hasLeft(now: now)
        notify(.peerShutDown(node: name))
        challenge = nil
        overlapSince = nil
        switch phase {
        case .negotiating: becomeStableAlone()
        case .stable: acquireAll(rank: .agreed)
        case .waitingForNodes, .requestingNodes, .shuttingDown, .stopped: break
        case .lingering: finishShutdown()
        }
    }

    // MARK: - Groups that failed to start

    /// A group that failed on the peer is tried here, once.
    private mutating func adoptFailedGroups() {
        guard phase == .stable, transaction == .none, peer?.isActive == true, let claim = peerHoldings?.claim else {
            return
        }
        for index in runners.indices where claim.failed.contains(runners[index].group.key) {
            guard !own.held.contains(set(of: index)), runners[index].phase == .stopped,
                peerHoldings?.claimed.contains(set(of: index)) == true
            else { continue }
            notify(.adoptingGroup(runners[index].group))
            own.adopt(index)
            // It has only just failed there; sending it straight back would be ping-pong.
            isFailbackDue = false
        }
        // Whatever the peer no longer reports as failed may be tried again should it fail there once more.
        for index in runners.indices where runners[index].phase == .failed && !own.held.contains(set(of: index)) {
            if !claim.failed.contains(runners[index].group.key) { runners[index].forgetFailure() }
        }
    }

    /// An original does not know about single failed groups: it is offered the whole set, once.
    private mutating func offerFailedGroupsToOriginal(at now: Instant) {
        guard isStable, peer?.isActive == true, let peerHoldings, peerHoldings.isStable, peerHoldings.claim == nil,
            !offeredToOriginal,
            let index = runners.indices.first(where: {
                runners[$0].phase == .failed && own.held.contains(set(of: $0))
            })
        else { return }
        offeredToOriginal = true
        offer(set(of: index), isFailback: false, at: now)
    }

    // MARK: - Reports

    private func currentReport() -> ResourceReport {
        let failed = runners.indices.filter { runners[$0].phase == .failed && own.held.contains(set(of: $0)) }
        let claim = ResourceClaim(
            local: claimRank(of: .local), foreign: claimRank(of: .foreign), heard: heardOfPeer,
            failed: failed.map { runners[$0].group.key },
            adopted: (own.adopted + own.leaving).sorted().map { runners[$0].group.key })
        return ResourceReport(hold: own.held, isStable: isStable, info: reportInfo, claim: claim)
    }

    private var reportInfo: String? {
        switch (phase, transaction) {
        case (.shuttingDown, _): "shutdown"
        case (_, .releasing): "standby"
        case (_, _): nil
        }
    }

    /// A set counts as held until its last stop has ended.
    private func claimRank(of part: HoldSet) -> ClaimRank {
        let exceptions = own.adopted + own.leaving
        let isIdle = runners.indices.allSatisfy {
            set(of: $0) != part || runners[$0].isReleased || exceptions.contains($0)
        }
        return own.held.contains(part) || !isIdle ? max(own.rank(of: part), .unheard) : .none
    }

    private var heardOfPeer: MessageIdentity? {
        guard let peerGeneration, let last = tracker.last else { return nil }
        return MessageIdentity(generation: peerGeneration, sequence: last)
    }

    /// Tells the peer what we hold, when that changed or when it asked.
    ///
    /// `asking` wants an answer. An answer must never ask in turn, or two nodes with an open question each would answer each
    /// other as fast as the network carries it.
    mutating func report(force: Bool, asking: Bool = false) {
        switch phase {
        case .negotiating, .stable, .shuttingDown: break
        case .waitingForNodes, .requestingNodes:
            // The peer asked before we are members: we hold nothing, and it need not wait for us.
            guard force, host != nil else { return }
        case .lingering:
            guard force else { return }
        case .stopped: return
        }
        guard peer != nil else { return }
        var report = currentReport()
        guard force || report.differs(from: lastReport) else { return }
        report.claim?.wantsAnswer = asking
        let sequence = send(.resource(report))
        lastReport = report
        lastReportSequence = sequence
        if challenge == Self.unsentChallenge { challenge = sequence }
    }

    /// Stands for the sequence of a question that is about to be sent.
    static let unsentChallenge = SequenceNumber(.max)
}

extension ResourceReport {
    /// Whether it says something new; what was heard meanwhile is not news.
    fileprivate func differs(from other: ResourceReport?) -> Bool {
        guard let other else { return true }
        return hold != other.hold || isStable != other.isStable || info != other.info
            || claim?.local != other.claim?.local || claim?.foreign != other.claim?.foreign
            || claim?.failed != other.claim?.failed || claim?.adopted != other.claim?.adopted
    }
}
