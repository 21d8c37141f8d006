// A host that does not serve: at its start it looks whether there is a service and asks for the table (`init`), and later whether the
// service is still there, first as a client would, then by asking its host (`backup`).

import HeartbeatModel

// MARK: - init

extension GatewayMachine {
    mutating func expire(_ state: StartingState, _ turn: inout Turn) {
        switch state.look {
        case .waiting: lookAnew(state, &turn)
        case .checking(let call):
            giveUp(call, &turn)
            finished(state, false, &turn)
        case .asking:
            // The paper asks for ever. A host that is never answered must not take the place of a service that is there either.
            guard turn.now - state.since < configuration.initPatience else {
                turn.notify(.nobodyAnswers(since: turn.now - state.since))
                return enterBackup(isStranded: true, &turn)
            }
            lookAnew(state, &turn)
        }
    }

    private mutating func lookAnew(_ state: StartingState, _ turn: inout Turn) {
        self.state = .starting(StartingState(since: state.since, look: .checking(call(.remoteSvcCheck, &turn))))
    }

    /// remoteSvcCheck at the start.
    mutating func finished(_ state: StartingState, _ succeeded: Bool, _ turn: inout Turn) {
        guard succeeded else { return decide(&turn) }
        self.state = .starting(StartingState(since: state.since, look: .asking(ask(&turn))))
    }

    mutating func receive(
        _ packet: GatewayPacket, over side: GatewaySide, _ state: StartingState, _ turn: inout Turn
    ) {
        switch packet.message {
        case .serviceCheckReply(let ticket, _, let table):
            guard case .asking(let inquiry) = state.look, inquiry.ticket == ticket else { return }
            _ = adopt(table)
            decide(&turn)
        case .downstreamTakeover(let candidacy), .upstreamTakeover(let candidacy):
            answer(candidacy, of: packet.sender, over: side, .granted, &turn)
        case .serviceCheck, .serviceShutdown, .serviceTakeover, .downstreamTakeoverDeny, .upstreamTakeoverDeny: break
        }
    }
}

// MARK: - backup

extension GatewayMachine {
    mutating func enterBackup(isStranded: Bool = false, _ turn: inout Turn) {
        turn.notify(.backup(of: table.master?.name))
        takeBurden(&turn)
        wait(BackupState(look: .waiting(until: turn.now), isStranded: isStranded), &turn)
    }

    /// SVC_CHECK_TIMER begins anew.
    private mutating func wait(_ state: BackupState, _ turn: inout Turn) {
        var state = state
        state.look = .waiting(until: turn.now + serviceCheckInterval)
        self.state = .backup(state)
    }

    /// The host in service learns at once what is new about this one.
    mutating func lookAnew(_ state: BackupState, _ turn: inout Turn) {
        switch state.look {
        case .waiting: look(state, &turn)
        // It asks afterwards.
        case .checking: break
        case .asking: askHost(state, &turn)
        }
    }

    private mutating func look(_ state: BackupState, _ turn: inout Turn) {
        var state = state
        state.look = .checking(call(.remoteSvcCheck, &turn))
        self.state = .backup(state)
    }

    private mutating func askHost(_ state: BackupState, _ turn: inout Turn) {
        var state = state
        state.look = .asking(ask(&turn))
        self.state = .backup(state)
    }

    mutating func expire(_ state: BackupState, _ turn: inout Turn) {
        switch state.look {
        case .waiting: look(state, &turn)
        case .checking(let call):
            giveUp(call, &turn)
            finished(state, false, &turn)
        case .asking:
            if state.isStranded { return wait(state, &turn) }
            enterHandover(.hostSilent, &turn)
        }
    }

    /// remoteSvcCheck of a backup.
    mutating func finished(_ state: BackupState, _ succeeded: Bool, _ turn: inout Turn) {
        var state = state
        state.failures = succeeded ? 0 : state.failures + 1
        if succeeded {
            askHost(state, &turn)
        } else if state.isStranded, state.failures < Self.missedChecks {
            // Nobody could say no to its takeover, so that a check that has failed by mistake must not lead to one.
            wait(state, &turn)
        } else {
            enterHandover(.serviceSilent, &turn)
        }
    }

    mutating func receive(
        _ packet: GatewayPacket, over side: GatewaySide, _ state: BackupState, _ turn: inout Turn
    ) {
        switch packet.message {
        case .serviceCheckReply(let ticket, let isWell, let table):
            guard case .asking(let inquiry) = state.look, inquiry.ticket == ticket else { return }
            _ = adopt(table)
            learn(isWell: isWell, state, &turn)
        case .downstreamTakeover(let candidacy):
            // Somebody is at it. If it is the wrong one, the next check finds out.
            abort(state.look, &turn)
            answer(candidacy, of: packet.sender, over: side, .granted, &turn)
            wait(state, &turn)
        case .upstreamTakeover(let candidacy): answer(candidacy, of: packet.sender, over: side, .granted, &turn)
        case .serviceShutdown(let table):
            guard adopt(table) else { return }
            abort(state.look, &turn)
            decide(&turn)
        case .serviceTakeover(let table):
            let isKnown = table.isOfSameReign(as: self.table)
            guard adopt(table) else { return }
            // What the host in service repeats ends no check: the checks find out what it does not know itself.
            guard !isKnown || self.table.verdict(for: local.rank) != .backup else { return }
            abort(state.look, &turn)
            decide(&turn)
        case .serviceCheck, .downstreamTakeoverDeny, .upstreamTakeoverDeny: break
        }
    }

    private mutating func learn(isWell: Bool, _ state: BackupState, _ turn: inout Turn) {
        guard isWell else { return enterHandover(.hostUnwell, &turn) }
        switch table.verdict(for: local.rank) {
        case .backup: wait(BackupState(look: state.look, isStranded: false), &turn)
        case .service, .handover: decide(&turn)
        }
    }

    func abort(_ look: GatewayLook, _ turn: inout Turn) {
        guard case .checking(let call) = look else { return }
        turn.effects.append(.cancel(call.ticket))
    }
}
