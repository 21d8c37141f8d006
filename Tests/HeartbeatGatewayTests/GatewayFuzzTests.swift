// Hosts of whom anything may arrive, and procedures that end as they like, at any time. The machine must never trap, keeps a bounded
// number of hosts, has no deadline that stays due, and whatever it runs it waits for.

import HeartbeatModel
import Testing

@testable import HeartbeatGateway

@Suite struct GatewayFuzzTests {
    @Test(arguments: 0..<60 as Range<UInt64>) func `nothing that arrives ends the machine`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var now = Instant(nanoseconds: 1_000_000_000)
        let local = GatewayRig.hosts[Int(seed % 3)]
        var machine = GatewayMachine(
            GatewayRig.configuration(), local: local.name, generation: Generation(2), now: now)
        var tickets: [GatewayTicket] = []
        var states: Set<String> = []
        for _ in 0..<3000 {
            var effects: [GatewayEffect]
            switch Int.random(in: 0..<9, using: &random) {
            case 0..<3:
                now = now + .milliseconds([0, 1, 500, 2000, 9000, 40_000].randomElement(using: &random) ?? 0)
                effects = machine.expireTimers(at: now)
                if let due = machine.nextDeadline { #expect(due > now) }
            case 3..<6:
                guard let ticket = tickets.popLast() else { continue }
                effects = machine.handle(.ended(ticket, succeeded: random.next() % 8 != 0), at: now)
            case 6:
                let services = (0..<random.next() % 4).map { "other\($0)" }
                let burden = GatewayBurden(services: services, isUnwell: random.next() % 4 == 0)
                effects = machine.handle(.requested(.bear(burden)), at: now)
                #expect(machine.local.priority > 0)
            default:
                let packet = random.gatewayPacket(to: machine)
                let side = GatewaySide.allCases.randomElement(using: &random) ?? .down
                effects = machine.handle(.received(packet, over: side), at: now)
            }
            for effect in effects {
                if case .run(_, let ticket) = effect { tickets.append(ticket) }
                if case .send(_, let targets, _) = effect { #expect(targets.count <= 3 * StatusTable.mostHosts + 1) }
            }
            #expect(machine.table.hosts.count <= StatusTable.mostHosts)
            if case .final = machine.state {
                states.insert("final")
                machine = GatewayMachine(
                    GatewayRig.configuration(), local: local.name, generation: Generation(2), now: now)
            }
            if case .service(let state) = machine.state {
                states.insert("service")
                #expect(state.candidacies.count <= [HeardCandidacy].most)
                #expect(state.questions.count <= ServiceState.mostQuestions)
            }
        }
        #expect(states.count == 2)
    }
}

extension SplitMix64 {
    private mutating func number() -> UInt64 {
        [0, 1, 2, 3, .max, .max - 1, StatusTable.mostTerm, next()].randomElement(using: &self) ?? 0
    }

    private mutating func host() -> GatewayHost {
        if next() % 4 != 0 { return GatewayRig.hosts[Int(next() % 3)] }
        return GatewayRig.host(
            ["gwa", "gwx", "h\(next() % 40)"].randomElement(using: &self) ?? "",
            UInt16.random(in: 0...(.max), using: &self), 1)
    }

    /// From anybody, with numbers at both ends of their ranges, and often with the ticket that is waited for.
    mutating func gatewayPacket(to machine: GatewayMachine) -> GatewayPacket {
        let sender = host()
        var table = StatusTable(initial: [])
        table.takeOver(sender, term: min(number(), StatusTable.mostTerm), generation: Generation(number()))
        for _ in 0..<next() % 4 { table.insert(host()) }
        if next() % 3 == 0 { table.close(isLeaving: next() % 2 == 0) }
        let ticket =
            next() % 2 == 0
            ? GatewayTicket(machine.generation, next() % 200) : GatewayTicket(Generation(number()), number())
        let candidacy = Candidacy(ticket, term: number(), isLast: next() % 2 == 0)
        let word = CandidacyAnswer.Word.allCases.randomElement(using: &self) ?? .denied
        let answer = CandidacyAnswer(ticket, isLast: next() % 2 == 0, word)
        let messages: [GatewayMessage] = [
            .serviceCheck(
                ticket, term: number(), interval: .milliseconds(Int64(UInt32.random(in: 0...(.max), using: &self)))),
            .serviceCheckReply(ticket, isWell: next() % 3 != 0, table), .serviceShutdown(table),
            .serviceTakeover(table),
            .downstreamTakeover(candidacy), .upstreamTakeover(candidacy), .downstreamTakeoverDeny(answer),
            .upstreamTakeoverDeny(answer),
        ]
        return GatewayPacket(
            service: next() % 20 == 0 ? "other" : "fw", sender: sender, generation: Generation(number()),
            sequence: number(), message: messages.randomElement(using: &self) ?? messages[0])
    }
}
