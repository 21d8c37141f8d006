// Leaving: release everything, tell the peer that it may have it, stay reachable just long enough for it to have heard.

import HeartbeatModel

extension ClusterCore {
    /// As long as the original goes on sending statuses after `shutdone` (observed: about two seconds).
    private static let lingerTime = Duration.seconds(2)

    mutating func beginShutdown(at now: Instant) {
        switch phase {
        case .shuttingDown, .lingering, .stopped:
            return
        case .waitingForNodes, .requestingNodes, .negotiating, .stable:
            notify(.shuttingDown)
            phase = .shuttingDown
            own.giveUp(.all)
            for index in own.adopted { own.abandon(index) }
            transaction = .none
            challenge = nil
            deadlines[.standbyTimeout] = nil
            deadlines[.conflict] = nil
        }
    }

    /// Says `shutdone` once nothing runs here any more. A group that will not stop keeps the node: going silent now would
    /// make the peer start what still runs here.
    mutating func advanceShutdown(at now: Instant) {
        guard phase == .shuttingDown, runners.allSatisfy(\.isReleased) else { return }
        notify(.allReleased)
        guard let peer, peer.isAlive else {
            finishShutdown()
            return
        }
        send(.shutdownDone)
        phase = .lingering
        deadlines[.linger] = now + Self.lingerTime
    }

    mutating func finishShutdown() {
        notify(.shutdownComplete)
        phase = .stopped
        deadlines.clear()
        effects.append(.stop)
    }
}
