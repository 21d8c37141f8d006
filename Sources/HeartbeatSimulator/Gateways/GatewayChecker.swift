// Whether a run of a gateway service was right. Two hosts may serve at once only when both sides between them were cut: when of all
// announcements, or of all answers to them, none has come in time on either side. Everything else is a broken rule.

import HeartbeatGateway
import HeartbeatModel

struct GatewayChecker {
    /// One host's attempt to serve, from its last announcement on.
    private struct Attempt {
        struct Meeting: Hashable {
            var host: Int
            var side: GatewaySide
        }

        /// What came of one announcement.
        struct Stage {
            let begin: Instant
            /// Who was meant by name.
            var asked: Set<Int> = []
            /// Who was found to be there, on which side, when first, and who to have nothing against it.
            var pending: [Meeting: Instant] = [:]
            var granted: Set<Int> = []

            /// Those who are silent, or have said that they are there, have had their time, or nobody is left to wait for.
            func isOver(at time: Instant, _ configuration: GatewayConfiguration) -> Bool {
                if asked.union(pending.keys.map(\.host)).isSubset(of: granted) { return true }
                let there = pending.filter { !granted.contains($0.key.host) }.values.max()
                return (there.map { $0 + configuration.denyTimeout } ?? begin + configuration.hearTimeout) <= time
            }

            // The first time counts.
            mutating func isPending(_ meeting: Meeting, at time: Instant) {
                pending[meeting] = pending[meeting] ?? time
            }
        }

        var ticket: GatewayTicket
        /// For the uplink to come up, and to serve.
        var first: Stage
        var last: Stage?
        var addressed: Set<Meeting> = []
        /// When the other host heard the last announcement first, and when it has answered.
        var heard: [Meeting: Instant] = [:]
        var answered: [Meeting: Instant] = [:]
        /// When it first said no, and whether that has come.
        var denied: [Meeting: Instant] = [:]
        var deniedHere: Set<Meeting> = []

        var lastAt: Instant? { last?.begin }

        // The first time counts.
        mutating func isLast(at time: Instant) { last = last ?? Stage(begin: time) }
        mutating func isHeard(_ meeting: Meeting, at time: Instant) { heard[meeting] = heard[meeting] ?? time }
        mutating func isAnswered(_ meeting: Meeting, at time: Instant) { answered[meeting] = answered[meeting] ?? time }
        mutating func isDenied(_ meeting: Meeting, at time: Instant) { denied[meeting] = denied[meeting] ?? time }
    }

    private(set) var violations: [String] = []
    /// Hosts that served while another one did, with both sides between them cut.
    private(set) var excused = 0
    private(set) var takeovers = 0
    private(set) var vetoes = 0
    private(set) var joins = 0
    private(set) var burdens = 0
    private var attempts: [Attempt?]
    private var released: [[GatewayProcedure]]
    /// When each host's machine has begun: it has forgotten what it had heard before.
    private var begunAt: [Instant]

    init(count: Int) {
        attempts = Array(repeating: nil, count: count)
        released = Array(repeating: [], count: count)
        begunAt = Array(repeating: .zero, count: count)
    }

    mutating func report(_ problem: String, at time: Instant) {
        violations.append("\((time - .zero).decimalSeconds) s: \(problem)")
    }

    mutating func begins(_ host: Int, at time: Instant) {
        begunAt[host] = time
        attempts[host] = nil
        released[host] = []
    }

    mutating func hears(_ fact: GatewayFact) {
        if case .serves = fact { takeovers += 1 }
        if case .vetoed = fact { vetoes += 1 }
        if case .vetoedUnreleased = fact { vetoes += 1 }
        if case .joined = fact { joins += 1 }
        if case .counts = fact { burdens += 1 }
    }

    // MARK: - Announcements

    mutating func sends(
        _ message: GatewayMessage, to targets: [GatewayTarget], over side: GatewaySide, _ host: Int,
        in world: GatewayWorld
    ) {
        switch message {
        case .downstreamTakeover(let candidacy), .upstreamTakeover(let candidacy):
            announces(candidacy, to: targets, over: side, host, in: world)
        case .downstreamTakeoverDeny(let answer), .upstreamTakeoverDeny(let answer):
            answers(answer, to: targets, over: side, host, in: world)
        case .serviceCheck, .serviceCheckReply, .serviceShutdown, .serviceTakeover: break
        }
    }

    private mutating func announces(
        _ candidacy: Candidacy, to targets: [GatewayTarget], over side: GatewaySide, _ host: Int, in world: GatewayWorld
    ) {
        if attempts[host]?.ticket != candidacy.ticket {
            attempts[host] = Attempt(ticket: candidacy.ticket, first: Attempt.Stage(begin: world.now))
        }
        let asked = world.hosts.indices.filter { other in
            other != host
                && targets.contains { target in
                    if case .host(let meant) = target { meant.name == world.hosts[other].host.name } else { false }
                }
        }
        guard candidacy.isLast else {
            attempts[host]?.first.asked.formUnion(asked)
            return
        }
        attempts[host]?.isLast(at: world.now)
        attempts[host]?.last?.asked.formUnion(asked)
        for other in world.hosts.indices where other != host {
            let isMeant = targets.contains { target in
                switch target {
                case .host(let meant): meant.name == world.hosts[other].host.name
                case .roving: world.hosts[other].hasRoving(side)
                }
            }
            if isMeant { attempts[host]?.addressed.insert(.init(host: other, side: side)) }
        }
    }

    private mutating func answers(
        _ answer: CandidacyAnswer, to targets: [GatewayTarget], over side: GatewaySide, _ host: Int,
        in world: GatewayWorld
    ) {
        if answer.word == .granted, answer.isLast, world.hosts[host].serves {
            report("\(world.hosts[host].host.name) grants what it has not given away", at: world.now)
        }
        for case .host(let candidate) in targets {
            guard let other = world.hosts.firstIndex(where: { $0.host.name == candidate.name }),
                attempts[other]?.ticket == answer.ticket
            else { continue }
            let meeting = Attempt.Meeting(host: host, side: side)
            if answer.isLast { attempts[other]?.isAnswered(meeting, at: world.now) }
            if answer.word == .denied { attempts[other]?.isDenied(meeting, at: world.now) }
        }
    }

    /// A packet has come, and is about to be handled.
    mutating func arrives(
        _ message: GatewayMessage, from: Int, at host: Int, over side: GatewaySide, in world: GatewayWorld
    ) {
        switch message {
        case .downstreamTakeover(let candidacy), .upstreamTakeover(let candidacy):
            guard candidacy.isLast, attempts[from]?.ticket == candidacy.ticket else { return }
            let meeting = Attempt.Meeting(host: host, side: side)
            attempts[from]?.isHeard(meeting, at: world.now)
        case .downstreamTakeoverDeny(let answer), .upstreamTakeoverDeny(let answer):
            guard attempts[host]?.ticket == answer.ticket else { return }
            switch answer.word {
            case .denied: attempts[host]?.deniedHere.insert(.init(host: from, side: side))
            case .pending:
                let meeting = Attempt.Meeting(host: from, side: side)
                if answer.isLast {
                    attempts[host]?.last?.isPending(meeting, at: world.now)
                } else {
                    attempts[host]?.first.isPending(meeting, at: world.now)
                }
            case .granted:
                if answer.isLast {
                    attempts[host]?.last?.granted.insert(from)
                } else {
                    attempts[host]?.first.granted.insert(from)
                }
            }
        case .serviceCheck, .serviceCheckReply, .serviceShutdown, .serviceTakeover: break
        }
    }

    // MARK: - Procedures

    /// A procedure is about to begin.
    mutating func runs(_ procedure: GatewayProcedure, _ host: Int, in world: GatewayWorld) {
        let name = world.hosts[host].host.name
        switch procedure {
        case .activateUplink:
            guard let attempt = attempts[host], attempt.first.isOver(at: world.now, world.hosts[host].configuration)
            else {
                return report(
                    "\(name) activates its uplink before the downstream side had time to say no", at: world.now)
            }
            if !attempt.deniedHere.isEmpty { report("\(name) activates its uplink in spite of a veto", at: world.now) }
        case .activateService:
            released[host] = []
            guard let attempt = attempts[host],
                attempt.last?.isOver(at: world.now, world.hosts[host].configuration) == true
            else { return report("\(name) serves before both sides had time to say no", at: world.now) }
            if !attempt.deniedHere.isEmpty { report("\(name) serves in spite of a veto", at: world.now) }
            // Before it has anything: what is said now may yet end it, and must not have been needed.
            for other in world.hosts.indices where other != host && world.hosts[other].serves {
                judge(host, other, in: world)
            }
        case .takeoverDownstream:
            for other in world.hosts.indices where other != host && world.hosts[other].serves {
                judge(host, other, in: world)
                excuse(host, other, in: world)
            }
        case .releaseDownstream, .releaseUpstream, .deactivateService: leaves(procedure, host, in: world)
        case .deactivateUplink:
            if case .leaving = world.hosts[host].machine?.state { leaves(procedure, host, in: world) }
        case .downlinkCheck, .uplinkCheck, .remoteSvcCheck, .localSvcCheck, .takeoverUpstream: break
        }
    }

    private mutating func leaves(_ procedure: GatewayProcedure, _ host: Int, in world: GatewayWorld) {
        let order: [GatewayProcedure] = [.releaseDownstream, .releaseUpstream, .deactivateUplink, .deactivateService]
        released[host].append(procedure)
        guard Array(order.prefix(released[host].count)) != released[host] else { return }
        report("\(world.hosts[host].host.name) gives away in the wrong order: \(released[host])", at: world.now)
    }

    // MARK: - Two that serve

    private mutating func judge(_ one: Int, _ two: Int, in world: GatewayWorld) {
        guard let mine = attempts[one]?.lastAt, let others = attempts[two]?.lastAt else { return }
        let (late, early) = mine >= others ? (one, two) : (two, one)
        let names = "\(world.hosts[late].host.name) serves beside \(world.hosts[early].host.name)"
        for side in GatewaySide.allCases {
            if let fault = fault(late: late, early: early, side, in: world) {
                report("\(names): \(fault) (\(side.rawValue))", at: world.now)
            }
        }
    }

    private mutating func excuse(_ one: Int, _ two: Int, in world: GatewayWorld) {
        guard violations.isEmpty else { return }
        excused += 1
        let names = "\(world.hosts[one].host.name) serves beside \(world.hosts[two].host.name)"
        world.trace.note("network", "\(names), for both sides between them were cut", at: world.now)
    }

    /// What was done wrong on a side; `nil` when it was as good as cut.
    private func fault(late: Int, early: Int, _ side: GatewaySide, in world: GatewayWorld) -> String? {
        guard let attempt = attempts[late] else { return nil }
        let meeting = Attempt.Meeting(host: early, side: side)
        guard attempt.addressed.contains(meeting) else {
            // Of a host that joins the others know what it has told them.
            let isListed = world.hosts[late].configuration.hosts.contains { $0.name == world.hosts[early].host.name }
            let isMet = attempts[early]?.heard.contains { $0.key.host == late && $0.value > begunAt[late] } ?? false
            return isListed || isMet ? "it was not told" : nil
        }
        guard let heard = attempt.heard[meeting], world.hosts[early].stalledUntil <= heard else { return nil }
        guard let answered = attempt.answered[meeting], answered <= heard else {
            return "it has heard of it and is silent"
        }
        let due = heard + world.hosts[early].configuration.longestCheck
        guard due < world.now else { return nil }
        guard let denied = attempt.denied[meeting], denied <= due else {
            return "it has heard of it and neither said no nor given way"
        }
        return attempt.deniedHere.contains(meeting) ? "its veto is ignored" : nil
    }

    // MARK: - After each step

    mutating func check(_ host: Int, _ machine: GatewayMachine, before: StatusTable, in world: GatewayWorld) {
        let name = world.hosts[host].host.name
        if machine.table != before, !machine.table.isNewer(than: before) {
            report("\(name) has taken an older table", at: world.now)
        }
        switch machine.state {
        case .starting, .backup, .released, .final:
            if world.hosts[host].isUplinkUp { report("\(name) does not serve and its uplink is up", at: world.now) }
            if world.hosts[host].serves { report("\(name) does not serve and has a roving address", at: world.now) }
        case .handover, .service, .leaving: break
        }
    }
}
