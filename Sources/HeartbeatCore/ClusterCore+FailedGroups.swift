// Groups that will not start, or not stay up, on one node: the other one tries, once.

import HeartbeatModel

extension ClusterCore {
    /// A group that failed on the peer is tried here, once.
    mutating func adoptFailedGroups() {
        guard phase == .stable, transaction == .none, peer?.isActive == true, let claim = peerHoldings?.claim else {
            return
        }
        for index in runners.indices where claim.failed.contains(runners[index].group.key) {
            // One that waits for another group is adopted and stopped.
            guard !own.adopted.contains(index), !own.held.contains(set(of: index)), runners[index].phase == .stopped,
                peerHoldings?.claimed.contains(set(of: index)) == true, !isUnlikePeers(index), !isUnconfirmed(index)
            else { continue }
            notify(.adoptingGroup(runners[index].group))
            own.adopt(index)
            // It has only just failed there; sending it straight back would be ping-pong.
            isFailbackDue = false
        }
        // Whatever the peer no longer reports as failed may be tried again should it fail there once more. What failed while it
        // stayed has not failed there: it stays no longer.
        for index in runners.indices where runners[index].phase == .failed && !own.held.contains(set(of: index)) {
            guard !own.staying.contains(index) else { continue }
            if !claim.failed.contains(runners[index].group.key) { runners[index].forgetFailure() }
        }
    }

    /// What the peer runs in our place has failed here, even if the daemon that saw it fail is gone: the peer puts nothing of it
    /// right before we say so.
    mutating func recallFailures(at now: Instant) {
        guard phase == .stable, transaction == .none, peer?.isActive == true, let claim = peerHoldings?.claim else {
            return
        }
        for index in runners.indices where claim.adopted.contains(runners[index].group.key) {
            guard own.held.contains(set(of: index)) else { continue }
            runners[index].recallFailure(at: now)
        }
    }

    /// An original does not know about single failed groups: it is offered the whole set, once.
    mutating func offerFailedGroupsToOriginal(at now: Instant) {
        guard isStable, peer?.isActive == true, let peerHoldings, peerHoldings.isStable, peerHoldings.claim == nil,
            !offeredToOriginal,
            let index = runners.indices.first(where: {
                runners[$0].phase == .failed && own.held.contains(set(of: $0))
            })
        else { return }
        offeredToOriginal = true
        offer(set(of: index), isFailback: false, at: now)
    }
}
