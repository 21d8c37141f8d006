// Single groups that an operator moves to the peer. The peer runs such a group in our place as it runs one that failed here
// (`Ownership+FailedGroups`), so nothing but the reason is new: its set stays ours, and the group returns with the next handover of the set.

import HeartbeatModel

extension Ownership {
    /// - Returns: why not.
    mutating func move(_ key: String, _ node: inout LocalNode) -> String? {
        guard let runner = node.groups.runners.first(where: { $0.group.key == key && !$0.isRetired }) else {
            return "there is no group \(key) in haresources"
        }
        if let obstacle = obstacleToMove(runner, node) { return obstacle }
        node.effects.notify(.moveOrdered(runner.group), .moving(key))
        node.groups.change(runner.id) { $0.gift = .offered }
        return nil
    }

    private func obstacleToMove(_ runner: GroupRunner, _ node: LocalNode) -> String? {
        let set = node.groups.set(of: runner)
        if let obstacle = obstacleToOffer([], node) ?? obstacleInPeersHealth(node) { return obstacle }
        guard let name = node.peer?.name else { return nil }
        guard peerTakesSingly else {
            return "node \(name) takes only sets of groups: it runs heartbeat 3, or an older version; use hb_standby"
        }
        guard own.held.contains(set), runner.isRunning, runner.gift == nil else {
            return own.adopted.contains(runner.id)
                ? "group \(runner.group.key) runs here in place of node \(name); to give it back: hb_standby \(set)"
                : "group \(runner.group.key) does not run here"
        }
        if isUnlikePeers(runner, node) {
            return "node \(name) has no such line in haresources: \(runner.group.preferredNode) \(runner.group.key); "
                + "make the files the same"
        }
        return node.groups.runners.first { $0.id != runner.id && !$0.isReleased && $0.group.shares(runner.group) }
            .map { "group \($0.group.key) names the same resource, and one resource is only on one node" }
    }

    /// The peer's daemon began anew: it takes them once more, for the one that had taken them is gone.
    func offerGiftsAgain(_ node: inout LocalNode) {
        for runner in node.groups.runners where runner.gift == .taken {
            node.groups.change(runner.id) { $0.gift = .offered }
        }
    }

    /// What was moved away comes back when the peer, in the same life, does not run it any more: it could not start it, or keep it.
    mutating func receiveGifts(_ claim: ResourceClaim, _ node: inout LocalNode) {
        for runner in node.groups.runners where runner.phase == .failed && runner.gift != nil {
            guard own.held.contains(node.groups.set(of: runner)) else { continue }
            if claim.adopted.contains(runner.group.key) {
                node.groups.change(runner.id) { $0.gift = .taken }
            } else if runner.gift == .taken {
                node.effects.notify(.moveTakenBack(runner.group), .claimed)
                node.groups.forgetFailures(of: runner.id)
            }
        }
    }
}
