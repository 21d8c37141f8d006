// Hosts of one gateway service in virtual time: feeds their machines, carries packets over two segments, runs procedures that take their
// time and lie, and keeps what is up on each host. What befalls them is `GatewaySimulation`'s matter, whether it was right,
// `GatewayChecker`'s.

import HeartbeatGateway
import HeartbeatModel
import HeartbeatWire

/// What one host is, beside its machine.
struct GatewaySimulatedHost {
    let host: GatewayHost
    let configuration: GatewayConfiguration
    var machine: GatewayMachine?
    var inbox = GatewayInbox(GatewayWorld.codec)
    var sequence: UInt64 = 0
    /// Durable.
    var generation: UInt64
    /// Grows whenever what was under way is lost.
    var life = 0
    /// What else it has to do, whatever becomes of its machine.
    var burden = GatewayBurden()
    var isPowered = false
    var isServiceBroken = false
    var hasDeadUplink = false
    var stalledUntil = Instant.zero
    var wakesAt: Instant?
    /// Only the last one that was planned counts.
    var wakeups = 0
    /// Procedures that somebody waits for.
    var running: Set<GatewayTicket> = []

    // What is up. What may be up counts as up.
    var isUplinkUp = false
    var isUplinkReady = false
    var hasRovingDown = false
    var hasRovingUp = false
    var isServiceUp = false

    /// As it counts.
    var rank: GatewayRank { machine?.local.rank ?? host.rank }

    /// Clients of it could be answered.
    var serves: Bool { hasRovingDown || hasRovingUp }

    func hasRoving(_ side: GatewaySide) -> Bool { side == .down ? hasRovingDown : hasRovingUp }

    /// Packets of this side go in and out.
    func hears(_ side: GatewaySide) -> Bool { isPowered && (side == .down || isUplinkReady) }

    /// Nothing of what was under way concerns the next machine.
    mutating func beginAnew() {
        life += 1
        generation += 1
        sequence = 0
        running = []
        wakesAt = nil
    }

    mutating func loseEverything() {
        beginAnew()
        machine = nil
        isPowered = false
        inbox = GatewayInbox(GatewayWorld.codec)
        (isUplinkUp, isUplinkReady, hasRovingDown, hasRovingUp, isServiceUp) = (false, false, false, false, false)
    }
}

final class GatewayWorld {
    enum Happening {
        case arrival(host: Int, life: Int, from: Int, GatewayPacket, bytes: [UInt8], GatewaySide)
        case wakeup(host: Int, life: Int, number: Int)
        case ended(host: Int, life: Int, GatewayProcedure, GatewayTicket, isForced: Bool)
        case powerLoss(host: Int, life: Int)
        case stop(host: Int, life: Int)
        case start(host: Int, life: Int)
        case planned(Int)
    }

    static let codec = GatewayCodec(
        Authentication(
            AuthenticationKeys(
                current: 1, keys: [AuthenticationKey(id: 1, method: .sha1, secret: Array("simulated".utf8))])))

    private(set) var now = Instant.zero
    private(set) var steps = 0
    var plan: GatewayPlan
    var hosts: [GatewaySimulatedHost]
    var segments = GatewaySegments()
    var random: SplitMix64
    var queue = HappeningQueue<Happening>()
    var trace: Trace
    var checker: GatewayChecker
    /// Nothing is left to chance.
    var choices: GatewayChoices?
    /// Hosts whose next remoteSvcCheck says no, and those whose checks take as long as they may. Only where nothing is left to chance.
    var lying: Set<Int> = []
    var slow: Set<Int> = []

    init(_ plan: GatewayPlan, seed: UInt64, trace: Trace) {
        self.plan = plan
        self.trace = trace
        random = SplitMix64(seed: seed)
        hosts = zip(plan.hosts, plan.configurations).enumerated().map { number, pair in
            var host = GatewaySimulatedHost(host: pair.0, configuration: pair.1, generation: 1)
            host.hasDeadUplink = number == plan.unfit
            return host
        }
        checker = GatewayChecker(count: hosts.count)
    }

    func note(_ host: Int, _ text: String) { trace.note(hosts[host].host.name.text, text, at: now) }

    // MARK: - Time

    /// Runs until `end`, until something planned is due, or a rule is broken; the number of what was planned.
    func run(until end: Instant) -> Int? {
        while checker.violations.isEmpty, let time = queue.nextTime, time <= end,
            let (_, happening) = queue.popFirst()
        {
            now = time
            steps += 1
            if case .planned(let number) = happening { return number }
            happen(happening)
        }
        if checker.violations.isEmpty { now = max(now, end) }
        return nil
    }

    private func happen(_ happening: Happening) {
        switch happening {
        case .planned: break
        case .arrival(let host, let life, let from, let packet, let bytes, let side):
            guard isThere(host, life, happening), hosts[host].hears(side) else { return }
            arrive(packet, bytes, from: from, at: host, side)
        case .wakeup(let host, let life, let number):
            guard number == hosts[host].wakeups, isThere(host, life, happening) else { return }
            hosts[host].wakesAt = nil
            step(host) { $0.expireTimers(at: now) }
            if let due = hosts[host].machine?.nextDeadline, due <= now {
                checker.report("\(host) is never idle", at: now)
            }
        case .ended(let host, let life, let procedure, let ticket, let isForced):
            guard isThere(host, life, happening), hosts[host].running.remove(ticket) != nil else { return }
            let succeeded = finish(procedure, of: host) && !isForced
            if trace.showsMessages { note(host, "\(procedure.rawValue): \(succeeded)") }
            step(host) { $0.handle(.ended(ticket, succeeded: succeeded), at: now) }
        case .start(let host, let life): if hosts[host].life == life { start(host) }
        case .powerLoss(let host, let life): if hosts[host].life == life { losePower(host, for: .seconds(5)) }
        case .stop(let host, let life): if hosts[host].life == life { request(.stop, of: host) }
        }
    }

    /// Who stands still hears of it later: first of what has come, then of the time.
    private func isThere(_ host: Int, _ life: Int, _ happening: Happening) -> Bool {
        guard hosts[host].life == life else { return false }
        guard hosts[host].stalledUntil > now else { return true }
        if case .wakeup = happening {
            queue.insert(happening, at: hosts[host].stalledUntil + .nanoseconds(1))
        } else {
            queue.insert(happening, at: hosts[host].stalledUntil)
        }
        return false
    }

    // MARK: - Machines

    /// Switches the host on, or starts its machine again.
    func start(_ host: Int) {
        hosts[host].isPowered = true
        hosts[host].beginAnew()
        hosts[host].machine = GatewayMachine(
            hosts[host].configuration, local: hosts[host].host.name,
            generation: Generation(hosts[host].generation), now: now)
        checker.begins(host, at: now)
        note(host, "starts")
        if hosts[host].burden != GatewayBurden() { burden(host, hosts[host].burden) }
        wake(host)
    }

    /// It does nothing, and hears later of what comes meanwhile.
    func stall(_ host: Int, for time: Duration) {
        checker.stands(host, from: now, until: now + time)
        hosts[host].stalledUntil = max(hosts[host].stalledUntil, now + time)
    }

    func request(_ request: GatewayRequest, of host: Int) {
        guard hosts[host].machine != nil else { return }
        note(host, "is asked to \(request)")
        step(host) { $0.handle(.requested(request), at: now) }
    }

    func burden(_ host: Int, _ burden: GatewayBurden) {
        hosts[host].burden = burden
        request(.bear(burden), of: host)
    }

    func step(_ host: Int, _ body: (inout GatewayMachine) -> [GatewayEffect]) {
        guard var machine = hosts[host].machine else { return }
        let table = machine.table
        let effects = body(&machine)
        hosts[host].machine = machine
        for effect in effects { execute(effect, of: host) }
        checker.check(host, machine, before: table, in: self)
        wake(host)
    }

    private func wake(_ host: Int) {
        guard let due = hosts[host].machine?.nextDeadline else { return }
        if let planned = hosts[host].wakesAt, planned <= due { return }
        hosts[host].wakesAt = due
        hosts[host].wakeups += 1
        queue.insert(.wakeup(host: host, life: hosts[host].life, number: hosts[host].wakeups), at: max(due, now))
    }

    private func execute(_ effect: GatewayEffect, of host: Int) {
        switch effect {
        case .send(let message, let targets, let side):
            checker.sends(message, to: targets, over: side, host, in: self)
            for target in targets { send(message, to: target, over: side, from: host) }
        case .run(let procedure, let ticket): begin(procedure, ticket, of: host)
        case .cancel(let ticket): hosts[host].running.remove(ticket)
        case .notify(let fact):
            checker.hears(fact)
            note(host, fact.description)
        case .quit(let reason):
            note(host, "ends: \(reason)")
            queue.insert(.start(host: host, life: hosts[host].life), at: now + plan.restart)
        }
    }

    // MARK: - Packets

    private func send(_ message: GatewayMessage, to target: GatewayTarget, over side: GatewaySide, from host: Int) {
        hosts[host].sequence += 1
        guard hosts[host].hears(side) else { return }
        let packet = GatewayPacket(
            service: hosts[host].configuration.name, sender: hosts[host].machine?.local ?? hosts[host].host,
            generation: Generation(hosts[host].generation), sequence: hosts[host].sequence, message: message)
        let bytes = plan.isEncoded ? Self.codec.encode(packet) : []
        for other in hosts.indices where other != host && segments.reaches(from: host, to: other, side) {
            let isMeant =
                switch target {
                case .host(let meant): hosts[other].host.address(on: side) == meant.address(on: side)
                case .roving: hosts[other].hasRoving(side)
                }
            guard isMeant else { continue }
            let arrivals = arrivals(of: message, from: host, to: other, over: side)
            checker.passes(message, from: host, to: other, over: side, arrivals: arrivals, at: now)
            for delay in arrivals {
                queue.insert(
                    .arrival(host: other, life: hosts[other].life, from: host, packet, bytes: bytes, side),
                    at: now + delay)
            }
        }
        if trace.showsMessages { note(host, "sends \(message.name) to \(name(target)) (\(side.rawValue))") }
    }

    private func arrivals(
        of message: GatewayMessage, from host: Int, to other: Int, over side: GatewaySide
    ) -> [Duration] {
        guard choices != nil else { return plan.quality.arrivals(using: &random) }
        // Nobody is there to whom anything could happen.
        guard hosts[other].isPowered else { return [] }
        return choices?.arrivals(over: GatewayChannel(message, from: host, to: other, over: side)) ?? []
    }

    private func name(_ target: GatewayTarget) -> String {
        switch target {
        case .host(let host): host.name.text
        case .roving: "the roving address"
        }
    }

    private func arrive(_ packet: GatewayPacket, _ bytes: [UInt8], from: Int, at host: Int, _ side: GatewaySide) {
        do throws(GatewayRefusal) {
            let opened =
                if plan.isEncoded { try hosts[host].inbox.open(bytes) } else { try hosts[host].inbox.accept(packet) }
            guard opened == packet else { return checker.report("\(packet) became \(opened)", at: now) }
        } catch {
            if error.kind != .replayed { checker.report("\(packet) is refused: \(error)", at: now) }
            return
        }
        if trace.showsMessages { note(host, "gets \(packet.message.name) of \(packet.sender.name) (\(side.rawValue))") }
        checker.arrives(packet.message, from: from, at: host, over: side, in: self)
        step(host) { $0.handle(.received(packet, over: side), at: now) }
    }
}
