// Taking up changed files without stopping, and comparing this node's haresources with the peer's, because while one node has
// been changed and the other not, the two may disagree about who runs what.

import HeartbeatModel

extension Ownership {
    /// The nodes must be the same as before.
    mutating func reconfigure(_ new: Configuration, _ node: inout LocalNode, at now: Instant) {
        let old = node.configuration
        precondition(Set(new.nodes) == Set(old.nodes), "nodes \(new.nodes) instead of \(old.nodes)")
        node.configuration = new
        readLines(new.groups, &node)
        node.effects.notify(.reconfigured, .reconfigured)
        node.membership.redefinePingNodes(new, now: now)
        node.channel.redefine(new, at: now)
        // The peer judges us by the deadtime we announce, and expects the beats to come accordingly.
        if new.deadtime != old.deadtime || new.keepalive != old.keepalive { node.membership.keepalive = now }
        forgetRetiredGroups(&node)
        redefineGroups(&node, at: now)
        compareGroups(&node)
        tellOfFiles(&node)
    }

    func redefineGroups(_ node: inout LocalNode, at now: Instant) {
        for news in node.groups.redefine(node.configuration, at: now) {
            switch news {
            case .added(let group): node.effects.notify(.groupAdded(group))
            case .removed(let group): node.effects.notify(.groupRemoved(group))
            }
        }
    }

    /// Groups that an earlier reload removed, and that are gone by now.
    mutating func forgetRetiredGroups(_ node: inout LocalNode) {
        node.groups.forgetRetired()
        own.keepExceptions(among: node.groups.runners.map(\.id))
    }

    // MARK: - The peer's haresources

    /// Whether the peer, which is alive and tells, has not this very line. Then nobody knows what it would run of it.
    func isUnlikePeers(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        guard node.peerIsAlive, let theirs = peer?.claim?.groups else { return false }
        let mine = runner.line.fingerprint
        return !theirs.contains(mine)
            && !isOnlyDifference(mine, from: theirs, busy: peer?.claim?.busy ?? [], node.configuration)
    }

    /// One line differs in its resources and nothing else does: nothing of it can run as something else on the peer.
    private func isOnlyDifference(
        _ mine: GroupFingerprint, from theirs: [GroupFingerprint], busy: [UInt32], _ configuration: Configuration
    ) -> Bool {
        let ours = configuration.groups.map(\.fingerprint)
        let others = theirs.filter { !ours.contains($0) }
        return busy.isEmpty && others.map(\.identity) == [mine.identity]
            && ours.filter { !theirs.contains($0) } == [mine]
    }

    /// Some of the line still runs as part of another one, which has changed since: here, or on the peer.
    func isBlocked(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        let line = runner.line
        if node.peerIsAlive, peer?.claim?.busy.contains(line.fingerprint.identity) == true { return true }
        return node.groups.runners.contains { other in
            other.isOutdated && other.id != runner.id && !other.isReleased && other.group.shares(line)
        }
    }

    /// Lines of haresources that are not free to be started, because an earlier version of the file is still running.
    func busyLines(_ node: LocalNode) -> [UInt32] {
        guard node.groups.runners.contains(where: { $0.isOutdated && !$0.isReleased }) else { return [] }
        let outdated = node.groups.runners.filter { $0.isOutdated && !$0.isReleased }
        let occupied = node.configuration.groups.filter { line in outdated.contains { $0.group.shares(line) } }
        return Array(Set((occupied + outdated.map(\.group)).map(\.fingerprint.identity))).sorted()
    }

    /// Both nodes have the new line, but each runs something the other needs for it: let go of the old one as a whole.
    func mustMakeWay(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        runner.isOutdated && !isUnlikePeers(runner, node) && isBlocked(runner, node)
    }

    /// What was removed is part of another line by now, and that one cannot be started yet.
    func mustKeepRetired(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        node.groups.runners.contains { other in
            !other.isRetired && other.line.shares(runner.group) && isUnlikePeers(other, node)
        }
    }

    /// Tells which groups differ, when that has changed.
    mutating func compareGroups(_ node: inout LocalNode) {
        guard let name = node.peer?.name, let theirs = peer?.claim?.groups else { return }
        complainOfOwnLines(&node)
        let differing = node.configuration.groups.filter { !theirs.contains($0.fingerprint) }.map(\.key)
            .filter { !lines.namedByEach.contains($0) }
        guard differing != lines.differing else { return }
        lines.differing = differing
        if !differing.isEmpty { node.effects.notify(.differentGroups(node: name, keys: differing)) }
    }
}
