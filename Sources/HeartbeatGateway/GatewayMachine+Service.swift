// The host in service: looks after itself, answers those who ask whether it is well, says no to those who would take over without need,
// and keeps the table. What comes while a check is slow waits in `candidacies` and `questions` (DSOM 2002, Table 2); nothing is lost.

import HeartbeatModel

extension GatewayMachine {
    mutating func enterService(_ turn: inout Turn) {
        turn.notify(.serves)
        tellTable(&turn)
        var state = ServiceState(entering: call(.activateService, &turn))
        for host in table.hosts where host.name != local.name {
            let interval = configuration.serviceCheck(of: host.name, rank: table.rank(of: host.name))
            state.expect(host.name, every: interval, from: turn.now)
        }
        self.state = .service(state)
    }

    private func tellTable(_ turn: inout Turn) {
        for side in GatewaySide.allCases { turn.send(.serviceTakeover(table), to: others, over: side) }
    }

    // MARK: - Procedures and deadlines

    mutating func finished(_ call: GatewayCall, _ succeeded: Bool, _ turn: inout Turn) {
        guard case .service(var state) = state else { return }
        state.forget(call)
        self.state = .service(state)
        guard succeeded else { return leave(.failed(call.procedure), &turn) }
        switch call.procedure {
        case .activateService: state.entering = self.call(.takeoverDownstream, &turn)
        case .takeoverDownstream: state.entering = self.call(.takeoverUpstream, &turn)
        case .takeoverUpstream: state.selfCheckAt = turn.now + configuration.selfCheck
        case .downlinkCheck: state.full = .uplink(self.call(.uplinkCheck, &turn))
        case .uplinkCheck: state.full = .local
        case .localSvcCheck: isWell(&state, &turn)
        case .remoteSvcCheck, .activateUplink, .deactivateUplink, .deactivateService, .releaseDownstream,
            .releaseUpstream:
            break
        }
        work(&state, &turn)
        self.state = .service(state)
    }

    mutating func expire(_ state: ServiceState, _ turn: inout Turn) {
        if let call = state.calls.first(where: { $0.deadline <= turn.now }) {
            giveUp(call, &turn)
            return finished(call, false, &turn)
        }
        var state = state
        if let due = state.yieldsAt, due <= turn.now, let best = state.successors.best {
            return leave(state.stopsAt == nil ? .yields(to: best.host.name) : .asked, &turn)
        }
        if let due = state.stopsAt, due <= turn.now { return leave(.asked, &turn) }
        if let due = state.selfCheckAt, due <= turn.now { beginFullCheck(&state, &turn) }
        for heard in state.candidacies where heard.deadline <= turn.now { refuseUnreleased(heard, &turn) }
        state.candidacies.removeAll { $0.deadline <= turn.now }
        for (name, silence) in state.backups.sorted(by: { $0.key < $1.key }) where silence.until <= turn.now {
            state.backups[name] = nil
            table.remove(name)
            turn.notify(.gone(name, after: silence.length))
        }
        self.state = .service(state)
    }

    func refuseUnreleased(_ heard: HeardCandidacy, _ turn: inout Turn) {
        turn.notify(.vetoedUnreleased(heard.host.name, over: heard.side))
        refuse(heard, &turn)
    }

    func refuse(_ heard: HeardCandidacy, _ turn: inout Turn) {
        for _ in 0..<heard.times {
            answer(heard.candidacy, of: heard.host, over: heard.side, .denied, &turn)
        }
    }

    // MARK: - Checks

    /// Does not wait for SELF_CHECK_TIMER.
    mutating func look(_ turn: inout Turn) {
        guard case .service(var state) = state, state.entering == nil, state.full == nil else { return }
        beginFullCheck(&state, &turn)
        self.state = .service(state)
    }

    private mutating func beginFullCheck(_ state: inout ServiceState, _ turn: inout Turn) {
        state.selfCheckAt = nil
        state.full = .downlink(call(.downlinkCheck, &turn))
    }

    /// Begins the checks that somebody waits for. Both kinds of questions have localSvcCheck in common, and one run answers both.
    private mutating func work(_ state: inout ServiceState, _ turn: inout Turn) {
        guard state.entering == nil else { return }
        if state.full == nil, !state.candidacies.isEmpty { beginFullCheck(&state, &turn) }
        guard state.local == nil, state.full == .local || !state.questions.isEmpty else { return }
        state.local = call(.localSvcCheck, &turn)
    }

    /// localSvcCheck has succeeded, and was asked for by SVC_CHECKs or is the end of a full check.
    private mutating func isWell(_ state: inout ServiceState, _ turn: inout Turn) {
        // Before anything is said: a table counts only from whom it names.
        if state.full == .local { rise(state, &turn) }
        answer(&state, isWell: true, &turn)
        guard state.full == .local else { return }
        state.full = nil
        state.selfCheckAt = turn.now + configuration.selfCheck
        state.denied = state.denied.filter { turn.now - $0.value < configuration.selfCheck }
        for heard in state.candidacies {
            turn.notify(.vetoed(heard.host.name, over: heard.side))
            refuse(heard, &turn)
            state.denied[heard.claim] = turn.now
        }
        state.candidacies = []
        // The paper says this once, at the beginning. Said again it reaches those who have missed it, and a host that serves, too,
        // after a cut.
        if state.stopsAt == nil { tellTable(&turn) }
    }

    func answer(_ state: inout ServiceState, isWell: Bool, _ turn: inout Turn) {
        for question in state.questions {
            turn.send(
                .serviceCheckReply(question.ticket, isWell: isWell, table), to: [.host(question.host)], over: .down)
        }
        state.questions = []
    }

    // MARK: - Hearing

    mutating func receiveInService(_ packet: GatewayPacket, over side: GatewaySide, _ turn: inout Turn) {
        guard case .service(var state) = state else { return }
        switch packet.message {
        case .serviceCheck(let ticket, _, let interval):
            enlist(packet.sender, every: interval, &state, &turn)
            state.questions.removeAll { $0.host.name == packet.sender.name }
            if state.questions.count < ServiceState.mostQuestions {
                state.questions.append(HeardQuestion(host: packet.sender, ticket: ticket))
            }
        case .downstreamTakeover(let candidacy), .upstreamTakeover(let candidacy):
            let heard = heard(candidacy, of: packet.sender, over: side, turn)
            if let time = state.denied[heard.claim], turn.now - time < configuration.selfCheck {
                return answer(candidacy, of: packet.sender, over: side, .denied, &turn)
            }
            let isWelcome = packet.sender.rank > local.rank || state.stopsAt != nil
            // Its uplink may come up beside this host's; only its last announcement makes this host give way.
            let word: CandidacyAnswer.Word = isWelcome && !candidacy.isLast ? .granted : .pending
            answer(candidacy, of: packet.sender, over: side, word, &turn)
            if isWelcome {
                guard candidacy.isLast else { return }
                table.insert(heard.host)
                state.successors.hear(heard)
                state.yieldsAt = state.yieldsAt ?? turn.now + configuration.hearTimeout
                self.state = .service(state)
                return
            }
            state.candidacies.hear(heard)
        case .serviceTakeover(let table): return dispute(table, with: packet.sender, over: side, &turn)
        case .serviceCheckReply, .serviceShutdown, .downstreamTakeoverDeny, .upstreamTakeoverDeny: return
        }
        // Whoever knows of a later term than this one would take its table for an old one.
        if knownTerm > table.term, state.stopsAt == nil { renewTerm(&turn) }
        work(&state, &turn)
        self.state = .service(state)
    }

    /// A takeover that waits for an answer, in time for the candidate to hear it.
    func heard(_ candidacy: Candidacy, of host: GatewayHost, over side: GatewaySide, _ turn: Turn) -> HeardCandidacy {
        HeardCandidacy(host: host, candidacy: candidacy, side: side, deadline: turn.now + configuration.longestCheck)
    }

    /// A backup is heard, for the first time or again.
    private mutating func enlist(
        _ host: GatewayHost, every interval: Duration, _ state: inout ServiceState, _ turn: inout Turn
    ) {
        let isNew = table.host(host.name) == nil
        guard table.insert(host) else {
            if !state.toldNoRoom { turn.notify(.noRoom(host.name)) }
            state.toldNoRoom = true
            return
        }
        if isNew { turn.notify(.joined(host.name, priority: host.priority)) }
        state.expect(host.name, every: interval, from: turn.now)
    }

    private mutating func renewTerm(_ turn: inout Turn) {
        beginTerm()
        tellTable(&turn)
    }

    /// This host serves, in a term that is newer than all of which anybody has spoken.
    mutating func beginTerm() {
        knownTerm = nextTerm
        table.takeOver(local, term: knownTerm, generation: generation)
    }

    /// Tells the backups and serves on until one of them is ready: what is planned need not interrupt anybody.
    mutating func stop(_ state: ServiceState, _ turn: inout Turn) {
        guard state.entering == nil, state.stopsAt == nil, !state.backups.isEmpty else { return leave(.asked, &turn) }
        var state = state
        state.stopsAt = turn.now + configuration.denyTimeout
        table.close(isLeaving: true)
        turn.notify(.handsOver(waiting: configuration.denyTimeout))
        turn.send(.serviceShutdown(table), to: others, over: .down)
        self.state = .service(state)
    }

    /// Two serve. The one of lower priority yields, as soon as it hears a term of the other's that is newer than its own.
    private mutating func dispute(
        _ other: StatusTable, with sender: GatewayHost, over side: GatewaySide, _ turn: inout Turn
    ) {
        if case .service(let state) = state, state.stopsAt != nil { return leave(.asked, &turn) }
        let isBetter = sender.rank > local.rank
        guard isBetter, other.isNewer(than: table) else {
            // What is older was said before it heard of us, perhaps long ago. Else ours must be newer for it to yield.
            if !isBetter, other.term >= table.term {
                turn.notify(.secondMaster(sender.name, yields: false))
                renewTerm(&turn)
            }
            turn.send(.serviceTakeover(table), to: [.host(sender)], over: side)
            return
        }
        turn.notify(.secondMaster(sender.name, yields: true))
        leave(.yields(to: sender.name), &turn)
        _ = adopt(other)
    }
}

extension ServiceState {
    /// SVC_REQCHECK_TIMER of a backup. Whatever a packet says, it is neither at once nor never.
    mutating func expect(_ name: NodeName, every interval: Duration, from now: Instant) {
        let interval = min(max(interval, .milliseconds(100)), .seconds(3600))
        let length = interval * GatewayMachine.missedChecks
        backups[name] = Silence(until: now + length, length: length)
    }

    /// A call has ended.
    mutating func forget(_ call: GatewayCall) {
        if entering == call { entering = nil }
        if local == call { local = nil }
        if full == .downlink(call) || full == .uplink(call) { full = nil }
    }
}
