// Groups that will not start, or not stay up, on one node, or are moved away from it: the other one tries, once.

import HeartbeatModel

extension Ownership {
    /// What the peer claims, when both nodes are members and nothing is on its way between them.
    private func settledClaim(_ node: LocalNode) -> ResourceClaim? {
        guard state == .stable, handover == .idle, node.peerIsActive else { return nil }
        return peer?.claim
    }

    /// A group that failed on the peer is tried here, once.
    mutating func adoptFailedGroups(_ node: inout LocalNode) {
        guard let claim = settledClaim(node) else { return }
        receiveGifts(claim, &node)
        if !claim.failed.isEmpty, !node.lease.isDark { adopt(claim, &node) }
        // Whatever the peer no longer reports as failed may be tried again should it fail there once more. What failed while it
        // stayed has not failed there: it stays no longer.
        for runner in node.groups.runners where runner.phase == .failed {
            guard !own.held.contains(node.groups.set(of: runner)), !own.staying.contains(runner.id) else { continue }
            if !claim.failed.contains(runner.group.key) { node.groups.forgetFailures(of: runner.id) }
        }
    }

    /// Only what the peer says after our last word is an offer. It may be older than a handover by which the group came to life there, or
    /// than our letting go of the group, after which it is the peer's again.
    private mutating func adopt(_ claim: ResourceClaim, _ node: inout LocalNode) {
        let offered = node.groups.runners.filter { claim.failed.contains($0.group.key) && mayAdopt($0, node) }
        guard !offered.isEmpty else { return }
        if let told, !answers(claim, since: told.sequence, node) {
            if !dispute.isAsked { ask(&node) }
            return
        }
        for runner in offered {
            let isMoved = claim.moved.contains(runner.group.key)
            node.effects.notify(
                .adoptingGroup(runner.group, isMoved: isMoved), .adopting(runner.group.key, isMoved: isMoved))
            own.adopt(runner.id)
            // It has only just failed there; sending it straight back would be ping-pong.
            failback.isDue = false
        }
    }

    /// One that waits for another group is adopted and stopped.
    private func mayAdopt(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        let set = node.groups.set(of: runner)
        return !own.adopted.contains(runner.id) && !own.held.contains(set) && runner.phase == .stopped
            && peerClaims(set) && !isUnlikePeers(runner, node) && !isUnconfirmed(runner, node)
    }

    /// What the peer runs in our place has failed here, even if the daemon that saw it fail is gone: the peer puts nothing of
    /// it right before we say so.
    mutating func recallFailures(_ node: inout LocalNode, at now: Instant) {
        guard let claim = settledClaim(node), !claim.adopted.isEmpty else { return }
        for runner in node.groups.runners where claim.adopted.contains(runner.group.key) {
            guard own.held.contains(node.groups.set(of: runner)) else { continue }
            node.groups.change(runner.id) { $0.recallFailure(at: now) }
        }
    }
}
