// Taking up changed files without stopping: what is the same goes on untouched, what differs is brought in group by group.
// And the comparison with the peer's files, because while one node has been changed and the other not, the two may disagree
// about who runs what.

import HeartbeatModel

extension ClusterCore {
    var policy: GroupRunner.Policy {
        GroupRunner.Policy(
            onStopFailure: configuration.onStopFailure, failureLimit: configuration.failureLimit,
            failureWindow: configuration.failureWindow)
    }

    /// The nodes must be the same as before.
    mutating func reconfigure(_ new: Configuration, at now: Instant) {
        precondition(Set(new.nodes) == Set(configuration.nodes), "nodes \(new.nodes) instead of \(configuration.nodes)")
        let old = configuration
        configuration = new
        readLines(new.groups)
        notify(.reconfigured)
        redefinePingNodes(now: now)
        links.redefine(
            local: localNode, nodes: new.nodes, media: new.media.map(\.name), initdead: new.initdead, now: now)
        tracker.longestDelay = new.maxRetransmitDelay
        // The peer judges us by the deadtime we announce, and expects the beats to come accordingly.
        if new.deadtime != old.deadtime || new.keepalive != old.keepalive { deadlines[.keepalive] = now }
        network.ask(new.probes, new.probeGroups)
        forgetRetiredGroups()
        redefineGroups(now: now)
        compareGroups()
    }

    private mutating func redefinePingNodes(now: Instant) {
        pingNodes = configuration.pingNodes.map { node in
            pingNodes.first { $0.name == node.name }
                ?? PeerMonitor(
                    name: node.name, deadtime: configuration.deadping, initdead: configuration.initdead, now: now)
        }
    }

    mutating func redefineGroups(now: Instant) {
        var matched: Set<Int> = []
        for group in configuration.groups {
            let same = runners.firstIndex {
                $0.group.key == group.key && $0.group.preferredNode == group.preferredNode
            }
            if let same {
                matched.insert(same)
                runners[same].isRetired = false
                runners[same].redefine(group, now: now)
            } else {
                notify(.added(group))
                matched.insert(runners.count)
                // Another group may run some of it until it is released; that must not be taken for a leftover.
                runners.append(GroupRunner(group: group))
            }
        }
        for index in runners.indices {
            runners[index].policy = policy
            guard !matched.contains(index), !runners[index].isRetired else { continue }
            notify(.removed(runners[index].group))
            runners[index].isRetired = true
        }
    }

    /// Groups that an earlier reload removed, and that are gone by now.
    mutating func forgetRetiredGroups() {
        let busy = Set(pendingActions.values)
        let kept = runners.indices.filter { !runners[$0].isRetired || !runners[$0].isReleased || busy.contains($0) }
        guard kept.count < runners.count else { return }
        let places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
        runners = kept.map { runners[$0] }
        pendingActions = pendingActions.compactMapValues { places[$0] }
        own.renumber(places)
    }

    // MARK: - The peer's haresources

    /// Whether the peer, which is alive and tells, has not this very line. Then nobody knows what it would run of it.
    func isUnlikePeers(_ index: Int) -> Bool {
        guard peer?.isAlive == true, let claim = peerHoldings?.claim, let theirs = claim.groups else { return false }
        let mine = runners[index].line.fingerprint
        return !theirs.contains(mine) && !isOnlyDifference(mine, from: theirs, busy: claim.busy)
    }

    /// One line differs in its resources and nothing else does: nothing of it can run as something else on the peer.
    private func isOnlyDifference(_ mine: GroupFingerprint, from theirs: [GroupFingerprint], busy: [UInt32]) -> Bool {
        let ours = configuration.groups.map(\.fingerprint)
        let others = theirs.filter { !ours.contains($0) }
        return busy.isEmpty && others.map(\.placement) == [mine.placement]
            && ours.filter { !theirs.contains($0) } == [mine]
    }

    /// Some of the line still runs as part of another one, which has changed since: here, or on the peer.
    func isBlocked(_ index: Int) -> Bool {
        let line = runners[index].line
        if peer?.isAlive == true, peerHoldings?.claim?.busy.contains(line.fingerprint.placement) == true { return true }
        return isOccupied(line, apartFrom: index)
    }

    private func isOccupied(_ line: ResourceGroup, apartFrom index: Int?) -> Bool {
        runners.indices.contains { other in
            other != index && runners[other].isOutdated && !runners[other].isReleased
                && runners[other].group.shares(line)
        }
    }

    /// Lines of haresources that are not free to be started, because an earlier version of the file is still running.
    var busyPlacements: [UInt32] {
        let outdated = runners.filter { $0.isOutdated && !$0.isReleased }
        guard !outdated.isEmpty else { return [] }
        let occupied = configuration.groups.filter { line in outdated.contains { $0.group.shares(line) } }
        return Array(Set((occupied + outdated.map(\.group)).map(\.fingerprint.placement))).sorted()
    }

    /// Both nodes have the new line, but each runs something the other needs for it: let go of the old one as a whole.
    func mustMakeWay(_ index: Int) -> Bool {
        runners[index].isOutdated && !isUnlikePeers(index) && isBlocked(index)
    }

    /// What was removed is part of another line by now, and that one cannot be started yet.
    func mustKeepRetired(_ index: Int) -> Bool {
        let old = runners[index].group
        return runners.indices.contains {
            !runners[$0].isRetired && runners[$0].line.shares(old) && isUnlikePeers($0)
        }
    }

    /// Tells which groups differ, when that has changed.
    mutating func compareGroups() {
        guard let peer, let theirs = peerHoldings?.claim?.groups else { return }
        complainOfOwnLines()
        let differing = configuration.groups.filter { !theirs.contains($0.fingerprint) }.map(\.key)
            .filter { !ownLines.namedByEach.contains($0) }
        guard differing != differingGroups else { return }
        differingGroups = differing
        if !differing.isEmpty { notify(.differentGroups(node: peer.name, keys: differing)) }
    }

    // MARK: - Lost resources

    mutating func resourceLost(_ word: String, of key: String) {
        for index in runners.indices where runners[index].group.key == key { runners[index].lose(word) }
    }
}
