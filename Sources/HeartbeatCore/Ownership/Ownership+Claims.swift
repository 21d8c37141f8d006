// What the peer's reports mean: at joining, after a partition, and when a set has no owner. All three are the same
// question – what does the peer hold *now* – and a report answers it only if it was made after hearing us ask. Two nodes
// that hold the same set compare ranks, which both know, so that exactly one of them yields.

import HeartbeatModel

extension Ownership {
    /// A set without an owner is looked into after this long; handovers in flight take less.
    private static let orphanDelay = Duration.seconds(1)

    // MARK: - The peer's reports

    mutating func received(
        _ report: ResourceReport, sequence: SequenceNumber?, _ node: inout LocalNode, at now: Instant
    ) {
        guard let sequence else { return }
        var holdings = peer ?? PeerHoldings()
        // Messages arrive out of order; an older report says what is no longer true.
        if let newest = holdings.reportSequence, sequence < newest {
            return hearOfThePast(report, sequence: sequence, node)
        }
        let wasStable = holdings.isStable
        holdings.take(report, sequence: sequence)
        if report.isFull { node.peerSpeaks(claims: report.claim != nil) }
        if let claim = report.claim { node.noteHearing(claim.heard, inStatus: false, at: now) }
        if report.isFull { hearOfKept(report.claim?.kept ?? [], &node) }
        peer = holdings
        stopAnsweringByGroup()
        if holdings.isStable, !wasStable, let name = node.peer?.name { node.effects.notify(.remoteStable(node: name)) }
        compareOwnLines(&node, at: now)
        consider(report, sequence: sequence, &node, at: now)
        compareGroups(&node)
        tellOfFiles(&node)
        considerLease(report, &node, at: now)
        heedPeersDoubt(&node)
        if report.claim?.wantsAnswer == true { answer(&node, at: now) }
    }

    /// What it tells is over, but the peer may have announced what we run, and nothing later need have said so.
    private mutating func hearOfThePast(_ report: ResourceReport, sequence: SequenceNumber, _ node: LocalNode) {
        guard state == .stable, report.isFull, let claim = report.claim else { return }
        // From before both were of one mind, which is when we have announced it.
        if let settled = peer?.settledSequence, sequence < settled { return }
        let isDisputed = own.adopted.contains { !claim.failed.contains(node.groups[$0].group.key) }
        if isDisputed || !own.held.isDisjoint(with: claim.held.seenByPeer) { mayBeMistaken = true }
    }

    private mutating func consider(
        _ report: ResourceReport, sequence: SequenceNumber, _ node: inout LocalNode, at now: Instant
    ) {
        switch state {
        case .negotiating(let negotiation):
            guard answers(report.claim, since: negotiation.starting, node), !report.isPreliminary else { return }
            becomeStable(&node)
        case .stable:
            takeFromLeaver(report, &node)
            considerHandover(sequence: sequence, &node)
            compareClaims(report, &node, at: now)
        case .lingering:
            // The peer has what we gave up: nobody needs us any more.
            if peer?.claimed == .all { finishShutdown(&node) }
        case .joining, .leaving, .gone:
            break
        }
    }

    /// Whether the claim was made by somebody who had heard our message `sequence`. An original does not tell.
    func answers(_ claim: ResourceClaim?, since sequence: SequenceNumber, _ node: LocalNode) -> Bool {
        guard let claim else { return true }
        guard let heard = claim.heard else { return false }
        return heard >= MessageIdentity(generation: node.channel.generation, sequence: sequence)
    }

    // MARK: - Asking

    /// Asks the peer what it holds, now and once a keepalive until it answers.
    /// - Parameter patience: how much later than that the question is repeated for the first time.
    mutating func ask(_ node: inout LocalNode, patience: Duration = .zero) {
        guard state == .stable, node.peerIsAlive, node.membership.peerSpeaksClaims != false,
            let beat = node.membership.keepalive, let sequence = report(&node, asking: true)
        else { return }
        dispute.ask(Question(sequence: sequence, retry: beat + patience))
    }

    mutating func repeatQuestion(_ node: inout LocalNode, at now: Instant) {
        let since = dispute.overlapSince
        dispute.wait(until: nil)
        guard state == .stable, let monitor = node.peer, monitor.isAlive else { return dispute.dropQuestion() }
        if peer?.claim == nil, let since, now >= since + Self.patienceWithOriginal(monitor) {
            yieldToDeafPeer(&node)
            return
        }
        guard var question = dispute.question, node.membership.peerSpeaksClaims != false,
            let beat = node.membership.keepalive
        else { return dispute.dropQuestion() }
        report(&node, asking: true)
        question.retry = beat
        dispute.ask(question)
    }

    // MARK: - Comparing

    private mutating func compareClaims(_ report: ResourceReport, _ node: inout LocalNode, at now: Instant) {
        guard let holdings = peer, report.isFull, handover == .idle else { return }
        watchForOverlap(&node, at: now)
        // An original does not compare claims; when both hold a set it restarts itself, and we keep the service.
        guard holdings.claim != nil else {
            if own.held.isDisjoint(with: holdings.claimed) { settled(&node) }
            dispute.dropQuestion()
            return
        }
        guard let question = dispute.question, answers(report.claim, since: question.sequence, node) else { return }
        guard own.held.isDisjoint(with: holdings.claimed) else {
            // What it is only about to stop, however long that takes, is no objection.
            guard !disputed.isEmpty else { return own.agree() }
            let weaker = weaker(disputed, against: holdings)
            yield(weaker, &node)
            goOnServing(weaker, node)
            return
        }
        takeOrphans(&node)
        settled(&node)
    }

    /// What both nodes want. What the peer is only about to stop – it has yielded, or has found it left up when it began – is
    /// waited for, not disputed.
    var disputed: HoldSet { own.held.intersection(peer?.wanted ?? []) }

    /// Both nodes claim the same set: say so, and find out who is to yield.
    mutating func watchForOverlap(_ node: inout LocalNode, at now: Instant) {
        guard state == .stable, node.peerIsAlive, let holdings = peer else { return }
        // It took us for dead, so it has announced: also while a handover hides the dispute.
        if own.held.intersection(holdings.claimed).parts.contains(where: { holdings.rank(of: $0) == .takeover }) {
            mayBeMistaken = true
        }
        if isAdoptionDisputed(node) { mayBeMistaken = true }
        guard handover == .idle, !own.held.isDisjoint(with: holdings.claimed) else { return }
        mayBeMistaken = true
        if dispute.overlapSince == nil, !disputed.isEmpty {
            dispute.begin(at: now)
            if !node.membership.hearing.isToldInStatuses { node.membership.hearing.startOver(at: now) }
            node.effects.notify(.bothHold(disputed))
        }
        if holdings.claim == nil {
            if let since = dispute.overlapSince, let monitor = node.peer {
                dispute.wait(until: since + Self.patienceWithOriginal(monitor))
            }
        } else if !dispute.isAsked {
            ask(&node)
        }
        if !disputed.isEmpty, node.peerIsDeaf(at: now) { yieldToDeafPeer(&node) }
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

    private mutating func yield(_ set: HoldSet, _ node: inout LocalNode) {
        guard !set.isEmpty else { return }
        node.effects.notify(.yielding(set), .yielding(set))
        own.giveUp(set)
        // What will not run there goes on here.
        for runner in node.groups.members(of: set) where runner.isRunning && hasFailedOnPeer(runner) {
            own.adopt(runner.id)
        }
        // The peer runs all of it: what has not stopped here yet is named, and is no claim to the rest.
        if peerTakesSingly { for part in set.parts { own.released(part) } }
    }

    /// What failed on the peer and was ours to run when the nodes were parted goes on here, although the peer has it running
    /// by now: it hears that we run it in its place, and lets go.
    private mutating func goOnServing(_ set: HoldSet, _ node: LocalNode) {
        for id in own.served {
            let runner = node.groups[id]
            if set.contains(node.groups.set(of: runner)), runner.isRunning { own.adopt(id) }
        }
    }

    /// Our words do not reach the peer, but its reach us: it will never know that it should yield, so we do. The same for an
    /// original that has not noticed.
    private mutating func yieldToDeafPeer(_ node: inout LocalNode) {
        dispute.endOverlap()
        guard handover == .idle else { return }
        yield(disputed, &node)
    }

    private mutating func settled(_ node: inout LocalNode) {
        if dispute.overlapSince != nil {
            node.effects.notify(.conflictEnded(own.held))
            failback.isDue = node.configuration.autoFailback != .off
        }
        announceAgain(&node)
        peer?.settle()
        dispute = .none
        own.agree()
    }

    // MARK: - Announcing

    /// The other node's announcements, or its answers until its last stop, may be the last that the network has heard.
    mutating func announceAgain(_ node: inout LocalNode) {
        guard mayBeMistaken, !isAdoptionDisputed(node) else { return }
        mayBeMistaken = false
        for runner in node.groups.runners where isWanted(runner, node) { announce(runner, &node) }
    }

    /// Of a group that is being started this is what is up already: nobody announces it when the rest is.
    func announce(_ runner: GroupRunner, _ node: inout LocalNode) {
        guard !runner.isReleased else { return }
        node.effects.append(.announce(runner.group))
    }

    /// The peer has told that it holds nothing of ours, but not yet in answer to us: until it has, our claim may not count
    /// more than one it makes later, and the network may be mistaken.
    mutating func watchForAgreement(_ node: inout LocalNode) {
        guard state == .stable, handover == .idle, !dispute.isAsked, mayBeMistaken || !own.isAgreed,
            node.peerIsActive, node.membership.peerSpeaksClaims == true, let holdings = peer, holdings.isStable,
            own.held.isDisjoint(with: holdings.claimed), !isAdoptionDisputed(node)
        else { return }
        ask(&node)
    }

    /// The peer may be running what we run in its place, because it does not know any more that it has failed there.
    private func isAdoptionDisputed(_ node: LocalNode) -> Bool {
        own.adopted.contains { !hasFailedOnPeer(node.groups[$0]) }
    }

    // MARK: - Sets without an owner

    /// Our local groups run nowhere although both nodes are well, or nobody knows who runs them: that must not last.
    mutating func watchForOrphans(_ node: LocalNode, at now: Instant) {
        guard localGroupsAreOrphaned(node) || peerIsSilentAboutItself(node), !dispute.isAsked else {
            orphanDue = nil
            return
        }
        if orphanDue == nil { orphanDue = now + Self.orphanDelay }
    }

    private func localGroupsAreOrphaned(_ node: LocalNode) -> Bool {
        guard state == .stable, !own.held.contains(.local), handover == .idle, node.peerIsActive, let peer else {
            return false
        }
        return peer.isStable && !peer.claimed.contains(.local)
    }

    /// It is a member, and we have missed all it told when it became one.
    private func peerIsSilentAboutItself(_ node: LocalNode) -> Bool {
        state == .stable && peer == nil && handover == .idle && node.peerIsActive
    }

    /// Nobody has held our local groups for a while, or has told that it does. One of ours is asked first; an original's word
    /// must do.
    mutating func orphansAreOverdue(_ node: inout LocalNode) {
        if node.membership.peerSpeaksClaims == false {
            takeOrphans(&node)
        } else {
            ask(&node)
        }
    }

    private mutating func takeOrphans(_ node: inout LocalNode) {
        guard localGroupsAreOrphaned(node) else { return }
        node.effects.notify(.nobodyHolds(.local), .claimed)
        acquire(.local, rank: .agreed, &node)
    }
}

extension PeerHoldings {
    /// It has told this; nothing newer is known.
    mutating func take(_ report: ResourceReport, sequence: SequenceNumber) {
        reportSequence = sequence
        if report.isStable == true { stableSequence = sequence }
        let claims = (report.claim?.held ?? report.hold).seenByPeer
        if report.isFull {
            claimed = claims
            wanted = report.hold.seenByPeer
            isStable = report.isStable ?? false
            claim = report.claim
        } else {
            // Sent by the original's scripts: an addition, or `none` for nothing at all.
            claimed = report.hold.isEmpty ? [] : claimed.union(claims)
            wanted = claimed
        }
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
