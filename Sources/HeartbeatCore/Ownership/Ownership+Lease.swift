// When a node that answers for no service address may answer again. It was late, so the peer may have taken everything: it
// asks, and counts its lease from the question. A node that runs nothing and claims nothing has nothing to answer for, unless it
// stood still: what the peer agreed to before is void if that has found it dead meanwhile.

import HeartbeatModel

extension Ownership {
    mutating func regainLease(_ node: inout LocalNode, at now: Instant) {
        guard let since = node.lease.darkSince else { return }
        let until = now + node.lease.length
        let isIdle = node.groups.areReleased && own.held.isEmpty && own.adopted.isEmpty
        guard let peer = node.peer, !isIdle || node.lease.hasLapsed && peer.isAlive && peer.announcesLease else {
            holdLease(until: until, &node, at: now)
            return
        }
        if !peer.isAlive {
            // A node that has never been heard may be serving. Since this one listens again, nothing was heard for as long as
            // the peer is given to speak.
            guard peer.standing != .awaited, now >= since + peer.deadtime else { return }
            holdLease(until: until, &node, at: now)
        } else if node.membership.peerSpeaksClaims == false || !peer.announcesLease {
            guard hasOriginalAgreed(since, node, at: now) else { return }
            holdLease(until: until, &node, at: now)
        } else if node.lease.asked.map({ $0.until <= now }) ?? true, let question = report(&node, asking: true) {
            // A question of before might have been answered before the peer took anything.
            node.lease.asked = Lease.Asked(sequence: question, until: until)
        }
    }

    /// The peer has told what it holds. If it has heard our question, counts us among the living and neither claims nor
    /// still runs anything of what we run, it leaves that to us. What we only run because it has not stopped is not ours.
    mutating func considerLease(_ report: ResourceReport, _ node: inout LocalNode, at now: Instant) {
        guard let asked = node.lease.asked, report.isFull, let claim = report.claim,
            answers(claim, since: asked.sequence, node)
        else { return }
        guard leavesToUs(claim, node) else {
            node.lease.asked?.isRefused = true
            return
        }
        if claim.grantsLease {
            holdLease(until: asked.until, &node, at: now)
        } else if asked.isRefused {
            // What stood against it is over, and only an answer grants: it is asked at once.
            node.lease.asked = nil
        }
    }

    private func leavesToUs(_ claim: ResourceClaim, _ node: LocalNode) -> Bool {
        guard let holdings = peer else { return false }
        return own.held.isDisjoint(with: holdings.claimed)
            && own.adopted.allSatisfy { hasFailedOnPeer(node.groups[$0]) }
            && node.groups.runners.allSatisfy { $0.isReleased || isOurs($0, node) && !mayRunThere($0, claim) }
    }

    /// Ours to run – or stuck for good, which must not keep the other groups of this node from being answered for.
    private func isOurs(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        own.held.contains(node.groups.set(of: runner)) || own.adopted.contains(runner.id) || runner.hasStopFailed
    }

    private func mayRunThere(_ runner: GroupRunner, _ claim: ResourceClaim) -> Bool {
        claim.kept?.contains(runner.group.key) == true || claim.adopted.contains(runner.group.key)
    }

    /// An original answers no question, and one without a lease grants none. Whatever it took while we were away it has
    /// announced by now, and both claim it.
    private func hasOriginalAgreed(_ since: Instant, _ node: LocalNode, at now: Instant) -> Bool {
        guard now >= since + node.configuration.keepalive * 2,
            node.groups.runners.allSatisfy({ $0.isReleased || isOurs($0, node) })
        else { return false }
        return peer.map { own.held.isDisjoint(with: $0.claimed) } ?? true
    }

    private mutating func holdLease(until: Instant, _ node: inout LocalNode, at now: Instant) {
        guard node.holdLease(until: until, at: now) else { return }
        // What was announced in the dark has not left.
        mayBeMistaken = true
        announceAgain(&node)
    }
}
