// What single groups are to do, from what is known at this moment: a question to the parts that changes none of them. Whether a
// group runs here already is part of what is known, for what runs goes on where what does not is not started.

import HeartbeatModel

extension Ownership {
    /// What each group is to do.
    func plan(_ node: LocalNode) -> [Decision] {
        node.groups.runners.map { Decision(group: $0.id, instruction: instruction(for: $0, node)) }
    }

    func instruction(for runner: GroupRunner, _ node: LocalNode) -> Instruction {
        let isAdopted = peer?.claim?.adopted.contains(runner.group.key) == true
        return Instruction(
            isWanted: isWanted(runner, node), mayChange: !isUnlikePeers(runner, node) && !isBlocked(runner, node),
            mayRestore: !isDisputed(runner, node) && !node.lease.isDark, isAdoptedByPeer: isAdopted && node.peerIsAlive)
    }

    func isWanted(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        guard state == .stable else { return false }
        if runner.isRetired { return runner.isRunning && mustKeepRetired(runner, node) }
        if own.adopted.contains(runner.id) { return mayRunAdopted(runner, node) }
        if own.staying.contains(runner.id) { return runner.isRunning || isAwaitedByPeer(runner) }
        guard own.held.contains(node.groups.set(of: runner)) else { return false }
        guard node.peerIsAlive, let claim = peer?.claim else {
            return runner.isRunning || !node.lease.isDark && !isKeptByPeer(runner, node)
        }
        if claim.adopted.contains(runner.group.key) { return false }
        // What runs goes on, but nothing is started that the peer may be running.
        if runner.isRunning { return !mustMakeWay(runner, node) }
        return mayStart(runner, node) || runner.isRepairing && !mayRunOnPeer(runner, node)
    }

    /// Ours to run, at rest, and not to be started for now.
    func isWithheld(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        state == .stable && own.held.contains(node.groups.set(of: runner)) && runner.phase == .stopped
            && !isWanted(runner, node)
    }

    private func mayStart(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        !node.lease.isDark && !mayRunOnPeer(runner, node) && !isUnlikePeers(runner, node)
            && !isBlocked(runner, node) && !sharesWithKept(runner, node) && !isLeaving(node)
            && !isUnconfirmed(runner, node)
    }

    /// The peer may be running it too.
    private func isDisputed(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        guard node.peerIsAlive, !own.staying.contains(runner.id) else { return false }
        // An adopted group is part of a set that the peer always claims; it is ours for as long as the peer says that it
        // failed.
        return own.adopted.contains(runner.id) ? !hasFailedOnPeer(runner) : mayRunOnPeer(runner, node)
    }

    /// The peer claims its set, too, or has not stopped it yet.
    private func mayRunOnPeer(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        peerClaims(node.groups.set(of: runner)) || isKeptByPeer(runner, node)
    }

    /// What was adopted goes on; it is started only while the peer says that it failed there.
    private func mayRunAdopted(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        if runner.isRunning { return true }
        return !node.lease.isDark && node.peerIsAlive && hasFailedOnPeer(runner) && !isUnlikePeers(runner, node)
            && !isBlocked(runner, node) && !isUnconfirmed(runner, node)
    }

    // MARK: - The peer's

    /// What the peer does with a group, by its last word.
    func placeOnPeer(_ runner: GroupRunner, _ node: LocalNode) -> NodeFacts.PeerState {
        // It has said that it released everything.
        if node.peer?.standing == .left { return .stopped }
        guard node.peerIsAlive, let peer else { return .unknown }
        let key = runner.group.key
        let isAtRest = peer.isStable
        let isClaimed = peer.claimed.contains(node.groups.set(of: runner))
        guard let claim = peer.claim else { return !isClaimed ? .stopped : isAtRest ? .running : .moving }
        if claim.moved.contains(key) { return .stopped }
        if claim.failed.contains(key) { return .failed }
        if claim.kept?.contains(key) == true { return isAtRest ? .stopFailed : .moving }
        if claim.adopted.contains(key) { return isAtRest ? .running : .moving }
        // It claims the set, and has started nothing of what it waits for.
        guard isClaimed, !claim.awaited.contains(key) else { return .stopped }
        return isAtRest && !mayAwait(key, claim, node) ? .running : .moving
    }

    /// The peer has been told that we have not stopped the group, and has not been heard since.
    private func mayAwait(_ key: String, _ claim: ResourceClaim, _ node: LocalNode) -> Bool {
        guard let told, told.report.claim?.kept?.contains(key) == true else { return false }
        return !answers(claim, since: told.sequence, node)
    }
}
