// A host that wants to serve: its downlink works → it announces that on the downstream side and waits for answers → its uplink comes up
// and works → it announces that on both sides and waits again → it serves. A veto on either side, or a candidate with more right, ends it.
// It waits until everybody whom it knows has nothing against it, or those who are silent have had their time.
//
// More than the paper has: the second announcement goes to the downstream side, too, and only it makes a host give way. The paper's host
// leaves at the first one, before the candidate knows whether its uplink works: a better host with a dead uplink would take the service
// down each time it is started.

import HeartbeatModel

extension GatewayMachine {
    mutating func enterHandover(_ cause: GatewayCause, _ turn: inout Turn) {
        turn.notify(.candidate(cause))
        let ticket = makeTicket()
        state = .handover(HandoverState(ticket: ticket, phase: .checkingDownlink(call(.downlinkCheck, &turn))))
    }

    mutating func expire(_ state: HandoverState, _ turn: inout Turn) {
        switch state.phase {
        case .checkingDownlink(let call), .activatingUplink(let call), .checkingUplink(let call),
            .retreating(let call, _):
            giveUp(call, &turn)
            finished(state, false, &turn)
        case .announced(var announcement), .announcedLast(var announcement):
            guard announcement.until > turn.now else { return proceed(state, &turn) }
            announcement.repetitions.removeAll { $0 <= turn.now }
            announcement.ask(namesOfOthers)
            var state = state
            state.announcement = announcement
            self.state = .handover(state)
            announce(state, &turn)
        }
    }

    /// The procedure that is under way has ended.
    mutating func finished(_ state: HandoverState, _ succeeded: Bool, _ turn: inout Turn) {
        switch state.phase {
        case .checkingDownlink(let call), .activatingUplink(let call), .checkingUplink(let call):
            guard succeeded else { return retreat(state, quit: .unfit(call.procedure), &turn) }
            proceed(state, &turn)
        case .retreating(let call, let reason):
            if !succeeded { turn.notify(.failed(call.procedure)) }
            guard let reason else { return enterBackup(&turn) }
            quit(reason, &turn)
        case .announced, .announcedLast: break
        }
    }

    private mutating func proceed(_ state: HandoverState, _ turn: inout Turn) {
        var state = state
        switch state.phase {
        case .checkingDownlink: state.phase = .announced(announcement(&turn))
        case .announced: state.phase = .activatingUplink(call(.activateUplink, &turn))
        case .activatingUplink: state.phase = .checkingUplink(call(.uplinkCheck, &turn))
        case .checkingUplink: state.phase = .announcedLast(announcement(&turn))
        case .announcedLast:
            beginTerm()
            return decide(&turn)
        case .retreating: return
        }
        self.state = .handover(state)
        guard state.call == nil else { return }
        turn.notify(.announced(isLast: state.isLast, waiting: configuration.hearTimeout))
        announce(state, &turn)
        proceedIfAnswered(&turn)
    }

    // MARK: - Announcing

    /// Repeated within the first half of the time in which those who are there must have answered.
    private func announcement(_ turn: inout Turn) -> HandoverState.Announcement {
        HandoverState.Announcement(
            silenceEnds: turn.now + configuration.hearTimeout,
            repetitions: (1..<Self.announcements).map { number in
                turn.now + configuration.hearTimeout * number / (2 * (Self.announcements - 1))
            }, silent: namesOfOthers)
    }

    private var namesOfOthers: Set<NodeName> {
        Set(others.compactMap { target in if case .host(let host) = target { host.name } else { nil } })
    }

    /// Nobody is left to wait for.
    private mutating func proceedIfAnswered(_ turn: inout Turn) {
        guard case .handover(let state) = state, let announcement = state.announcement, announcement.until <= turn.now
        else { return }
        proceed(state, &turn)
    }

    private func announce(_ state: HandoverState, _ turn: inout Turn) {
        let candidacy = Candidacy(state.ticket, term: knownTerm, isLast: state.isLast)
        for side in state.isLast ? GatewaySide.allCases : [.down] {
            turn.send(.takeover(candidacy, over: side), to: others + [.roving], over: side)
        }
    }

    // MARK: - Hearing

    mutating func receive(
        _ packet: GatewayPacket, over side: GatewaySide, _ state: HandoverState, _ turn: inout Turn
    ) {
        switch packet.message {
        case .downstreamTakeoverDeny(let answer), .upstreamTakeoverDeny(let answer):
            guard answer.ticket == state.ticket, state.isAnnounced else { return }
            hear(answer, of: packet.sender.name, over: side, state, &turn)
        case .downstreamTakeover(let candidacy), .upstreamTakeover(let candidacy):
            meet(candidacy, of: packet.sender, over: side, state, &turn)
        case .serviceTakeover(let table):
            guard adopt(table), packet.sender.rank > local.rank else { return }
            interrupt(state, by: packet.sender.name, &turn)
        case .serviceShutdown(let table): _ = adopt(table)
        case .serviceCheck, .serviceCheckReply: break
        }
    }

    private mutating func hear(
        _ answer: CandidacyAnswer, of name: NodeName, over side: GatewaySide, _ state: HandoverState,
        _ turn: inout Turn
    ) {
        guard answer.word != .denied else {
            turn.notify(.denied(by: name, over: side))
            return abandon(state, quit: nil, &turn)
        }
        guard answer.isLast == state.isLast, var announcement = state.announcement else { return }
        let wasPending = announcement.isPending(name)
        announcement.hear(
            answer.word, of: .init(name: name, side: side), noBy: turn.now + configuration.denyTimeout)
        if !wasPending, announcement.isPending(name) {
            turn.notify(.pending(name, waiting: configuration.denyTimeout))
        }
        var state = state
        state.announcement = announcement
        self.state = .handover(state)
        proceedIfAnswered(&turn)
    }

    /// Two candidates: the one whose uplink is known to work has more right, and else the one of higher priority. The paper has the
    /// lesser one go on until the better one serves, which one lost packet turns into two that serve.
    private mutating func meet(
        _ candidacy: Candidacy, of other: GatewayHost, over side: GatewaySide, _ state: HandoverState,
        _ turn: inout Turn
    ) {
        if other.rank > local.rank {
            guard candidacy.isLast || !state.isLast else { return }
            answer(candidacy, of: other, over: side, .granted, &turn)
            interrupt(state, by: other.name, &turn)
        } else if state.isAnnounced, state.isLast || !candidacy.isLast {
            answer(candidacy, of: other, over: side, .denied, &turn)
        }
    }

    private mutating func interrupt(_ state: HandoverState, by name: NodeName, _ turn: inout Turn) {
        if case .retreating = state.phase { return }
        turn.notify(.interrupted(by: name))
        abandon(state, quit: nil, &turn)
    }

    // MARK: - Giving up

    /// Whatever is under way is for nothing.
    mutating func abandon(_ state: HandoverState, quit reason: GatewayQuit?, _ turn: inout Turn) {
        if case .retreating(let call, let earlier) = state.phase {
            let phase = HandoverState.Phase.retreating(call, quit: earlier ?? reason)
            self.state = .handover(HandoverState(ticket: state.ticket, phase: phase))
            return
        }
        if let call = state.call { turn.effects.append(.cancel(call.ticket)) }
        retreat(state, quit: reason, &turn)
    }

    /// Back to where it was, without an uplink.
    private mutating func retreat(_ state: HandoverState, quit reason: GatewayQuit?, _ turn: inout Turn) {
        if state.mayHaveUplink {
            let phase = HandoverState.Phase.retreating(call(.deactivateUplink, &turn), quit: reason)
            self.state = .handover(HandoverState(ticket: state.ticket, phase: phase))
        } else if let reason {
            quit(reason, &turn)
        } else {
            enterBackup(&turn)
        }
    }
}
