// Sets are given away at once, groups when they have stopped: what of a set given away has not stopped here yet is an exception
// that our reports name, and the peer starts each group as soon as it is named no longer. So a group that takes its time, or will
// not stop at all, holds up itself and no other. A peer that does not know of this – an original, or one of ours that is older –
// gets sets as a whole, when all of their groups have stopped.

import HeartbeatModel

extension ClusterCore {
    // MARK: - Giving

    /// The peer heeds what our reports name as kept.
    var peerTakesSingly: Bool { peerHoldings?.claim?.kept != nil }

    /// Groups that the peer may not start although we do not claim their set.
    var keptGroups: [Int] {
        guard peerTakesSingly else { return [] }
        return runners.indices.filter { index in
            guard !own.adopted.contains(index) else { return false }
            return own.leaving.contains(index) || own.staying.contains(index)
                || isGivenSingly(set(of: index)) && !runners[index].isReleased
        }
    }

    /// What of `part` is not released is named, and the rest of it is not claimed: it was given away like that, or is not ours at all: an
    /// earlier daemon has left something up, or the peer has the better claim.
    func isGivenSingly(_ part: HoldSet) -> Bool {
        guard peerTakesSingly, !own.held.contains(part) else { return false }
        return own.parted.contains(part) || own.rank(of: part) == .none
    }

    /// A group of a set given away that will not stop runs on here, because half stopped it serves nobody. Not where the network
    /// is worse than the peer's: nobody would reach it, so its stop is tried again. And only when the peer has just said that
    /// nothing of it runs there: one that could not hear us has started everything.
    mutating func keepWhatWillNotStop(at now: Instant) {
        guard phase == .stable, let peer, peer.isAlive, peerTakesSingly, !own.parted.isEmpty else { return }
        guard peerHealth.map(network.health.isWorse) != true, !own.staying.contains(where: isTakenByPeer)
        else { return own.endStaying() }
        let unstopped = runners.indices.filter { hasStopFailed($0, in: own.parted) && !own.staying.contains($0) }
        guard !unstopped.isEmpty else {
            stayQuestion = nil
            deadlines[.stayQuestion] = nil
            return
        }
        guard let question = stayQuestion else {
            let expiry = now + min(peer.deadtime, configuration.deadtime) / 2
            report(force: true, asking: true)
            stayQuestion = lastReportSequence.map { StayQuestion(sequence: $0, expiry: expiry) }
            deadlines[.stayQuestion] = expiry
            return
        }
        // It has heard us when we asked or later, so it starts nothing for its deadtime from then on.
        guard now < question.expiry, answers(peerHoldings?.claim, since: question.sequence) else { return }
        for index in unstopped {
            let piece = runners.indices.filter { $0 == index || isOfOnePiece($0, with: index) }
            guard piece.allSatisfy(isAwaitedByPeer) else { continue }
            notify(.standbyFailed(runners[index].group))
            for other in piece { own.stay(other) }
        }
    }

    /// Nothing of it runs on the peer, which knows that we have not stopped it.
    func isAwaitedByPeer(_ index: Int) -> Bool {
        peerHoldings?.claim?.awaited.contains(runners[index].group.key) == true
    }

    /// Started there after a silence of ours, or because we did not name it.
    private func isTakenByPeer(_ index: Int) -> Bool {
        peerHoldings?.wanted.contains(set(of: index)) == true && !isAwaitedByPeer(index)
    }

    /// Both are given away together and name the same resource, which can only be on one node.
    private func isOfOnePiece(_ index: Int, with other: Int) -> Bool {
        set(of: index) == set(of: other) && runners[index].group.shares(runners[other].group)
    }

    func hasStopFailed(_ index: Int, in set: HoldSet) -> Bool {
        guard set.contains(self.set(of: index)), case .stopFailed = runners[index].phase else { return false }
        return true
    }

    // MARK: - Taking

    /// The peer, which is alive, has not stopped it yet.
    func isKeptByPeer(_ index: Int) -> Bool {
        peer?.isAlive == true && keptByPeer.contains(runners[index].group.key)
    }

    /// The peer has told anew what it has not stopped yet.
    mutating func hearOfKept(_ keys: [String]) {
        let stopped = keptByPeer.filter { !keys.contains($0) }
        keptByPeer = keys
        // Until now the network may have heard of both nodes.
        for index in runners.indices where stopped.contains(runners[index].group.key) && isWanted(index) {
            announce(index)
        }
    }

    /// What the peer has not stopped, and may run on with: nothing of it runs here.
    var awaitedGroups: [Int] {
        runners.indices.filter { runners[$0].isReleased && (isKeptByPeer($0) || sharesWithKept($0)) }
    }

    /// Some of it still runs on the peer as part of another group.
    func sharesWithKept(_ index: Int) -> Bool {
        guard peer?.isAlive == true, !keptByPeer.isEmpty else { return false }
        return runners.indices.contains { other in
            other != index && keptByPeer.contains(runners[other].group.key)
                && runners[other].line.shares(runners[index].line)
        }
    }

    /// Wanted here, and not started because the peer is still at it.
    var awaitsPeer: Bool {
        guard phase == .stable, peerHoldings?.isStable == false else { return false }
        return runners.indices.contains { own.held.contains(set(of: $0)) && isKeptByPeer($0) }
    }

    /// The peer is shutting down and gives everything away, each group as it stops.
    mutating func takeFromLeaver(_ report: ResourceReport) {
        guard report.info == Self.shutdownInfo, let claim = report.claim, claim.kept != nil, claim.held.isEmpty,
            let peer,
            own.held != .all || transaction != .none
        else { return }
        notify(.acquiringFromLeaver(node: peer.name))
        transaction = .none
        deadlines[.standbyTimeout] = nil
        acquire(.all.subtracting(own.held), rank: .agreed)
    }

    /// The peer is gone, and its last word named groups that it had not stopped.
    mutating func tellOfUnstoppedGroups() {
        guard let peer else { return }
        for runner in runners where keptByPeer.contains(runner.group.key) && !runner.isRetired {
            notify(.startingUnstopped(runner.group, node: peer.name))
        }
    }
}

/// Whether the peer has started what will not stop here.
struct StayQuestion: Hashable, Sendable {
    var sequence: SequenceNumber
    /// It is asked anew then, and what it answers to this one is too old.
    var expiry: Instant
}
