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
            own.giveUp(.all, singly: peerTakesSingly)
            own.endStaying()
            for index in own.adopted { own.abandon(index) }
            transaction = .none
            challenge = nil
            deadlines[.standbyTimeout] = nil
            deadlines[.conflict] = nil
            deadlines[.shutdown] = now + configuration.shutdownTimeout
        }
    }

    /// `shutdown_timeout` is over: what stops just now may end, but no stop that fails is tried again.
    mutating func hurryShutdown() {
        guard phase == .shuttingDown else { return }
        for index in runners.indices { runners[index].hurry() }
    }

    /// Says `shutdone` once nothing runs here any more. A group that will not stop keeps the node for a while: going silent
    /// makes the peer start what still runs here.
    mutating func advanceShutdown(at now: Instant) {
        guard phase == .shuttingDown else { return }
        let unstopped = runners.filter { !$0.isReleased }
        guard unstopped.isEmpty else {
            if unstopped.allSatisfy(\.hasGivenUpStopping) { endUnstopped(unstopped) }
            return
        }
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
        stop(stillUp: [])
    }

    /// The peer has been told what it is that it must not start before we are silent for its deadtime. Then it will: whoever
    /// restarts a machine on which something hangs needs the service elsewhere.
    private mutating func endUnstopped(_ unstopped: [GroupRunner]) {
        for runner in unstopped { notify(.shutdownUnfinished(runner.group)) }
        stop(stillUp: unstopped.map(\.group.key))
    }

    private mutating func stop(stillUp keys: [String]) {
        phase = .stopped
        deadlines.clear()
        effects.append(.stop(stillUp: keys))
    }
}
