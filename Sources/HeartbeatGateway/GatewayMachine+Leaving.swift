// A host that stops serving tells the others and gives away what it has, in the order of the paper. Until all of it is given away
// nobody else may have it: an announcement that is heard meanwhile is denied in time. The paper's inequalities count the checks of a host
// that is asked, and not what it takes to leave.

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
        table.close(isLeaving: quit != nil)
        turn.send(.serviceShutdown(table), to: others, over: .down)
        let call = call(LeavingState.steps[0], &turn)
        self.state = .leaving(LeavingState(call: call, quit: quit, candidacies: state.candidacies))
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
            guard let reason = state.quit else { return decide(&turn) }
            return quit(reason, &turn)
        }
        state.call = call(LeavingState.steps[index + 1], &turn)
        self.state = .leaving(state)
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
            var state = state
            state.candidacies.hear(
                HeardCandidacy(
                    host: packet.sender, candidacy: candidacy, side: side,
                    deadline: turn.now + configuration.longestCheck))
            self.state = .leaving(state)
        case .serviceTakeover(let table): _ = adopt(table)
        case .serviceCheck, .serviceCheckReply, .serviceShutdown, .downstreamTakeoverDeny, .upstreamTakeoverDeny: break
        }
    }
}
