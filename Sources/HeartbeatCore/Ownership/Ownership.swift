// Who may run what: the claims of this node, what is known of the peer's, and what follows from both. It stands on the parts of
// LocalNode, and none of them knows it. What single groups are to do is no part of its state: `plan` says it anew each time.
//
//             `starting` sent         the peer's report seen,
//                                     or nobody there
//   joining ─────────────▶ negotiating ───────────────▶ stable
//      │                         │                         │
//      └─────────────────────────┴── shutdown ─────────────┴──▶ leaving ─────────────▶ lingering ─────────▶ gone
//                                                                  all released            peer acts, or 2 s

import HeartbeatModel

/// The ownership protocol of one node.
package struct Ownership: Hashable, Codable, Sendable {
    package enum State: Hashable, Codable, Sendable {
        /// Not an active member yet.
        case joining
        case negotiating(Negotiation)
        case stable
        /// Everything is being released; a stop that fails is tried again `until` then.
        case leaving(until: Instant?)
        /// `shutdone` was sent; the peer can ask for what it has missed `until` then.
        case lingering(until: Instant)
        case gone
    }

    /// An active member that does not know yet what the peer holds.
    package struct Negotiation: Hashable, Codable, Sendable {
        /// The sequence of our first `starting`; an answer to it answers the repeated ones too.
        package var starting: SequenceNumber
        /// It is repeated then.
        var repeatAt: Instant
        /// Nobody has answered: our own groups are asked for one by one then.
        var requestsAt: Instant?
    }

    /// A report of ours, and the sequence of its message.
    package struct ToldReport: Hashable, Codable, Sendable {
        package var report: ResourceReport
        package var sequence: SequenceNumber
    }

    package var state = State.joining
    package var own = OwnHoldings()
    package var peer: PeerHoldings?
    /// Keys of groups that the peer, when it last told, had not stopped although it does not claim them. A new life of its
    /// daemon may find them running.
    package var keptByPeer: [String] = []
    package var handover = Handover.idle
    package var dispute = Dispute.none
    package var failback = Failback()
    package var stayQuestion: StayQuestion?
    /// What was told last.
    package var told: ToldReport?
    /// The peer may have taken and announced what we run, and nobody has announced it from here since.
    package var mayBeMistaken = false
    var moves = HealthMoves()
    var place = PairPlace()
    var lines: OwnLines
    /// When a set that has no owner is looked into.
    package var orphanDue: Instant?
    /// When a peer that is dead to us is told again what we hold.
    package var tellDeadDue: Instant?
    var original = OriginalPeer()
    /// Files that were last told not to be the same on both nodes.
    var toldFiles: [ClusterSnapshot.File] = []

    init(file: [ResourceGroup]) {
        lines = OwnLines(file: file)
    }

    // MARK: - What it comes to

    /// Nothing is on its way, in the words of a report.
    func isStable(_ node: LocalNode) -> Bool {
        state == .stable && (handover == .idle || isOfferToOriginal(node)) && node.groups.areSettled
    }

    /// What the peer told of its health; `nil` when it does not tell, as an original.
    var peerHealth: NodeHealth? { peer?.claim?.health }

    /// Whether the peer claims `part`, as we name it, by its last word.
    func peerClaims(_ part: HoldSet) -> Bool { peer?.claimed.contains(part) == true }

    func hasFailedOnPeer(_ runner: GroupRunner) -> Bool {
        peer?.claim?.failed.contains(runner.group.key) == true
    }

    // MARK: - Acquiring sets

    /// Claims `set`, and tries again what had failed in it.
    mutating func acquire(_ set: HoldSet, rank: ClaimRank, _ node: inout LocalNode) {
        own.acquire(set, rank: rank)
        for runner in node.groups.members(of: set) { own.forgetException(runner.id) }
        node.groups.forgetFailures(of: set)
    }

    /// Nobody else is there: everything is ours to run.
    mutating func acquireAll(rank: ClaimRank, _ node: inout LocalNode) {
        peer = nil
        failback.waitsForFiles = false
        keptByPeer = []
        handover = .idle
        let served = own.served + own.adopted
        acquire(.all, rank: rank, &node)
        own.serve(served)
    }

    // MARK: - The peer's life

    package mutating func peerDied(_ node: inout LocalNode, at now: Instant) {
        mayBeMistaken = true
        dispute = .none
        switch state {
        case .negotiating:
            becomeStableAlone(&node)
        case .stable:
            node.effects.notify(.takingOverAll(from: node.peer?.name), .takingOverAll(from: node.peer?.name))
            tellOfUnstoppedGroups(&node)
            acquireAll(rank: .takeover, &node)
            tellDeadDue = now + node.configuration.deadtime
        case .joining, .gone:
            peer = nil
        case .leaving:
            handover = .idle
        case .lingering:
            finishShutdown(&node)
        }
    }

    /// We may only be deaf: a peer that lives on and hears us must learn what we took, and we could not hear it ask.
    private mutating func tellTheDead(_ node: inout LocalNode, at now: Instant) {
        guard state == .stable, node.peer?.standing == .dead else { return }
        report(&node)
        tellDeadDue = now + node.configuration.deadtime
    }

    /// A node that was believed dead speaks again in the same life: both may hold everything.
    mutating func peerReturned(_ node: inout LocalNode) {
        guard state == .stable else { return }
        peer?.isStable = false
        failback.isDue = node.configuration.autoFailback != .off
        // Only a status counts as life, and until it hears one it compares nothing: not for the rest of an interval.
        node.sendStatus()
        ask(&node)
    }

    /// The peer's daemon began anew: what the old one had agreed to, the new one does not know.
    mutating func peerRestarted(_ node: inout LocalNode) {
        peer = nil
        failback.waitsForFiles = false
        // What the old one left up may answer beside us until the new one has stopped it.
        mayBeMistaken = true
        node.membership.peerSpeaksClaims = nil
        offerGiftsAgain(&node)
        original.forgetRequests()
        dispute = .none
        // Not handed over yet, so it is still ours.
        if case .releasing(let giveup, _) = handover { acquire(giveup.given, rank: .agreed, &node) }
        handover = .idle
    }

    /// Its new life was heard before it was believed, and may have asked meanwhile.
    mutating func answerDoubtedLife(_ node: inout LocalNode) {
        failback.isDue = node.configuration.autoFailback != .off
        report(&node)
    }

    mutating func receivedStarting(sequence: SequenceNumber?, _ node: inout LocalNode) {
        defer { report(&node) }
        // It has told what it holds since; this one only arrived late.
        if let newest = peer?.reportSequence, let sequence, sequence < newest { return }
        var holdings = PeerHoldings()
        holdings.claim = peer?.claim
        holdings.reportSequence = peer?.reportSequence
        peer = holdings
        failback.isDue = node.configuration.autoFailback != .off
    }

    mutating func receivedShutdownDone(_ node: inout LocalNode, at now: Instant) {
        guard let name = node.peer?.name else { return }
        // It ends as soon as it hears that we have everything, which may be no news by now.
        defer { report(&node) }
        node.membership.peer?.hasLeft(now: now)
        node.effects.notify(.peerShutDown(node: name), .peerLeaves)
        node.effects.append(.runHook(.status(.dead, of: name, said: nil)))
        dispute = .none
        switch state {
        case .negotiating: becomeStableAlone(&node)
        case .stable:
            // It has stopped everything, and has answered for it until then.
            hearOfKept([], &node)
            acquireAll(rank: .agreed, &node)
            announceAgain(&node)
        case .joining, .leaving, .gone: break
        case .lingering: finishShutdown(&node)
        }
    }

    // MARK: - Time

    /// When something here is due.
    package var deadline: Instant? {
        var next = earlier(handover.deadline, dispute.deadline)
        next = earlier(next, earlier(failback.retry, failback.patience.waitsUntil))
        next = earlier(next, stayQuestion?.expiry)
        next = earlier(next, earlier(orphanDue, tellDeadDue))
        switch state {
        case .joining, .stable, .gone: break
        case .negotiating(let negotiation):
            next = earlier(next, earlier(negotiation.repeatAt, negotiation.requestsAt))
        case .leaving(let until): next = earlier(next, until)
        case .lingering(let until): next = earlier(next, until)
        }
        return next
    }

    package mutating func expire(_ node: inout LocalNode, at now: Instant) {
        if let due = handover.deadline, due <= now { handoverTimedOut(&node) }
        if Self.take(&orphanDue, at: now) { orphansAreOverdue(&node) }
        if let due = dispute.deadline, due <= now { repeatQuestion(&node, at: now) }
        if let due = stayQuestion?.expiry, due <= now { stayQuestion = nil }
        if Self.take(&failback.retry, at: now) { failback.isDue = true }
        _ = Self.take(&failback.patience.waitsUntil, at: now)
        if Self.take(&tellDeadDue, at: now) { tellTheDead(&node, at: now) }
        if case .leaving(let until?) = state, until <= now {
            state = .leaving(until: nil)
            node.groups.hurry()
        }
    }

    /// Clears a deadline and tells whether it was due.
    static func take(_ deadline: inout Instant?, at now: Instant) -> Bool {
        guard let due = deadline, due <= now else { return false }
        deadline = nil
        return true
    }

    // MARK: - Progress

    /// Draws what follows from what has become known. It does nothing when everything is settled.
    package mutating func decide(_ node: inout LocalNode, at now: Instant) {
        joinIfEverybodyIsKnown(&node, at: now)
        regainLease(&node, at: now)
        adoptFailedGroups(&node)
        recallFailures(&node, at: now)
        moveToBetterNode(&node, at: now)
        moveGroups(&node, at: now)
        noteReleases(node)
        answerGroupRequests(&node)
        advanceHandover(&node)
        keepWhatWillNotStop(&node, at: now)
        watchForOverlap(&node, at: now)
        // A handover that just ended may want groups that were not wanted before.
        moveGroups(&node, at: now)
        offerFailedGroupsToOriginal(&node, at: now)
        watchForOrphans(node, at: now)
        watchForAgreement(&node)
        confirmOwnLines(&node)
        notePatience(node, at: now)
        failBack(&node, at: now)
        reportNews(&node)
        advanceShutdown(&node, at: now)
    }

    private func moveGroups(_ node: inout LocalNode, at now: Instant) {
        node.move(plan(node), at: now)
    }

    private mutating func noteReleases(_ node: LocalNode) {
        for id in own.adopted {
            let runner = node.groups[id]
            if runner.isReleased && !isWanted(runner, node) || runner.phase == .failed { own.forgetException(id) }
        }
        for id in own.leaving + own.served where node.groups[id].isReleased { own.forgetException(id) }
        for id in own.staying where node.groups[id].phase == .failed { own.forgetException(id) }
        for part in HoldSet.all.parts where isReleased(part, node) { own.released(part) }
    }

    /// Nothing of `part` runs here, apart from what stays adopted.
    func isReleased(_ part: HoldSet, _ node: LocalNode) -> Bool {
        node.groups.runners.allSatisfy {
            node.groups.set(of: $0) != part || $0.isReleased || own.adopted.contains($0.id)
        }
    }
}
