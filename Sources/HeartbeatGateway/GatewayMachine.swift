// What one host of a gateway service is and does next (DSOM 2002, Figures 3–8). A value: events and the time go in, effects come out. It
// knows neither addresses nor scripts nor how long anything took but by the time it is told.
//
//    starting ─────────▶ decide ◀──────────────────────────────── leaving ◀─┐
//    (init)  no service,   │  │ own rank is the master's             ▲      │ a check fails, or asked:
//            or a table    │  └───────────────────────────▶ service ─┘      │ … and then final
//                 lower ◀──┴──▶ higher, or nobody serves       ▲            │
//                   ▼           and this is the best one       │            │
//                 backup ────────────▶ handover ───────────────┘            │
//                   ▲   no service,    │   │  nobody has denied it          │
//                   │   or unwell      │   └──▶ final: own links fail       │
//                   └──────────────────┘                                    │
//                     denied, or a better candidate                         │
//                                                     (released, until somebody has taken over)
//
// There is one master where one side connects the hosts: whoever wants to serve announces it on both sides, and whoever serves, or is
// about to with more right, says no on the side on which it hears that. Of two candidates the later one is heard by the earlier.

import HeartbeatModel

/// The decisions of one host.
package struct GatewayMachine: Hashable, Sendable {
    /// A procedure of which nothing is heard counts as failed so long after its time: whoever runs it has ended it before.
    package static let margin = Duration.seconds(1)
    /// An announcement is sent so often: each, and each answer, may be lost. Where three of ten packets are, both sides are as good as cut for
    /// one takeover in a thousand.
    package static let announcements = 5
    /// A backup that was not heard for so many of its intervals is gone, and so is a service that was not seen so often, whose host nobody
    /// hears.
    static let missedChecks = 3

    /// The procedures that give everything away, in their order.
    package static let stepsOfLeaving = LeavingState.steps

    package let configuration: GatewayConfiguration
    /// This host as its file has it.
    package let configured: GatewayHost
    /// This host as it counts, and as it says in every packet.
    package internal(set) var local: GatewayHost
    var burden = GatewayBurden()
    package let generation: Generation
    package internal(set) var state: GatewayState
    package internal(set) var table: StatusTable
    /// The highest term that anybody has spoken of.
    var knownTerm: UInt64 = 0
    /// Who has spoken and is in no list: what is announced must reach them, too.
    private var acquaintances: [GatewayHost] = []
    /// The last reign of each host that this one has heard of. Whatever that host announced before has led to it.
    private var reigns: [NodeName: Reign] = [:]
    private var lastNumber: UInt64 = 0

    /// - Parameter generation: of this machine, greater than that of any earlier one of this host, also after a reboot.
    /// - Precondition: `local` is one of the hosts of the configuration.
    package init(_ configuration: GatewayConfiguration, local: NodeName, generation: Generation, now: Instant) {
        guard let host = configuration.hosts.first(where: { $0.name == local }) else {
            preconditionFailure("\(local) is none of the hosts of \(configuration.name)")
        }
        self.configuration = configuration
        configured = host
        self.local = host
        self.generation = generation
        table = StatusTable(initial: configuration.hosts)
        state = .starting(StartingState(since: now, look: .waiting(until: now)))
    }

    /// What comes of an event or of the time: effects, in order.
    struct Turn {
        let now: Instant
        var effects: [GatewayEffect] = []

        mutating func notify(_ fact: GatewayFact) { effects.append(.notify(fact)) }

        mutating func send(_ message: GatewayMessage, to targets: [GatewayTarget], over side: GatewaySide) {
            effects.append(.send(message, to: targets, over: side))
        }
    }

    /// Takes an event. Does not expire anything: who stood still hears what has come meanwhile before it judges.
    package mutating func handle(_ event: GatewayEvent, at now: Instant) -> [GatewayEffect] {
        var turn = Turn(now: now)
        switch event {
        case .received(let packet, let side):
            guard packet.service == configuration.name, packet.sender.name != local.name,
                packet.message.isMeant(for: side), packet.isTheSendersTable
            else { return [] }
            receive(packet, over: side, &turn)
        case .ended(let ticket, let succeeded): ended(ticket, succeeded, &turn)
        case .requested(.stop): stop(&turn)
        case .requested(.look): look(&turn)
        case .requested(.bear(let burden)): bear(burden, &turn)
        }
        return turn.effects
    }

    /// Does what is due.
    package mutating func expireTimers(at now: Instant) -> [GatewayEffect] {
        var turn = Turn(now: now)
        while let due = nextDeadline, due <= now { expire(&turn) }
        return turn.effects
    }

    /// It serves, or is about to take over, or has something left of it.
    package var isBusy: Bool {
        switch state {
        case .handover, .service, .leaving: true
        case .starting, .backup, .released, .final: false
        }
    }

    /// When to call ``expireTimers(at:)`` next; `nil` for not before the next event.
    package var nextDeadline: Instant? {
        switch state {
        case .starting(let state): state.look.deadline
        case .backup(let state): state.look.deadline
        case .handover(let state): state.deadline
        case .service(let state): state.deadline
        case .leaving(let state): state.deadline
        case .released(let state): state.until
        case .final: nil
        }
    }

    // MARK: - By state

    private mutating func receive(_ packet: GatewayPacket, over side: GatewaySide, _ turn: inout Turn) {
        guard !isOver(packet) else { return }
        learnTerm(of: packet.message)
        meet(packet.sender)
        switch state {
        case .starting(let state): receive(packet, over: side, state, &turn)
        case .backup(let state): receive(packet, over: side, state, &turn)
        case .handover(let state): receive(packet, over: side, state, &turn)
        case .service: receiveInService(packet, over: side, &turn)
        case .leaving(let state): receive(packet, over: side, state, &turn)
        case .released(let state): receive(packet, over: side, state, &turn)
        case .final: break
        }
    }

    private mutating func ended(_ ticket: GatewayTicket, _ succeeded: Bool, _ turn: inout Turn) {
        switch state {
        case .starting(let state):
            if case .checking(let call) = state.look, call.ticket == ticket { finished(state, succeeded, &turn) }
        case .backup(let state):
            if case .checking(let call) = state.look, call.ticket == ticket { finished(state, succeeded, &turn) }
        case .handover(let state):
            if state.call?.ticket == ticket { finished(state, succeeded, &turn) }
        case .service(let state):
            if let call = state.calls.first(where: { $0.ticket == ticket }) { finished(call, succeeded, &turn) }
        case .leaving(let state):
            if state.call.ticket == ticket { finished(state, succeeded, &turn) }
        case .released, .final: break
        }
    }

    private mutating func expire(_ turn: inout Turn) {
        switch state {
        case .starting(let state): expire(state, &turn)
        case .backup(let state): expire(state, &turn)
        case .handover(let state): expire(state, &turn)
        case .service(let state): expire(state, &turn)
        case .leaving(let state): expire(state, &turn)
        case .released(let state): quit(state.quit, &turn)
        case .final: break
        }
    }

    private mutating func stop(_ turn: inout Turn) {
        switch state {
        case .starting(let state):
            abort(state.look, &turn)
            quit(.asked, &turn)
        case .backup(let state):
            abort(state.look, &turn)
            quit(.asked, &turn)
        case .handover(let state): abandon(state, quit: .asked, &turn)
        case .service(let state): stop(state, &turn)
        case .leaving(var state):
            state.quit = state.quit ?? .asked
            self.state = .leaving(state)
        case .released(let state): quit(state.quit, &turn)
        case .final: break
        }
    }

    // MARK: - What all states share

    /// DSOM 2002, state `decide`.
    mutating func decide(_ turn: inout Turn) {
        switch table.verdict(for: local.rank) {
        case .backup: enterBackup(&turn)
        case .service: enterService(&turn)
        case .handover:
            let cause: GatewayCause =
                if let master = table.master {
                    .better(than: master.name)
                } else {
                    table.author.map { .closed(by: $0.name) } ?? .vacant
                }
            enterHandover(cause, &turn)
        }
    }

    mutating func quit(_ reason: GatewayQuit, _ turn: inout Turn) {
        state = .final
        turn.effects.append(.quit(reason))
    }

    mutating func makeTicket() -> GatewayTicket {
        lastNumber += 1
        return GatewayTicket(generation, lastNumber)
    }

    mutating func call(_ procedure: GatewayProcedure, _ turn: inout Turn) -> GatewayCall {
        let ticket = makeTicket()
        turn.effects.append(.run(procedure, ticket))
        let deadline = turn.now + configuration.timeout(of: procedure) + Self.margin
        return GatewayCall(procedure: procedure, ticket: ticket, deadline: deadline, startedAt: turn.now)
    }

    /// Nothing was heard of it; a check that says nothing has not said yes.
    func giveUp(_ call: GatewayCall, _ turn: inout Turn) {
        turn.effects.append(.cancel(call.ticket))
        turn.notify(.unanswered(call.procedure, after: turn.now - call.startedAt))
    }

    /// SVC_CHECK to whoever has the roving address.
    mutating func ask(_ turn: inout Turn) -> GatewayInquiry {
        let ticket = makeTicket()
        turn.send(
            .serviceCheck(ticket, term: knownTerm, interval: serviceCheckInterval), to: [.roving], over: .down)
        return GatewayInquiry(ticket: ticket, deadline: turn.now + configuration.replyTimeout)
    }

    var serviceCheckInterval: Duration {
        configuration.serviceCheck(of: local.name, rank: table.rank(of: local.name))
    }

    /// All that anybody has told of: who has just been dropped from the table may serve on the other side of a cut.
    var others: [GatewayTarget] {
        var known = table.hosts
        for host in configuration.hosts + acquaintances where !known.contains(where: { $0.name == host.name }) {
            known.append(host)
        }
        return known.filter { $0.name != local.name }.map(GatewayTarget.host)
    }

    /// Says what this host thinks of a takeover that was heard.
    func answer(
        _ candidacy: Candidacy, of host: GatewayHost, over side: GatewaySide, _ word: CandidacyAnswer.Word,
        _ turn: inout Turn
    ) {
        turn.send(.answer(CandidacyAnswer(candidacy, word), over: side), to: [.host(host)], over: side)
    }

    private mutating func meet(_ host: GatewayHost) {
        guard !(configuration.hosts.contains { $0.name == host.name }), !acquaintances.contains(host) else { return }
        acquaintances.removeAll { $0.name == host.name }
        if acquaintances.count == StatusTable.mostHosts { acquaintances.removeFirst() }
        acquaintances.append(host)
    }

    /// Takes a newer table than the own one; an older one has come late.
    mutating func adopt(_ table: StatusTable) -> Bool {
        guard table.isNewer(than: self.table) else {
            // Two have begun the same term, perhaps long after one another, and nothing tells which is the later one. Whoever serves
            // hears of a later term with the next SVC_CHECK, and begins one.
            let isAmbiguous = table.term == self.table.term && table.author != self.table.author
            if isAmbiguous { knownTerm = max(knownTerm, min(table.term + 1, StatusTable.mostTerm)) }
            return false
        }
        self.table = table
        if let author = table.author { reigns[author.name] = Reign(generation: table.generation, term: table.term) }
        // Whoever has all keys and invents names shall not cost memory.
        if reigns.count > GatewayInbox.mostSenders { reigns = [:] }
        return true
    }

    private struct Reign: Hashable {
        var generation: Generation
        var term: UInt64
    }

    /// What was announced before its sender served, and comes only now: a packet waits for seconds where nobody answers ARP.
    private func isOver(_ packet: GatewayPacket) -> Bool {
        switch packet.message {
        case .downstreamTakeover(let candidacy), .upstreamTakeover(let candidacy):
            guard let reign = reigns[packet.sender.name] else { return false }
            return packet.generation == reign.generation && candidacy.term < reign.term
        case .serviceCheck, .serviceCheckReply, .serviceShutdown, .serviceTakeover, .downstreamTakeoverDeny,
            .upstreamTakeoverDeny:
            return false
        }
    }

    private mutating func learnTerm(of message: GatewayMessage) {
        let term =
            switch message {
            case .serviceCheck(_, let term, _): term
            case .serviceCheckReply(_, _, let table), .serviceShutdown(let table), .serviceTakeover(let table):
                table.term
            case .downstreamTakeover(let candidacy), .upstreamTakeover(let candidacy): candidacy.term
            case .downstreamTakeoverDeny, .upstreamTakeoverDeny: UInt64(0)
            }
        knownTerm = min(max(knownTerm, term), StatusTable.mostTerm)
    }

    /// A term that is newer than all of which anybody has spoken.
    var nextTerm: UInt64 { min(knownTerm + 1, StatusTable.mostTerm) }
}
