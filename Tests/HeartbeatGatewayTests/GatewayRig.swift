// One machine, driven by hand: what it wants done is kept as lines that read like the figures of the paper.

import HeartbeatModel

@testable import HeartbeatGateway

struct GatewayRig {
    static let hosts = [host("gwa", 30, 2), host("gwb", 20, 3), host("gwc", 10, 4)]

    static func host(_ name: String, _ priority: UInt16, _ number: UInt32) -> GatewayHost {
        GatewayHost(
            NodeName(name), priority: priority, down: IPAddress(0x0A00_0000 + number),
            up: IPAddress(0xCB00_7100 + number))
    }

    static func configuration(_ hosts: [GatewayHost] = Self.hosts) -> GatewayConfiguration {
        GatewayConfiguration(
            name: "fw",
            down: GatewayLeg(interface: "eth0", roving: ServiceAddress(IPAddress(0x0A00_0001), text: "10.0.0.1")),
            up: GatewayLeg(interface: "eth1", roving: ServiceAddress(IPAddress(0xCB00_7101), text: "203.0.113.1")),
            hosts: hosts, selfCheck: .seconds(5), serviceCheck: .seconds(10),
            timeouts: [.downlinkCheck: .seconds(2), .uplinkCheck: .seconds(2), .remoteSvcCheck: .seconds(3)], spread: 15
        )
    }

    /// Of a host that has another service, too.
    static let burden = GatewayBurden(services: ["vpn"])

    /// How long a candidate listens.
    static let hearing = configuration().hearTimeout

    /// The table that a host has written which serves.
    static func table(
        of name: String, term: UInt64 = 1, life: UInt64 = 1, version: UInt64 = 0, isServed: Bool = true,
        _ hosts: [GatewayHost] = Self.hosts
    ) -> StatusTable {
        var table = StatusTable(initial: hosts)
        if let host = hosts.first(where: { $0.name.text == name }) {
            table.takeOver(host, term: term, generation: Generation(life))
        }
        for _ in 0..<version { table.remove("nobody") }
        if !isServed { table.close(isLeaving: false) }
        return table
    }

    var machine: GatewayMachine
    var now = Instant.zero
    private(set) var effects: [GatewayEffect] = []
    private var procedures: [GatewayTicket: GatewayProcedure] = [:]
    private var sequence: UInt64 = 0
    /// Its own candidacy, from the last announcement.
    private(set) var candidacy: Candidacy?

    init(_ local: String, _ configuration: GatewayConfiguration = Self.configuration(), generation: UInt64 = 7) {
        machine = GatewayMachine(configuration, local: NodeName(local), generation: Generation(generation), now: now)
        expire()
    }

    // MARK: - Events

    private mutating func note(_ new: [GatewayEffect]) {
        for case .run(let procedure, let ticket) in new { procedures[ticket] = procedure }
        for case .send(.downstreamTakeover(let candidacy), _, _) in new { self.candidacy = candidacy }
        effects += new
    }

    private mutating func expire() { note(machine.expireTimers(at: now)) }

    mutating func wait(_ duration: Duration) {
        let end = now + duration
        while let due = machine.nextDeadline, due <= end {
            now = max(now, due)
            expire()
        }
        now = end
    }

    /// The last run of the procedure ends.
    mutating func end(_ procedure: GatewayProcedure, _ succeeded: Bool = true) {
        guard let ticket = ticket(of: procedure) else { return }
        note(machine.handle(.ended(ticket, succeeded: succeeded), at: now))
    }

    mutating func end(_ procedures: some Sequence<GatewayProcedure>) {
        for procedure in procedures { end(procedure) }
    }

    func ticket(of procedure: GatewayProcedure) -> GatewayTicket? {
        procedures.filter { $0.value == procedure }.keys.max { $0.number < $1.number }
    }

    mutating func hear(
        _ message: GatewayMessage, from name: String, over side: GatewaySide = .down,
        _ hosts: [GatewayHost] = Self.hosts
    ) {
        guard let sender = hosts.first(where: { $0.name.text == name }) else { return }
        sequence += 1
        let packet = GatewayPacket(
            service: "fw", sender: sender, generation: Generation(1), sequence: sequence, message: message)
        note(machine.handle(.received(packet, over: side), at: now))
    }

    mutating func request(_ request: GatewayRequest) { note(machine.handle(.requested(request), at: now)) }

    /// A candidacy of somebody else.
    static func candidacy(_ number: UInt64 = 5, term: UInt64 = 1, isLast: Bool) -> Candidacy {
        Candidacy(GatewayTicket(Generation(1), number), term: term, isLast: isLast)
    }

    /// Its own candidacy is answered, as far as it was announced.
    mutating func answer(
        _ word: CandidacyAnswer.Word, from name: String, over side: GatewaySide = .down, isLast: Bool? = nil
    ) {
        guard let candidacy else { return }
        let answer = CandidacyAnswer(candidacy.ticket, isLast: isLast ?? candidacy.isLast, word)
        hear(.answer(answer, over: side), from: name, over: side)
    }

    /// The last SVC_CHECK is answered.
    mutating func reply(from name: String, isWell: Bool = true, _ table: StatusTable) {
        guard let question else { return }
        hear(.serviceCheckReply(question, isWell: isWell, table), from: name)
    }

    var question: GatewayTicket? {
        effects.reversed().lazy.compactMap { effect in
            if case .send(.serviceCheck(let ticket, _, _), _, _) = effect { ticket } else { nil }
        }.first
    }

    // MARK: - What came of it

    /// What is to be done, without what is only told, since it was last asked for.
    mutating func lines() -> [String] {
        defer { effects = [] }
        return effects.compactMap(line)
    }

    private func line(_ effect: GatewayEffect) -> String? {
        switch effect {
        case .send(let message, let targets, let side):
            let names = targets.map { target in
                switch target {
                case .host(let host): host.name.text
                case .roving: "roving"
                }
            }
            return "\(message.name)\(word(of: message)) \(side.rawValue): \(names.joined(separator: " "))"
        case .run(let procedure, _): return procedure.rawValue
        case .cancel(let ticket): return "cancel \(procedures[ticket]?.rawValue ?? "?")"
        case .quit(let reason): return "quit \(reason)"
        case .notify: return nil
        }
    }

    /// A veto has none.
    private func word(of message: GatewayMessage) -> String {
        switch message {
        case .downstreamTakeoverDeny(let answer), .upstreamTakeoverDeny(let answer):
            answer.word == .denied ? "" : " \(answer.word)"
        case .serviceCheck, .serviceCheckReply, .serviceShutdown, .downstreamTakeover, .upstreamTakeover,
            .serviceTakeover:
            ""
        }
    }

    var facts: [GatewayFact] {
        effects.compactMap { effect in if case .notify(let fact) = effect { fact } else { nil } }
    }

    var state: String {
        switch machine.state {
        case .starting: "init"
        case .backup: "backup"
        case .handover: "handover"
        case .service: "service"
        case .leaving: "leaving"
        case .released: "released"
        case .final: "final"
        }
    }

    // MARK: - Where tests begin

    /// A backup of `master`, whose SVC_CHECK_TIMER has just begun.
    static func backup(_ local: String, of master: String = "gwa", term: UInt64 = 1) -> GatewayRig {
        var rig = GatewayRig(local)
        rig.end(.remoteSvcCheck)
        rig.reply(from: master, table(of: master, term: term))
        _ = rig.lines()
        return rig
    }

    /// Has announced itself for the first time.
    static func announced(
        _ local: String, _ configuration: GatewayConfiguration = Self.configuration(),
        bearing burden: GatewayBurden = GatewayBurden()
    ) -> GatewayRig {
        var rig = GatewayRig(local, configuration)
        rig.request(.bear(burden))
        rig.end(.remoteSvcCheck, false)
        if rig.state == "backup" {
            rig.wait(.seconds(12.5))
            rig.end(.remoteSvcCheck, false)
        }
        rig.end(.downlinkCheck)
        return rig
    }

    /// Has announced itself on both sides.
    static func announcedLast(
        _ local: String, _ configuration: GatewayConfiguration = Self.configuration(),
        bearing burden: GatewayBurden = GatewayBurden()
    ) -> GatewayRig {
        var rig = announced(local, configuration, bearing: burden)
        rig.wait(hearing)
        rig.end([.activateUplink, .uplinkCheck])
        return rig
    }

    static func serving(
        _ local: String, _ configuration: GatewayConfiguration = Self.configuration(),
        bearing burden: GatewayBurden = GatewayBurden()
    ) -> GatewayRig {
        var rig = announcedLast(local, configuration, bearing: burden)
        rig.wait(hearing)
        rig.end([.activateService, .takeoverDownstream, .takeoverUpstream])
        _ = rig.lines()
        return rig
    }
}

extension NodeName: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self.init(text) }
}
