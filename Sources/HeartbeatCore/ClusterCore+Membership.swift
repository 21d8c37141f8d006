// Who is there: hearing the peer and the ping nodes, declaring them dead, and the handshake by which this node becomes
// an active member.

import HeartbeatModel

extension ClusterCore {
    private static let handshakeInterval = Duration.seconds(1)
    /// A peer that does not answer `reqnodes` is no reason to leave the service down: after this many tries we go on.
    private static let handshakeAttempts = 5

    var isActiveMember: Bool {
        switch phase {
        case .negotiating, .stable: true
        case .waitingForNodes, .requestingNodes, .shuttingDown, .lingering, .stopped: false
        }
    }

    // MARK: - Hearing

    mutating func received(_ report: StatusReport, of message: Message, at now: Instant) {
        guard var monitor = peer else { return }
        let name = monitor.name
        let (hearing, late) = monitor.heard(
            report, sequence: message.sequence, uuid: message.sourceUUID, warntime: configuration.warntime, now: now)
        peer = monitor
        if let late { notify(.lateHeartbeat(node: name, silence: late)) }
        if hearing != .outdated { noteHearing(report.heard, inStatus: true, at: now) }
        switch hearing {
        case .outdated:
            // No more than one that is repeated.
            acceptedMessage = nil
            return
        case .same, .afterLeaving:
            return
        case .statusChanged:
            // An original ignores `starting` before it is active itself (observed).
            if report.status == .active, case .negotiating = phase { sendStarting(at: now) }
        case .first:
            self.hearing.startOver(at: now)
            // It may have been there all the time, unheard, and hold what we hold.
            peerReturned(at: now)
        case .returned:
            self.hearing.startOver(at: now)
            notify(.returnedAfterPartition(node: name))
            peerReturned(at: now)
        }
        notify(.statusUpdate(node: name, status: report.status))
    }

    mutating func pingAnswered(_ name: NodeName, at now: Instant) {
        guard let index = pingNodes.firstIndex(where: { $0.name == name }) else { return }
        let report = StatusReport(status: .ping, deadtime: configuration.deadping)
        let (hearing, _) = pingNodes[index].heard(
            report, sequence: nil, uuid: nil, warntime: configuration.warntime, now: now)
        switch hearing {
        case .same, .statusChanged, .afterLeaving, .outdated: break
        case .first, .returned: notify(.statusUpdate(node: name, status: .ping))
        }
    }

    /// A message of a higher generation: the peer's daemon has begun anew, and everything agreed with the old one is void.
    ///
    /// - Parameter newestStatus: of the new life, if it was heard while it was doubted.
    mutating func peerRestarted(newestStatus: SequenceNumber?, at now: Instant) {
        guard var monitor = peer else { return }
        let wasDead = monitor.standing == .dead
        monitor.restarted(newestStatus: newestStatus, now: now)
        peer = monitor
        hearing = PeerHearing()
        if !wasDead { notify(.peerRestarted(node: monitor.name)) }
        forgetPeerResources()
    }

    // MARK: - Silence

    mutating func expireMembership(at now: Instant) {
        for index in pingNodes.indices where pingNodes[index].expire(now: now) != nil {
            notify(.nodeDead(node: pingNodes[index].name))
        }
        if let before = peer?.expire(now: now), let name = peer?.name {
            switch before {
            case .awaited, .alive:
                notify(.nodeDead(node: name))
                peerDied(wasHeard: before == .alive, at: now)
            case .left:
                notify(.nodeDead(node: name))
            case .dead:
                preconditionFailure("node \(name) died twice")
            }
        }
        if deadlines.takeIfDue(.requestNodes, at: now) { requestNodes(at: now) }
        if deadlines.takeIfDue(.repeatStarting, at: now), case .negotiating = phase { sendStarting(at: now) }
        if deadlines.takeIfDue(.legacyRequest, at: now) { askByGroup(at: now) }
        if deadlines.takeIfDue(.linger, at: now) { finishShutdown() }
    }

    // MARK: - Joining

    /// Every node has been heard or given up: time to become active.
    mutating func joinIfEverybodyIsKnown(at now: Instant) {
        guard phase == .waitingForNodes, status == .up else { return }
        guard peer?.standing != .awaited, pingNodes.allSatisfy({ $0.standing != .awaited }) else { return }
        // What an earlier run has left up is stopped before the other node may count on us.
        guard runners.allSatisfy(\.isSettled) else { return }
        phase = .requestingNodes(attempts: 0)
        requestNodes(at: now)
    }

    private mutating func requestNodes(at now: Instant) {
        guard case .requestingNodes(let attempts) = phase else { return }
        guard let peer, peer.isAlive, attempts < Self.handshakeAttempts else {
            becomeActive(at: now)
            return
        }
        phase = .requestingNodes(attempts: attempts + 1)
        deadlines[.requestNodes] = now + Self.handshakeInterval
        send(.requestNodes, to: peer.name)
    }

    mutating func answerNodeRequest(of asker: NodeName) {
        send(.nodes(configuration.nodes.sorted(), deleted: []), to: asker)
    }

    mutating func receivedNodes(_ names: [NodeName], at now: Instant) {
        if Set(names) != Set(configuration.nodes), let peer {
            notify(.differentNodes(node: peer.name, nodes: names))
        }
        guard case .requestingNodes = phase else { return }
        deadlines[.requestNodes] = nil
        becomeActive(at: now)
    }

    private mutating func becomeActive(at now: Instant) {
        notify(.communicationUp)
        setStatus(.active)
        sendStarting(at: now)
        if peer?.isAlive != true { becomeStableAlone() }
    }

    private mutating func sendStarting(at now: Instant) {
        let sequence = send(.starting)
        // An answer to the first one answers the repeated ones too.
        if case .negotiating = phase {} else { phase = .negotiating(starting: sequence) }
        deadlines[.repeatStarting] = now + Self.handshakeInterval * 5
        planLegacyRequests(at: now)
    }
}
