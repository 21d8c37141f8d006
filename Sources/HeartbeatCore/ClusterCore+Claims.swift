// What the peer's reports mean: at joining, after a partition, and when a set has no owner. All three are the same
// question – what does the peer hold *now* – and a report answers it only if it was made after hearing us ask. Two nodes
// that hold the same set compare ranks, which both know, so that exactly one of them yields.

import HeartbeatModel

extension ClusterCore {
    /// A set without an owner is looked into after this long; handovers in flight take less.
    private static let orphanDelay = Duration.seconds(1)

    // MARK: - The peer's reports

    mutating func received(_ report: ResourceReport, sequence: SequenceNumber?, at now: Instant) {
        guard let sequence else { return }
        var holdings = peerHoldings ?? PeerHoldings()
        // Messages arrive out of order; an older report says what is no longer true.
        if let newest = holdings.reportSequence, sequence < newest { return hearOfThePast(report, sequence: sequence) }
        holdings.reportSequence = sequence
        if report.isStable == true { holdings.stableSequence = sequence }
        if report.isFull { peerSpeaksClaims = report.claim != nil }
        let wasStable = holdings.isStable
        let claimed = (report.claim?.held ?? report.hold).seenByPeer
        if let claim = report.claim { noteHearing(claim.heard, inStatus: false, at: now) }
        if report.isFull {
            holdings.claimed = claimed
            holdings.wanted = report.hold.seenByPeer
            holdings.isStable = report.isStable ?? false
            holdings.claim = report.claim
            hearOfKept(report.claim?.kept ?? [])
        } else {
            // Sent by the original's scripts: an addition, or `none` for nothing at all.
            holdings.claimed = report.hold.isEmpty ? [] : holdings.claimed.union(claimed)
            holdings.wanted = holdings.claimed
        }
        peerHoldings = holdings
        stopAnsweringByGroup()
        if holdings.isStable, !wasStable, let peer { notify(.remoteStable(node: peer.name)) }
        compareOwnLines(at: now)
        consider(report, sequence: sequence, at: now)
        compareGroups()
        if report.claim?.wantsAnswer == true { self.report(force: true) }
    }

    /// What it tells is over, but the peer may have announced what we run, and nothing later need have said so.
    private mutating func hearOfThePast(_ report: ResourceReport, sequence: SequenceNumber) {
        guard phase == .stable, report.isFull, let claim = report.claim else { return }
        // From before both were of one mind, which is when we have announced it.
        if let settled = peerHoldings?.settledSequence, sequence < settled { return }
        let isDisputed = own.adopted.contains { !claim.failed.contains(runners[$0].group.key) }
        if isDisputed || !own.held.isDisjoint(with: claim.held.seenByPeer) { mayBeMistaken = true }
    }

    private mutating func consider(_ report: ResourceReport, sequence: SequenceNumber, at now: Instant) {
        switch phase {
        case .negotiating(let starting):
            guard answers(report.claim, since: starting), !report.isPreliminary else { return }
            becomeStable()
        case .stable:
            takeFromLeaver(report)
            considerTransaction(sequence: sequence, at: now)
            compareClaims(report, at: now)
        case .lingering:
            // The peer has what we gave up: nobody needs us any more.
            if peerHoldings?.claimed == .all { finishShutdown() }
        case .waitingForNodes, .requestingNodes, .shuttingDown, .stopped:
            break
        }
    }

    /// Whether the claim was made by somebody who had heard our message `sequence`. An original does not tell.
    func answers(_ claim: ResourceClaim?, since sequence: SequenceNumber) -> Bool {
        guard let claim else { return true }
        guard let heard = claim.heard else { return false }
        return heard >= MessageIdentity(generation: generation, sequence: sequence)
    }

    // MARK: - Asking

    /// Asks the peer what it holds, now and once a keepalive until it answers.
    mutating func ask() {
        guard phase == .stable, peer?.isAlive == true, peerSpeaksClaims != false else { return }
        challenge = Self.unsentChallenge
        report(force: true, asking: true)
        armConflict()
    }

    mutating func repeatQuestion(at now: Instant) {
        guard phase == .stable, let peer, peer.isAlive else {
            challenge = nil
            return
        }
        if peerHoldings?.claim == nil, let overlapSince, now >= overlapSince + Self.patienceWithOriginal(peer) {
            yieldToDeafPeer()
            return
        }
        guard challenge != nil, peerSpeaksClaims != false else {
            challenge = nil
            return
        }
        report(force: true, asking: true)
        armConflict()
    }

    /// How long a set may have two owners before we yield to an original although we have the better claim: as long as it
    /// needs to restart itself (observed: two seconds after its deadtime).
    private static func patienceWithOriginal(_ peer: PeerMonitor) -> Duration { peer.deadtime + .seconds(5) }

    private mutating func armConflict() {
        guard let beat = deadlines[.keepalive] else { return }
        deadlines[.conflict] = beat
    }

    /// A node that was believed dead speaks again in the same incarnation: both may hold everything.
    mutating func peerReturned(at now: Instant) {
        guard phase == .stable else { return }
        peerHoldings?.isStable = false
        isFailbackDue = configuration.autoFailback != .off
        // Only a status counts as life, and until it hears one it compares nothing: not for the rest of an interval.
        sendStatus()
        ask()
    }

    // MARK: - Comparing

    private mutating func compareClaims(_ report: ResourceReport, at now: Instant) {
        guard let holdings = peerHoldings, report.isFull, transaction == .none else { return }
        watchForOverlap(at: now)
        // An original does not compare claims; when both hold a set it restarts itself, and we keep the service.
        guard holdings.claim != nil else {
            if own.held.isDisjoint(with: holdings.claimed) { settled() }
            challenge = nil
            return
        }
        guard let challenge, answers(report.claim, since: challenge) else { return }
        guard own.held.isDisjoint(with: holdings.claimed) else {
            // What it is only about to stop, however long that takes, is no objection.
            guard !disputed.isEmpty else { return own.agree() }
            let weaker = weaker(disputed, against: holdings)
            yield(weaker)
            goOnServing(weaker)
            return
        }
        takeOrphans()
        settled()
    }

    /// What both nodes want. What the peer is only about to stop – it has yielded, or has found it left up when it began – is
    /// waited for, not disputed.
    private var disputed: HoldSet { own.held.intersection(peerHoldings?.wanted ?? []) }

    /// Both nodes claim the same set: say so, and find out who is to yield.
    mutating func watchForOverlap(at now: Instant) {
        guard phase == .stable, let peer, peer.isAlive, let holdings = peerHoldings else { return }
        // It took us for dead, so it has announced: also while a handover hides the dispute.
        if own.held.intersection(holdings.claimed).parts.contains(where: { holdings.rank(of: $0) == .takeover }) {
            mayBeMistaken = true
        }
        if isAdoptionDisputed { mayBeMistaken = true }
        guard transaction == .none, !own.held.isDisjoint(with: holdings.claimed) else { return }
        mayBeMistaken = true
        if overlapSince == nil, !disputed.isEmpty {
            overlapSince = now
            if !hearing.isToldInStatuses { hearing.startOver(at: now) }
            notify(.bothHold(disputed))
        }
        if holdings.claim == nil {
            if let overlapSince { deadlines[.conflict] = overlapSince + Self.patienceWithOriginal(peer) }
        } else if challenge == nil {
            ask()
        }
        if !disputed.isEmpty, isDeaf(peer, at: now) { yieldToDeafPeer() }
    }

    mutating func noteHearing(_ heard: MessageIdentity?, inStatus: Bool, at now: Instant) {
        let sequence = heard?.generation == generation ? heard?.sequence : nil
        hearing.heard(sequence, inStatus: inStatus, sent: lastSequence, at: now)
    }

    /// Its words reach us and ours do not reach it. A peer that tells with every status has begun to be deaf about a deadtime
    /// before it takes our groups; another one must be given that long to answer.
    private func isDeaf(_ peer: PeerMonitor, at now: Instant) -> Bool {
        guard peerSpeaksClaims == true, !isBehind(at: now) else { return false }
        let patience = hearing.isToldInStatuses ? peer.deadtime - configuration.keepalive * 3 / 2 : peer.deadtime
        return hearing.isDeaf(for: patience, sent: lastSequence, at: now)
    }

    /// The part of `overlap` that the peer has the better claim to.
    private func weaker(_ overlap: HoldSet, against holdings: PeerHoldings) -> HoldSet {
        var result: HoldSet = []
        for part in overlap.parts {
            let mine = own.rank(of: part)
            let theirs = holdings.rank(of: part)
            if mine < theirs || (mine == theirs && part == .foreign) { result.insert(part) }
        }
        return result
    }

    private mutating func yield(_ set: HoldSet) {
        guard !set.isEmpty else { return }
        notify(.yielding(set))
        own.giveUp(set)
        // What will not run there goes on here.
        for index in runners.indices
        where set.contains(self.set(of: index)) && runners[index].isRunning && hasFailedOnPeer(index) {
            own.adopt(index)
        }
        // The peer runs all of it: what has not stopped here yet is named, and is no claim to the rest.
        if peerTakesSingly { for part in set.parts { own.released(part) } }
    }

    /// What failed on the peer and was ours to run when the nodes were parted goes on here, although the peer has it running by now:
    /// it hears that we run it in its place, and lets go.
    private mutating func goOnServing(_ set: HoldSet) {
        for index in own.served where set.contains(self.set(of: index)) && runners[index].isRunning {
            own.adopt(index)
        }
    }

    /// Our words do not reach the peer, but its reach us: it will never know that it should yield, so we do. The same for an
    /// original that has not noticed.
    private mutating func yieldToDeafPeer() {
        overlapSince = nil
        guard transaction == .none else { return }
        yield(disputed)
    }

    private mutating func settled() {
        if overlapSince != nil {
            notify(.conflictEnded(own.held))
            isFailbackDue = configuration.autoFailback != .off
        }
        announceAgain()
        peerHoldings?.settle()
        overlapSince = nil
        challenge = nil
        deadlines[.conflict] = nil
        own.agree()
    }

    /// The other node's announcements, or its answers until its last stop, may be the last that the network has heard.
    mutating func announceAgain() {
        guard mayBeMistaken, !isAdoptionDisputed else { return }
        mayBeMistaken = false
        for index in runners.indices where isWanted(index) { announce(index) }
    }

    /// Of a group that is being started this is what is up already: nobody announces it when the rest is.
    mutating func announce(_ index: Int) {
        guard !runners[index].isReleased else { return }
        effects.append(.announce(runners[index].group))
    }

    /// The peer has told that it holds nothing of ours, but not yet in answer to us: until it has, our claim may not count
    /// more than one it makes later, and the network may be mistaken.
    mutating func watchForAgreement() {
        guard phase == .stable, transaction == .none, challenge == nil, peer?.isActive == true,
            peerSpeaksClaims == true, mayBeMistaken || !own.isAgreed, let peerHoldings, peerHoldings.isStable,
            own.held.isDisjoint(with: peerHoldings.claimed), !isAdoptionDisputed
        else { return }
        ask()
    }

    /// The peer may be running what we run in its place, because it does not know any more that it has failed there.
    private var isAdoptionDisputed: Bool { own.adopted.contains { !hasFailedOnPeer($0) } }

    // MARK: - Sets without an owner

    /// Our local groups run nowhere although both nodes are well, or nobody knows who runs them: that must not last.
    mutating func watchForOrphans(at now: Instant) {
        guard localGroupsAreOrphaned || peerIsSilentAboutItself, challenge == nil else {
            deadlines[.orphan] = nil
            return
        }
        if deadlines[.orphan] == nil { deadlines[.orphan] = now + Self.orphanDelay }
    }

    private var localGroupsAreOrphaned: Bool {
        guard phase == .stable, transaction == .none, peer?.isActive == true, let peerHoldings else { return false }
        return peerHoldings.isStable && !own.held.contains(.local) && !peerHoldings.claimed.contains(.local)
    }

    /// It is a member, and we have missed all it told when it became one.
    private var peerIsSilentAboutItself: Bool {
        phase == .stable && transaction == .none && peer?.isActive == true && peerHoldings == nil
    }

    /// Nobody has held our local groups for a while, or has told that it does. One of ours is asked first; an original's word must do.
    mutating func orphansAreOverdue() {
        if peerSpeaksClaims == false {
            takeOrphans()
        } else {
            ask()
        }
    }

    private mutating func takeOrphans() {
        guard localGroupsAreOrphaned else { return }
        notify(.nobodyHolds(.local))
        acquire(.local, rank: .agreed)
    }
}

extension ResourceReport {
    /// A node that has only just started does not yet know what an earlier run has left up there; it claims all of that, and
    /// reports again when it knows.
    fileprivate var isPreliminary: Bool {
        guard let claim, isStable != true else { return false }
        return hold.isEmpty && !claim.held.isEmpty
    }
}
