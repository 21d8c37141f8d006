// Sets are given away at once, groups when they have stopped: what of a set given away has not stopped here yet is an
// exception that our reports name, and the peer starts each group as soon as it is named no longer. So a group that takes its
// time, or will not stop at all, holds up itself and no other. A peer that does not know of this – an original, or one of
// ours that is older – gets sets as a whole, when all of their groups have stopped.

import HeartbeatModel

/// Whether the peer has started what will not stop here.
package struct StayQuestion: Hashable, Codable, Sendable {
    package var sequence: SequenceNumber
    /// It is asked anew then, and what it answers to this one is too old.
    var expiry: Instant
}

extension Ownership {
    // MARK: - Giving

    /// The peer heeds what our reports name as kept.
    var peerTakesSingly: Bool { peer?.claim?.kept != nil }

    /// Keys of groups that the peer may not start although we do not claim their set.
    func keptGroups(_ node: LocalNode) -> [String] {
        node.groups.runners.filter { runner in
            guard !own.adopted.contains(runner.id) else { return false }
            return own.leaving.contains(runner.id) || own.staying.contains(runner.id)
                || !runner.isReleased && isGivenSingly(node.groups.set(of: runner))
        }.map(\.group.key)
    }

    /// What of `part` is not released is named, and the rest of it is not claimed: it was given away like that, or is not
    /// ours at all: an earlier daemon has left something up, or the peer has the better claim.
    func isGivenSingly(_ part: HoldSet) -> Bool {
        guard peerTakesSingly, !own.held.contains(part) else { return false }
        return own.parted.contains(part) || own.rank(of: part) == .none
    }

    /// A group of a set given away that will not stop runs on here, because half stopped it serves nobody. Not where the
    /// network is worse than the peer's: nobody would reach it, so its stop is tried again. And only when the peer has just
    /// said that nothing of it runs there: one that could not hear us has started everything.
    mutating func keepWhatWillNotStop(_ node: inout LocalNode, at now: Instant) {
        guard state == .stable, !own.parted.isEmpty, let monitor = node.peer, monitor.isAlive, peerTakesSingly else {
            return
        }
        guard comparable(node).map(node.health.health.isWorse) != true,
            !own.staying.contains(where: { isTakenByPeer(node.groups[$0], node) })
        else { return own.endStaying() }
        let unstopped = node.groups.members(of: own.parted).filter {
            $0.hasStopFailed && !own.staying.contains($0.id)
        }
        guard !unstopped.isEmpty else {
            stayQuestion = nil
            return
        }
        guard let question = stayQuestion else {
            let expiry = now + min(monitor.deadtime, node.configuration.deadtime) / 2
            let sequence = report(&node, asking: true)
            stayQuestion = sequence.map { StayQuestion(sequence: $0, expiry: expiry) }
            return
        }
        // It has heard us when we asked or later, so it starts nothing for its deadtime from then on.
        guard now < question.expiry, answers(peer?.claim, since: question.sequence, node) else { return }
        for runner in unstopped {
            let piece = node.groups.runners.filter { $0.id == runner.id || isOfOnePiece($0, with: runner, node) }
            guard piece.allSatisfy(isAwaitedByPeer) else { continue }
            node.effects.notify(.standbyFailed(runner.group), .claimed)
            for other in piece { own.stay(other.id) }
        }
    }

    /// Nothing of it runs on the peer, which knows that we have not stopped it.
    func isAwaitedByPeer(_ runner: GroupRunner) -> Bool {
        peer?.claim?.awaited.contains(runner.group.key) == true
    }

    /// Started there after a silence of ours, or because we did not name it.
    private func isTakenByPeer(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        peer?.wanted.contains(node.groups.set(of: runner)) == true && !isAwaitedByPeer(runner)
    }

    /// Both are given away together and name the same resource, which can only be on one node.
    private func isOfOnePiece(_ runner: GroupRunner, with other: GroupRunner, _ node: LocalNode) -> Bool {
        node.groups.set(of: runner) == node.groups.set(of: other) && runner.group.shares(other.group)
    }

    // MARK: - Taking

    /// The peer, which is alive, has not stopped it yet.
    func isKeptByPeer(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        !keptByPeer.isEmpty && node.peerIsAlive && keptByPeer.contains(runner.group.key)
    }

    /// The peer has told anew what it has not stopped yet.
    mutating func hearOfKept(_ keys: [String], _ node: inout LocalNode) {
        let stopped = keptByPeer.filter { !keys.contains($0) }
        keptByPeer = keys
        guard !stopped.isEmpty else { return }
        // Until now the network may have heard of both nodes.
        for runner in node.groups.runners where stopped.contains(runner.group.key) && isWanted(runner, node) {
            announce(runner, &node)
        }
    }

    /// Keys of what the peer has not stopped, and may run on with: nothing of it runs here.
    func awaitedGroups(_ node: LocalNode) -> [String] {
        guard !keptByPeer.isEmpty else { return [] }
        return node.groups.runners.filter {
            $0.isReleased && (isKeptByPeer($0, node) || sharesWithKept($0, node))
        }.map(\.group.key)
    }

    /// Some of it still runs on the peer as part of another group.
    func sharesWithKept(_ runner: GroupRunner, _ node: LocalNode) -> Bool {
        guard !keptByPeer.isEmpty, node.peerIsAlive else { return false }
        return node.groups.runners.contains { other in
            other.id != runner.id && keptByPeer.contains(other.group.key) && other.line.shares(runner.line)
        }
    }

    /// Wanted here, and not started because the peer is still at it.
    func awaitsPeer(_ node: LocalNode) -> Bool {
        guard state == .stable, peer?.isStable == false else { return false }
        return node.groups.members(of: own.held).contains { isKeptByPeer($0, node) }
    }

    /// The peer is shutting down and gives everything away, each group as it stops.
    mutating func takeFromLeaver(_ report: ResourceReport, _ node: inout LocalNode) {
        guard report.info == Self.shutdownInfo, let claim = report.claim, claim.kept != nil, claim.held.isEmpty,
            let name = node.peer?.name, own.held != .all || handover != .idle
        else { return }
        node.effects.notify(.acquiringFromLeaver(node: name), .peerLeaves)
        handover = .idle
        acquire(.all.subtracting(own.held), rank: .agreed, &node)
    }

    /// The peer is gone, and its last word named groups that it had not stopped.
    func tellOfUnstoppedGroups(_ node: inout LocalNode) {
        guard !keptByPeer.isEmpty, let name = node.peer?.name else { return }
        for runner in node.groups.runners where keptByPeer.contains(runner.group.key) && !runner.isRetired {
            node.effects.notify(.startingUnstopped(runner.group, node: name))
        }
    }
}
