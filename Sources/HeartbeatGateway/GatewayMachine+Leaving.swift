// A host that stops serving tells the others and gives away what it has, in the order of the paper. Until all of it is given away
// nobody else may have it: a last announcement that is heard meanwhile is granted when it is, or denied in time. The paper's
// inequalities count the checks of a host that is asked, and not what it takes to leave.

import HeartbeatModel

extension GatewayMachine {
    mutating func leave(_ why: GatewayLeave, _ turn: inout Turn) {
        guard case .service(var state) = state else { return }
        turn.notify(.leaves(why))
        for call in state.calls { turn.effects.append(.cancel(call.ticket)) }
        let quit: GatewayQuit? =
            switch why {
            case .asked: .asked
            case .failed(let procedure): .failed(procedure)
            case .yields: nil
            }
        if quit != nil { answer(&state, isWell: false, &turn) }
        for heard in state.candidacies where !heard.candidacy.isLast {
            answer(heard.candidacy, of: heard.host, over: heard.side, .granted, &turn)
        }
        table.close(isLeaving: quit != nil)
        turn.send(.serviceShutdown(table), to: others, over: .down)
        let call = call(LeavingState.steps[0], &turn)
        let last = state.successors + state.candidacies.filter(\.candidacy.isLast)
        self.state = .leaving(
            LeavingState(call: call, quit: quit, candidacies: last, hasBackups: !state.backups.isEmpty))
    }

    mutating func finished(_ state: LeavingState, _ succeeded: Bool, _ turn: inout Turn) {
        var state = state
        let procedure = state.call.procedure
        if !succeeded {
            turn.notify(.failed(procedure))
            // Whoever starts again would not look for what was left.
            state.quit = .unreleased(procedure)
        }
        guard let index = LeavingState.steps.firstIndex(of: procedure), index + 1 < LeavingState.steps.count else {
            turn.notify(.left)
            return released(state, &turn)
        }
        state.call = call(LeavingState.steps[index + 1], &turn)
        self.state = .leaving(state)
    }

    /// Everything is given away, to one of those who wait for it.
    private mutating func released(_ state: LeavingState, _ turn: inout Turn) {
        if case .unreleased(let procedure) = state.quit { return quit(.unreleased(procedure), &turn) }
        let best = state.candidacies.best
        for heard in state.candidacies {
            guard heard.claim == best?.claim else {
                refuse(heard, &turn)
                continue
            }
            answer(heard.candidacy, of: heard.host, over: heard.side, .granted, &turn)
        }
        guard let reason = state.quit else {
            takeBurden(&turn)
            return decide(&turn)
        }
        guard best != nil || state.hasBackups else { return quit(reason, &turn) }
        self.state = .released(
            ReleasedState(
                quit: reason, until: turn.now + configuration.denyTimeout, granted: best?.host.name))
    }

    mutating func receive(
        _ packet: GatewayPacket, over side: GatewaySide, _ state: ReleasedState, _ turn: inout Turn
    ) {
        switch packet.message {
        case .downstreamTakeover(let candidacy), .upstreamTakeover(let candidacy):
            var state = state
            if candidacy.isLast { state.granted = state.granted ?? packet.sender.name }
            let isGranted = !candidacy.isLast || state.granted == packet.sender.name
            answer(candidacy, of: packet.sender, over: side, isGranted ? .granted : .denied, &turn)
            self.state = .released(state)
        case .serviceTakeover(let table):
            guard adopt(table) else { return }
            quit(state.quit, &turn)
        case .serviceCheck, .serviceCheckReply, .serviceShutdown, .downstreamTakeoverDeny, .upstreamTakeoverDeny: break
        }
    }

    mutating func expire(_ state: LeavingState, _ turn: inout Turn) {
        var state = state
        for heard in state.candidacies where heard.deadline <= turn.now { refuseUnreleased(heard, &turn) }
        state.candidacies.removeAll { $0.deadline <= turn.now }
        self.state = .leaving(state)
        guard state.call.deadline <= turn.now else { return }
        giveUp(state.call, &turn)
        finished(state, false, &turn)
    }

    mutating func receive(_ packet: GatewayPacket, over side: GatewaySide, _ state: LeavingState, _ turn: inout Turn) {
        switch packet.message {
        case .downstreamTakeover(let candidacy), .upstreamTakeover(let candidacy):
            answer(candidacy, of: packet.sender, over: side, candidacy.isLast ? .pending : .granted, &turn)
            guard candidacy.isLast else { return }
            var state = state
            state.candidacies.hear(heard(candidacy, of: packet.sender, over: side, turn))
            self.state = .leaving(state)
        case .serviceTakeover(let table): _ = adopt(table)
        case .serviceCheck, .serviceCheckReply, .serviceShutdown, .downstreamTakeoverDeny, .upstreamTakeoverDeny: break
        }
    }
}
