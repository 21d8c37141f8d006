// Leaving: release everything, tell the peer that it may have it, stay reachable just long enough for it to have heard.

import HeartbeatModel

extension Ownership {
    /// As long as the original goes on sending statuses after `shutdone` (observed: about two seconds).
    private static let lingerTime = Duration.seconds(2)

    mutating func beginShutdown(_ node: inout LocalNode, at now: Instant) {
        switch state {
        case .leaving, .lingering, .gone:
            return
        case .joining, .negotiating, .stable:
            node.effects.notify(.shuttingDown, .shuttingDown)
            node.membership.stopJoining()
            state = .leaving(until: now + node.configuration.shutdownTimeout)
            own.giveUp(.all, singly: peerTakesSingly)
            own.endStaying()
            for id in own.adopted { own.abandon(id) }
            handover = .idle
            dispute = .none
        }
    }

    /// Says `shutdone` once nothing runs here any more. A group that will not stop keeps the node for a while: going silent
    /// makes the peer start what still runs here.
    mutating func advanceShutdown(_ node: inout LocalNode, at now: Instant) {
        guard case .leaving = state else { return }
        let unstopped = node.groups.runners.filter { !$0.isReleased }
        guard unstopped.isEmpty else {
            if unstopped.allSatisfy(\.hasGivenUpStopping) { endUnstopped(unstopped, &node) }
            return
        }
        node.effects.notify(.allReleased, .allReleased)
        guard node.peerIsAlive else {
            finishShutdown(&node)
            return
        }
        node.send(.shutdownDone)
        state = .lingering(until: now + Self.lingerTime)
    }

    mutating func finishShutdown(_ node: inout LocalNode) {
        node.effects.notify(.shutdownComplete)
        state = .gone
        node.stop(stillUp: [])
    }

    /// The peer has been told what it is that it must not start before we are silent for its deadtime. Then it will: whoever
    /// restarts a machine on which something hangs needs the service elsewhere.
    private mutating func endUnstopped(_ unstopped: [GroupRunner], _ node: inout LocalNode) {
        for runner in unstopped { node.effects.notify(.shutdownUnfinished(runner.group)) }
        state = .gone
        node.stop(stillUp: unstopped.map(\.group.key))
    }
}
