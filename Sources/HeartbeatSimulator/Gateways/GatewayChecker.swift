// Whether a run of a gateway service was right. Two hosts may serve at once only when of all announcements, or of all answers to them,
// none has come in time on either side: for both were cut, packets were lost, or one of the hosts stood still. Which of these it was is
// told apart and counted. Everything else is a broken rule.

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
        /// What has passed between it and each of the others, from the last announcement on.
        var meetings: [Meeting: GatewayMeeting] = [:]
        /// Who has said no, and was heard.
        var deniedHere: Set<Meeting> = []
        /// What is to be said of each of the others, if that one serves, too; when it has decided to serve.
        var findings: [Meeting: GatewayMeeting.Finding]?

        var lastAt: Instant? { last?.begin }

        /// The first time counts.
        mutating func isLast(at time: Instant) { last = last ?? Stage(begin: time) }
    }

    private(set) var violations: [String] = []
    /// How often a host has begun to serve while another one did, and nobody had done anything wrong.
    private(set) var excused: [GatewayExcuse: Int] = [:]
    private(set) var takeovers = 0
    private(set) var vetoes = 0
    private(set) var joins = 0
    private(set) var burdens = 0
    private var attempts: [Attempt?]
    private var released: [[GatewayProcedure]]
    /// When each host's machine has begun: it has forgotten what it had heard before.
    private var begunAt: [Instant]
    private var stalls: GatewayStalls
    /// The last table that each host was sent.
    private var received: [StatusTable?]

    init(count: Int) {
        attempts = Array(repeating: nil, count: count)
        released = Array(repeating: [], count: count)
        begunAt = Array(repeating: .zero, count: count)
        stalls = GatewayStalls(count: count)
        received = Array(repeating: nil, count: count)
    }

    mutating func report(_ problem: String, at time: Instant) {
        violations.append("\((time - .zero).decimalSeconds) s: \(problem)")
    }

    mutating func begins(_ host: Int, at time: Instant) {
        begunAt[host] = time
        attempts[host] = nil
        released[host] = []
        received[host] = nil
    }

    mutating func stands(_ host: Int, from: Instant, until: Instant) {
        stalls.stands(host, from: from, until: until)
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
            guard isMeant else { continue }
            let meeting = Attempt.Meeting(host: other, side: side)
            attempts[host]?.meetings[meeting, default: GatewayMeeting()].announcement.isSaid(at: world.now)
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
            note(answer, of: other, in: Attempt.Meeting(host: host, side: side)) { $0.isSaid(at: world.now) }
        }
    }

    /// Something happens to an answer to the last announcement of `candidate`.
    private mutating func note(
        _ answer: CandidacyAnswer, of candidate: Int, in meeting: Attempt.Meeting,
        _ body: (inout GatewayMeeting.Word) -> Void
    ) {
        guard answer.isLast, var attempt = attempts[candidate], attempt.ticket == answer.ticket else { return }
        body(&attempt.meetings[meeting, default: GatewayMeeting()].presence)
        if answer.word == .denied { body(&attempt.meetings[meeting, default: GatewayMeeting()].veto) }
        attempts[candidate] = attempt
    }

    /// No cut is in the way of what was just said. It comes after each of `arrivals`, which may be none.
    mutating func passes(
        _ message: GatewayMessage, from: Int, to host: Int, over side: GatewaySide, arrivals: [Duration],
        at now: Instant
    ) {
        switch message {
        case .downstreamTakeover(let candidacy), .upstreamTakeover(let candidacy):
            guard candidacy.isLast, attempts[from]?.ticket == candidacy.ticket else { return }
            let meeting = Attempt.Meeting(host: host, side: side)
            attempts[from]?.meetings[meeting]?.announcement.passes(at: now, arrivals: arrivals)
        case .downstreamTakeoverDeny(let answer), .upstreamTakeoverDeny(let answer):
            note(answer, of: host, in: Attempt.Meeting(host: from, side: side)) {
                $0.passes(at: now, arrivals: arrivals)
            }
        case .serviceCheck, .serviceCheckReply, .serviceShutdown, .serviceTakeover: break
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
            attempts[from]?.meetings[meeting]?.announcement.isRead(at: world.now)
        case .downstreamTakeoverDeny(let answer), .upstreamTakeoverDeny(let answer):
            guard attempts[host]?.ticket == answer.ticket else { return }
            note(answer, of: host, in: Attempt.Meeting(host: from, side: side)) { $0.isRead(at: world.now) }
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
        case .serviceCheckReply(_, _, let table), .serviceShutdown(let table), .serviceTakeover(let table):
            received[host] = table
        case .serviceCheck: break
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
            decides(host, in: world)
            // Before it has anything: what is said now may yet end it, and must not have been needed.
            for other in world.hosts.indices where other != host && world.hosts[other].serves {
                _ = judge(host, other, in: world)
            }
        case .takeoverDownstream:
            for other in world.hosts.indices where other != host && world.hosts[other].serves {
                if let late = judge(host, other, in: world) {
                    excuse(late, late == host ? other : host, in: world)
                }
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

    /// It serves from now on, whatever it hears: what it knows now must be reason enough.
    private mutating func decides(_ host: Int, in world: GatewayWorld) {
        guard let attempt = attempts[host] else { return }
        var findings: [Attempt.Meeting: GatewayMeeting.Finding] = [:]
        for other in world.hosts.indices where other != host {
            for side in GatewaySide.allCases {
                let meeting = Attempt.Meeting(host: other, side: side)
                findings[meeting] = finding(of: attempt, host, in: meeting, in: world)
            }
        }
        attempts[host]?.findings = findings
    }

    private func finding(
        of attempt: Attempt, _ late: Int, in meeting: Attempt.Meeting, in world: GatewayWorld
    ) -> GatewayMeeting.Finding {
        guard let passed = attempt.meetings[meeting], passed.announcement.said != nil else {
            return findingUntold(late, meeting.host, in: world)
        }
        let side: GatewaySide = meeting.side == .down ? .up : .down
        return passed.finding(
            at: world.now, beside: attempt.meetings[.init(host: meeting.host, side: side)] ?? GatewayMeeting(),
            longestCheck: world.hosts[meeting.host].configuration.longestCheck
        ) { stalls.stood(meeting.host, between: $0, $1) }
    }

    /// Of a host that joins the others know what it has told them.
    private func findingUntold(_ late: Int, _ early: Int, in world: GatewayWorld) -> GatewayMeeting.Finding {
        let own = attempts[early]?.meetings.filter { $0.key.host == late }.map(\.value.announcement) ?? []
        let isListed = world.hosts[late].configuration.hosts.contains { $0.name == world.hosts[early].host.name }
        let isMet = own.contains { $0.read.map { $0 > begunAt[late] } ?? false }
        if isListed || isMet { return .wrong("it was not told") }
        return .excused(own.contains { $0.passed.map { $0 > begunAt[late] } ?? false } ? .lost : .cut)
    }

    /// Whoever of them was the last to announce itself must not have been able to know of the other one. Who that was, unless a rule
    /// is broken.
    private mutating func judge(_ one: Int, _ two: Int, in world: GatewayWorld) -> Int? {
        let (mine, others) = (attempts[one]?.lastAt, attempts[two]?.lastAt)
        guard let mine, let others else {
            let name = world.hosts[mine == nil ? one : two].host.name
            report("\(name) serves, and has never announced that it will", at: world.now)
            return nil
        }
        let (late, early) = mine >= others ? (one, two) : (two, one)
        let names = "\(world.hosts[late].host.name) serves beside \(world.hosts[early].host.name)"
        guard let findings = attempts[late]?.findings else {
            report("\(names): it has never decided to", at: world.now)
            return nil
        }
        for side in GatewaySide.allCases {
            if case .wrong(let fault) = findings[.init(host: early, side: side)] {
                report("\(names): \(fault) (\(side.rawValue))", at: world.now)
            }
        }
        return violations.isEmpty ? late : nil
    }

    private mutating func excuse(_ late: Int, _ early: Int, in world: GatewayWorld) {
        let found = GatewaySide.allCases.compactMap { side -> GatewayExcuse? in
            guard case .excused(let excuse) = attempts[late]?.findings?[.init(host: early, side: side)] else {
                return nil
            }
            return excuse
        }
        let excuse: GatewayExcuse =
            found.contains(.stalled) ? .stalled : found.contains(.lost) ? .lost : .cut
        excused[excuse, default: 0] += 1
        let names = "\(world.hosts[late].host.name) serves beside \(world.hosts[early].host.name)"
        world.trace.note("network", "\(names) \(excuse.rawValue)", at: world.now)
    }

    // MARK: - After each step

    mutating func check(_ host: Int, _ machine: GatewayMachine, before: StatusTable, in world: GatewayWorld) {
        let name = world.hosts[host].host.name
        if machine.table != before, !machine.table.isNewer(than: before) {
            report("\(name) has taken an older table", at: world.now)
        }
        switch machine.state {
        case .starting, .backup, .handover, .released, .final:
            // Only whoever serves changes the table, also its own copy.
            if machine.table != before, machine.table != received[host] {
                report("\(name) has a table that nobody has sent it", at: world.now)
            }
        case .service, .leaving: break
        }
        switch machine.state {
        case .starting, .backup, .released, .final:
            if world.hosts[host].isUplinkUp { report("\(name) does not serve and its uplink is up", at: world.now) }
            if world.hosts[host].serves { report("\(name) does not serve and has a roving address", at: world.now) }
        case .handover, .service, .leaving: break
        }
    }
}
