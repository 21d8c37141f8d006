// The host in service: its checks, whom it denies and whom it gives way, its backups, and the order in which it leaves (DSOM 2002).

import HeartbeatModel
import Testing

@testable import HeartbeatGateway

@Suite struct GatewayServiceTests {
    private static let table = ["SVC_TAKEOVER down: gwa gwc", "SVC_TAKEOVER up: gwa gwc"]
    private static let leaving = [
        "SVC_SHUTDOWN down: gwa gwc", "releaseDownstream", "releaseUpstream", "deactivateUplink", "deactivateService",
    ]

    private static func ask(_ number: UInt64, term: UInt64 = 1, interval: Duration = .seconds(10)) -> GatewayMessage {
        .serviceCheck(GatewayTicket(Generation(1), number), term: term, interval: interval)
    }

    private static func endLeaving(_ rig: inout GatewayRig) {
        rig.end([.releaseDownstream, .releaseUpstream, .deactivateUplink, .deactivateService])
    }

    @Test func `service: begins with the table, the service, and the roving addresses of both sides`() {
        var rig = GatewayRig.announcedLast("gwb")
        _ = rig.lines()
        rig.wait(GatewayRig.hearing)
        #expect(rig.lines().suffix(3) == Self.table + ["activateService"])
        rig.end(.activateService)
        #expect(rig.lines() == ["takeoverDownstream"])
        rig.end(.takeoverDownstream)
        #expect(rig.lines() == ["takeoverUpstream"])
        rig.end(.takeoverUpstream)
        #expect(rig.lines().isEmpty)
        rig.wait(.milliseconds(4999))
        #expect(rig.lines().isEmpty)
        rig.wait(.milliseconds(1))
        #expect(rig.lines() == ["downlinkCheck"])
    }

    @Test func `service: full check A on SELF_CHECK_TIMER, which stands still meanwhile`() {
        var rig = GatewayRig.serving("gwb")
        for _ in 0..<3 {
            rig.wait(.seconds(5))
            rig.wait(.milliseconds(1500))
            rig.end(.downlinkCheck)
            rig.wait(.milliseconds(1500))
            rig.end(.uplinkCheck)
            rig.wait(.milliseconds(1500))
            rig.end(.localSvcCheck)
            #expect(rig.lines() == ["downlinkCheck", "uplinkCheck", "localSvcCheck"] + Self.table)
            rig.hear(Self.ask(1), from: "gwa")
            rig.hear(Self.ask(1), from: "gwc")
            rig.end(.localSvcCheck)
            _ = rig.lines()
        }
    }

    @Test func `service: when something happens to a link it looks at once, once`() {
        var rig = GatewayRig.serving("gwb")
        rig.wait(.seconds(1))
        for _ in 0..<2 { rig.request(.look) }
        #expect(rig.lines() == ["downlinkCheck"])
        rig.end([.downlinkCheck, .uplinkCheck, .localSvcCheck])
        _ = rig.lines()
        rig.wait(.milliseconds(4999))
        #expect(rig.lines().isEmpty, "the timer begins anew")
        for var idle in [GatewayRig.backup("gwb"), GatewayRig.announcedLast("gwb")] {
            _ = idle.lines()
            idle.request(.look)
            #expect(idle.lines().isEmpty)
        }
    }

    @Test(arguments: [GatewayProcedure.downlinkCheck, .uplinkCheck, .localSvcCheck], [true, false])
    func `service: the first check that fails leaves at once`(procedure: GatewayProcedure, isHeardOf: Bool) {
        var rig = GatewayRig.serving("gwb")
        rig.wait(.seconds(5))
        for check in [GatewayProcedure.downlinkCheck, .uplinkCheck, .localSvcCheck] {
            if check != procedure {
                rig.end(check)
                continue
            }
            _ = rig.lines()
            if isHeardOf { rig.end(check, false) } else { rig.wait(.seconds(check == .localSvcCheck ? 4 : 3)) }
            break
        }
        #expect(rig.facts.contains(.leaves(.failed(procedure))))
        #expect(
            rig.lines() == (isHeardOf ? [] : ["cancel \(procedure.rawValue)"]) + Self.leaving.prefix(2))
        Self.endLeaving(&rig)
        #expect(rig.state == "released")
        rig.wait(.seconds(8))
        #expect(rig.effects.last == .quit(.failed(procedure)) && rig.state == "final")
    }

    // MARK: - Candidates

    @Test(arguments: GatewaySide.allCases)
    func `service: full checks B and C, a lower candidate is denied on its side`(side: GatewaySide) {
        var rig = GatewayRig.serving("gwb")
        rig.wait(.seconds(2))
        let candidacy = GatewayRig.candidacy(isLast: side == .up)
        let name = side == .down ? "DNSTR_TAKEOVER_DENY" : "UPSTR_TAKEOVER_DENY"
        rig.hear(.takeover(candidacy, over: side), from: "gwc", over: side)
        #expect(rig.lines() == ["\(name) pending \(side.rawValue): gwc", "downlinkCheck"])
        rig.end([.downlinkCheck, .uplinkCheck])
        rig.wait(.seconds(2))
        #expect(rig.lines() == ["uplinkCheck", "localSvcCheck"])
        rig.end(.localSvcCheck)
        #expect(
            rig.effects.contains(
                .send(
                    .answer(CandidacyAnswer(candidacy, .denied), over: side), to: [.host(GatewayRig.hosts[2])],
                    over: side)))
        #expect(rig.lines() == ["\(name) \(side.rawValue): gwc"] + Self.table && rig.state == "service")
        // The timer begins anew.
        rig.wait(.milliseconds(4999))
        #expect(rig.lines().isEmpty)
        rig.wait(.milliseconds(1))
        #expect(rig.lines() == ["downlinkCheck"])
    }

    @Test func `service: a lower candidate finds it unwell, and is not denied`() {
        var rig = GatewayRig.serving("gwb")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwc")
        rig.end(.downlinkCheck)
        rig.end(.uplinkCheck, false)
        Self.endLeaving(&rig)
        rig.wait(.seconds(20))
        #expect(
            rig.lines() == [
                "DNSTR_TAKEOVER_DENY pending down: gwc", "downlinkCheck", "uplinkCheck",
                "DNSTR_TAKEOVER_DENY granted down: gwc",
            ] + Self.leaving + [
                "quit this host is not fit to serve: uplinkCheck has failed"
            ])
    }

    @Test func `service: a check that is under way answers the candidates that come meanwhile, each time they ask`() {
        var rig = GatewayRig.serving("gwb")
        rig.wait(.seconds(5))
        for _ in 0..<3 { rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwc") }
        rig.end([.downlinkCheck, .uplinkCheck, .localSvcCheck])
        #expect(
            rig.lines() == ["downlinkCheck"]
                + Array(repeating: "DNSTR_TAKEOVER_DENY pending down: gwc", count: 3)
                + ["uplinkCheck", "localSvcCheck"]
                + Array(repeating: "DNSTR_TAKEOVER_DENY down: gwc", count: 3) + Self.table)
    }

    @Test func `service: a higher candidate is given way when its uplink works, not before`() {
        for side in GatewaySide.allCases {
            var rig = GatewayRig.serving("gwb")
            rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwa")
            #expect(rig.lines() == ["DNSTR_TAKEOVER_DENY granted down: gwa"] && rig.state == "service")
            rig.hear(.takeover(GatewayRig.candidacy(isLast: true), over: side), from: "gwa", over: side)
            let name = side == .down ? "DNSTR_TAKEOVER_DENY" : "UPSTR_TAKEOVER_DENY"
            // Meanwhile gwa finds out who is silent, and clients are served.
            rig.wait(GatewayRig.hearing - .milliseconds(1))
            #expect(rig.lines() == ["\(name) pending \(side.rawValue): gwa"] && rig.state == "service")
            rig.wait(.milliseconds(1))
            Self.endLeaving(&rig)
            #expect(rig.facts.first == .leaves(.yields(to: "gwa")))
            #expect(rig.lines() == Self.leaving + ["\(name) granted \(side.rawValue): gwa"])
            #expect(rig.state == "backup")
            #expect(rig.machine.table.master == nil && rig.machine.table.hosts.count == 3)
        }
    }

    @Test func `service: it gives way while it begins, too`() {
        var rig = GatewayRig.announcedLast("gwb")
        rig.wait(GatewayRig.hearing)
        rig.end(.activateService)
        _ = rig.lines()
        rig.hear(.upstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwa", over: .up)
        rig.wait(GatewayRig.hearing)
        #expect(
            rig.lines() == ["UPSTR_TAKEOVER_DENY pending up: gwa", "cancel takeoverDownstream"] + Self.leaving.prefix(2)
        )
    }

    @Test func `service: what comes once more after a no is answered at once, and again a while later checked`() {
        var rig = GatewayRig.serving("gwb")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwc")
        rig.end([.downlinkCheck, .uplinkCheck, .localSvcCheck])
        _ = rig.lines()
        rig.wait(.milliseconds(4999))
        rig.hear(.upstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwc", over: .up)
        #expect(rig.facts.isEmpty && rig.lines() == ["UPSTR_TAKEOVER_DENY up: gwc"])
        rig.wait(.milliseconds(1))
        _ = rig.lines()
        rig.hear(.upstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwc", over: .up)
        #expect(rig.lines() == ["UPSTR_TAKEOVER_DENY pending up: gwc"])
    }

    @Test func `service: two candidates are two, also when they count alike`() {
        var rig = GatewayRig.serving("gwb")
        let other = GatewayRig.host("gwd", 5, 5)
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwc")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwd", [other])
        _ = rig.lines()
        rig.end([.downlinkCheck, .uplinkCheck, .localSvcCheck])
        #expect(
            rig.lines().filter { $0.hasPrefix("DNSTR") } == [
                "DNSTR_TAKEOVER_DENY down: gwc", "DNSTR_TAKEOVER_DENY down: gwd",
            ])
    }

    @Test func `service: a check that takes its time does not let a lower candidate through`() {
        var rig = GatewayRig.serving("gwb")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwc")
        rig.wait(.milliseconds(2900))
        rig.end(.downlinkCheck)
        rig.wait(.milliseconds(2900))
        rig.end(.uplinkCheck)
        _ = rig.lines()
        rig.wait(.milliseconds(1199))
        #expect(rig.lines().isEmpty)
        rig.wait(.milliseconds(1))
        #expect(rig.facts == [.vetoedUnreleased("gwc", over: .down)])
        #expect(rig.lines() == ["DNSTR_TAKEOVER_DENY down: gwc"])
    }

    // MARK: - Backups

    @Test func `service: SVC_CHECK, localSvcCheck, SVC_CHECK_REPLY`() {
        var rig = GatewayRig.serving("gwb")
        rig.hear(Self.ask(4), from: "gwc")
        #expect(rig.lines() == ["localSvcCheck"])
        rig.end(.localSvcCheck)
        let ticket = GatewayTicket(Generation(1), 4)
        #expect(
            rig.effects == [
                .send(
                    .serviceCheckReply(ticket, isWell: true, rig.machine.table), to: [.host(GatewayRig.hosts[2])],
                    over: .down)
            ])
        // SELF_CHECK_TIMER goes on.
        _ = rig.lines()
        rig.wait(.seconds(5))
        #expect(rig.lines() == ["downlinkCheck"])
    }

    @Test func `service: localSvcCheck fails → whoever asked hears it, and it leaves`() {
        var rig = GatewayRig.serving("gwb")
        rig.hear(Self.ask(4), from: "gwc")
        rig.end(.localSvcCheck, false)
        let isTold = rig.effects.contains { effect in
            if case .send(.serviceCheckReply(_, isWell: false, _), _, _) = effect { true } else { false }
        }
        #expect(isTold)
        #expect(rig.lines() == ["localSvcCheck", "SVC_CHECK_REPLY down: gwc"] + Self.leaving.prefix(2))
    }

    @Test func `service: a slow check loses no SVC_CHECK, and keeps nobody waiting longer than localSvcCheck`() {
        var rig = GatewayRig.serving("gwb")
        rig.wait(.seconds(5))
        #expect(rig.lines() == ["downlinkCheck"])
        // The full check has a long way to go: localSvcCheck does not wait for it.
        rig.hear(Self.ask(1), from: "gwc")
        rig.hear(Self.ask(2), from: "gwa")
        rig.hear(Self.ask(3), from: "gwc")
        #expect(rig.lines() == ["localSvcCheck"])
        rig.end([.downlinkCheck, .uplinkCheck])
        #expect(rig.lines() == ["uplinkCheck"], "one localSvcCheck is enough")
        rig.end(.localSvcCheck)
        #expect(rig.lines() == ["SVC_CHECK_REPLY down: gwa", "SVC_CHECK_REPLY down: gwc"] + Self.table)
    }

    @Test func `service: SVC_CHECK waits until the service has begun`() {
        var rig = GatewayRig.announcedLast("gwb")
        rig.wait(GatewayRig.hearing)
        rig.hear(Self.ask(1), from: "gwc")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwc")
        rig.end([.activateService, .takeoverDownstream])
        _ = rig.lines()
        rig.end(.takeoverUpstream)
        #expect(rig.lines() == ["downlinkCheck", "localSvcCheck"])
    }

    @Test func `service: SVC_REQCHECK_TIMER: who is silent for three intervals is no backup any more`() {
        var rig = GatewayRig.serving("gwb")
        let check = { (rig: inout GatewayRig) in
            rig.wait(.seconds(5))
            rig.end([.downlinkCheck, .uplinkCheck, .localSvcCheck])
        }
        for _ in 0..<5 { check(&rig) }
        rig.hear(Self.ask(1, interval: .seconds(5)), from: "gwc")
        rig.end(.localSvcCheck)
        rig.wait(.milliseconds(4999))
        #expect(rig.machine.table.hosts.count == 3)
        rig.wait(.milliseconds(1))
        #expect(rig.facts.contains(.gone("gwa", after: .seconds(30))))
        #expect(rig.machine.table.hosts.map(\.name) == ["gwb", "gwc"])
        rig.end([.downlinkCheck, .uplinkCheck, .localSvcCheck])
        for _ in 0..<2 { check(&rig) }
        #expect(rig.facts.contains(.gone("gwc", after: .seconds(15))))
        #expect(rig.machine.table.hosts.map(\.name) == ["gwb"])
        rig.hear(Self.ask(2), from: "gwa")
        #expect(rig.facts.contains(.joined("gwa", priority: 30)))
        #expect(rig.machine.table.hosts.map(\.name) == ["gwa", "gwb"])
    }

    @Test func `service: a host that is in nobody's table joins by its priority`() {
        var rig = GatewayRig.serving("gwb")
        let (better, worse) = (GatewayRig.host("gwx", 25, 9), GatewayRig.host("gwy", 15, 10))
        for host in [better, worse] { rig.hear(Self.ask(1), from: host.name.text, [host]) }
        #expect(rig.machine.table.hosts.map(\.name) == ["gwa", "gwx", "gwb", "gwy", "gwc"])
        #expect(rig.machine.table.term == 1 && rig.machine.table.version == 2)
        #expect(rig.facts.count { if case .joined = $0 { true } else { false } } == 2)
    }

    @Test func `service: a backup that counts less now moves in the table`() {
        var rig = GatewayRig.serving("gwb")
        rig.hear(Self.ask(1), from: "gwa", [GatewayRig.host("gwa", 5, 2)])
        #expect(rig.machine.table.hosts.map(\.name) == ["gwb", "gwc", "gwa"])
        #expect(rig.machine.table.version == 1 && rig.facts.isEmpty)
    }

    @Test func `service: what else it has to do never makes it give way, and counts when it has given way`() {
        var rig = GatewayRig.serving("gwb")
        rig.request(.bear(GatewayRig.burden))
        rig.hear(.upstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwc", over: .up)
        rig.end([.downlinkCheck, .uplinkCheck, .localSvcCheck])
        #expect(rig.machine.local.priority == 20 && rig.machine.table.author == GatewayRank(20, "gwb"))
        #expect(rig.lines().contains("UPSTR_TAKEOVER_DENY up: gwc") && rig.state == "service")
        rig.hear(.upstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwa", over: .up)
        rig.wait(GatewayRig.hearing)
        #expect(rig.machine.local.priority == 20 && rig.state == "leaving")
        Self.endLeaving(&rig)
        #expect(rig.machine.local.priority == 5 && rig.state == "backup")
    }

    @Test func `service: it counts more again when it is well, with a new term, unless it is about to give way`() {
        for hasSuccessor in [false, true] {
            var rig = GatewayRig.serving("gwb", bearing: GatewayRig.burden)
            let table = rig.machine.table
            #expect(table.author == GatewayRank(5, "gwb"))
            rig.request(.bear(GatewayBurden()))
            rig.wait(.milliseconds(4800))
            if hasSuccessor {
                rig.hear(.upstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwc", over: .up)
            }
            rig.wait(.milliseconds(200))
            rig.hear(Self.ask(1), from: "gwa")
            _ = rig.lines()
            rig.end([.downlinkCheck, .uplinkCheck, .localSvcCheck])
            #expect(rig.machine.table.author == GatewayRank(hasSuccessor ? 5 : 20, "gwb"))
            #expect(rig.machine.table.term == table.term + (hasSuccessor ? 0 : 1))
            // Whom it answers must be able to believe it.
            #expect(rig.machine.table.author == rig.machine.local.rank)
            #expect(rig.lines() == ["uplinkCheck", "SVC_CHECK_REPLY down: gwa"] + Self.table)
        }
    }

    @Test func `service: the seventeenth host is answered, and does not join`() {
        var rig = GatewayRig.serving("gwb")
        for number in 0..<20 as Range<UInt32> {
            rig.hear(Self.ask(1), from: "h\(number)", [GatewayRig.host("h\(number)", 1, 20 + number)])
        }
        #expect(rig.machine.table.hosts.count == StatusTable.mostHosts)
        #expect(rig.facts.count { if case .noRoom = $0 { true } else { false } } == 1)
        _ = rig.lines()
        rig.end(.localSvcCheck)
        #expect(rig.lines().contains("SVC_CHECK_REPLY down: h19"))
    }

    @Test func `service: whoever knows a later term than this one's is told a later one`() {
        var rig = GatewayRig.serving("gwb")
        rig.hear(Self.ask(1, term: 8), from: "gwc")
        #expect(rig.machine.table.term == 9)
        #expect(rig.lines() == Self.table + ["localSvcCheck"])
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(term: .max, isLast: false)), from: "gwc")
        #expect(rig.machine.table.term == StatusTable.mostTerm)
    }

    // MARK: - Two serve

    @Test func `service: of two the lower one yields, exactly one of them`() {
        for (term, others) in [(1, 1), (1, 4), (4, 1)] as [(UInt64, UInt64)] {
            var (higher, lower) = (GatewayRig.serving("gwa"), GatewayRig.serving("gwb"))
            higher.hear(Self.ask(1, term: term - 1), from: "gwc")
            lower.hear(Self.ask(1, term: others - 1), from: "gwc")
            #expect(higher.machine.table.term == term && lower.machine.table.term == others)
            // As many letters as they like to write: the order is as bad as it can be.
            for _ in 0..<3 {
                let (one, two) = (higher.machine.table, lower.machine.table)
                higher.hear(.serviceTakeover(two), from: "gwb")
                if lower.state == "service" { lower.hear(.serviceTakeover(one), from: "gwa", over: .up) }
            }
            if lower.state == "service" { lower.hear(.serviceTakeover(higher.machine.table), from: "gwa") }
            #expect(higher.state == "service" && lower.state == "leaving", "\(term) \(others)")
            Self.endLeaving(&lower)
            #expect(lower.state == "backup" && lower.machine.table.master == GatewayRank(30, "gwa"))
        }
    }

    @Test func `service: it answers another one that serves, on the side it was heard on`() {
        var rig = GatewayRig.serving("gwb")
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwc")), from: "gwc", over: .up)
        #expect(rig.facts == [.secondMaster("gwc", yields: false)])
        #expect(rig.lines() == Self.table + ["SVC_TAKEOVER up: gwc"] && rig.machine.table.term == 2)
        // What a host said that serves no more alarms nobody.
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwc")), from: "gwc", over: .up)
        #expect(rig.facts.isEmpty)
        #expect(rig.lines() == ["SVC_TAKEOVER up: gwc"] && rig.state == "service")
    }
}

@Suite struct GatewayLeavingTests {
    /// Asked twice, it waits for nobody.
    private func leaving() -> GatewayRig {
        var rig = GatewayRig.serving("gwb")
        rig.request(.stop)
        rig.request(.stop)
        _ = rig.lines()
        return rig
    }

    private static let steps: [GatewayProcedure] = [
        .releaseDownstream, .releaseUpstream, .deactivateUplink, .deactivateService,
    ]

    // MARK: - Asked to

    @Test func `stop: it serves until a backup is ready, of whatever priority, and gives everything to that one`() {
        var rig = GatewayRig.serving("gwb")
        rig.request(.stop)
        #expect(rig.facts == [.handsOver(waiting: .seconds(8))])
        #expect(rig.machine.table.hosts.map(\.name) == ["gwa", "gwc"] && rig.machine.table.master == nil)
        #expect(rig.lines() == ["SVC_SHUTDOWN down: gwa gwc"] && rig.state == "service")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwc")
        #expect(rig.lines() == ["DNSTR_TAKEOVER_DENY granted down: gwc"] && rig.state == "service")
        rig.hear(.upstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwc", over: .up)
        rig.wait(GatewayRig.hearing)
        #expect(
            rig.lines() == ["UPSTR_TAKEOVER_DENY pending up: gwc", "SVC_SHUTDOWN down: gwa gwc", "releaseDownstream"])
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(7, isLast: true)), from: "gwa")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(8, isLast: false)), from: "gwa")
        #expect(
            rig.lines() == ["DNSTR_TAKEOVER_DENY pending down: gwa", "DNSTR_TAKEOVER_DENY granted down: gwa"])
        rig.end(Self.steps)
        // Two want it: the better one gets it.
        #expect(rig.lines().suffix(2) == ["UPSTR_TAKEOVER_DENY up: gwc", "DNSTR_TAKEOVER_DENY granted down: gwa"])
        #expect(rig.state == "released")
    }

    @Test func `stop: until somebody has taken over it answers, and grants what it had to one only`() {
        var rig = leaving()
        rig.end(Self.steps)
        _ = rig.lines()
        #expect(rig.state == "released")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(3, isLast: false)), from: "gwa")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwc")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwc")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(3, isLast: true)), from: "gwa")
        // It had to begin anew.
        rig.hear(.upstreamTakeover(GatewayRig.candidacy(9, isLast: true)), from: "gwc", over: .up)
        #expect(
            rig.lines() == [
                "DNSTR_TAKEOVER_DENY granted down: gwa", "DNSTR_TAKEOVER_DENY granted down: gwc",
                "DNSTR_TAKEOVER_DENY granted down: gwc", "DNSTR_TAKEOVER_DENY down: gwa",
                "UPSTR_TAKEOVER_DENY granted up: gwc",
            ])
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwc", term: 2)), from: "gwc")
        #expect(rig.lines() == ["quit it was asked to"] && rig.state == "final")
    }

    @Test func `stop: when no backup is ready in time, or another one serves, or it is not well, it leaves`() {
        for reason in 0..<3 {
            var rig = GatewayRig.serving("gwb")
            rig.request(.stop)
            _ = rig.lines()
            switch reason {
            case 0:
                rig.wait(.milliseconds(4999))
                #expect(rig.lines().isEmpty)
                rig.wait(.milliseconds(1))
                #expect(rig.lines() == ["downlinkCheck"])
                rig.end([.downlinkCheck, .uplinkCheck, .localSvcCheck])
                #expect(rig.lines() == ["uplinkCheck", "localSvcCheck"], "nobody is told that it serves")
                rig.wait(.seconds(3))
            case 1: rig.hear(.serviceTakeover(GatewayRig.table(of: "gwc", term: 2)), from: "gwc")
            default:
                rig.wait(.seconds(5))
                rig.end(.downlinkCheck, false)
            }
            #expect(rig.state == "leaving" && rig.lines().last == "releaseDownstream")
        }
    }

    @Test func `stop: a backup that asks is told that nobody serves, and becomes a candidate`() {
        var rig = GatewayRig.serving("gwb")
        rig.request(.stop)
        rig.hear(.serviceCheck(GatewayTicket(Generation(1), 4), term: 9, interval: .seconds(10)), from: "gwc")
        rig.end(.localSvcCheck)
        guard case .send(.serviceCheckReply(_, isWell: true, let table), _, _) = rig.effects.last else {
            Issue.record("no answer")
            return
        }
        #expect(table.master == nil && table.term == 1)
    }

    @Test func `stop: without backups, or before it serves, it leaves at once and ends when everything is given away`()
    {
        var rig = GatewayRig("gwb", GatewayRig.configuration([GatewayRig.hosts[1]]))
        rig.end(.remoteSvcCheck, false)
        rig.end([.downlinkCheck, .activateUplink, .uplinkCheck, .activateService])
        #expect(rig.state == "service")
        rig.request(.stop)
        rig.end(Self.steps)
        #expect(rig.state == "final" && rig.effects.last == .quit(.asked))
    }

    @Test func `leaving: asked to, it leaves in order, and its table without it`() {
        var rig = leaving()
        #expect(rig.machine.table.hosts.map(\.name) == ["gwa", "gwc"] && rig.machine.table.master == nil)
        for (step, next) in zip(LeavingState.steps, LeavingState.steps.dropFirst()) {
            rig.end(step)
            #expect(rig.lines() == [next.rawValue])
        }
        rig.end(.deactivateService)
        #expect(rig.facts.first == .left && rig.lines().isEmpty)
        rig.wait(.seconds(8))
        #expect(rig.lines() == ["quit it was asked to"])
    }

    @Test(arguments: LeavingState.steps) func `leaving: what cannot be released is told, and the rest is released`(
        procedure: GatewayProcedure
    ) {
        for isHeardOf in [true, false] {
            var rig = leaving()
            for step in LeavingState.steps {
                if step == procedure, !isHeardOf { rig.wait(.seconds(11)) }
                rig.end(step, step != procedure)
            }
            #expect(rig.facts.contains(.failed(procedure)))
            #expect(rig.effects.last == .quit(.unreleased(procedure)) && rig.state == "final")
        }
    }

    @Test func `leaving: until everything is given away the answer to a candidate is no, in time`() {
        var rig = leaving()
        rig.wait(.seconds(1))
        rig.hear(.upstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwa", over: .up)
        #expect(rig.lines() == ["UPSTR_TAKEOVER_DENY pending up: gwa"])
        rig.wait(.milliseconds(6999))
        #expect(rig.lines().isEmpty)
        rig.wait(.milliseconds(1))
        #expect(rig.lines() == ["UPSTR_TAKEOVER_DENY up: gwa"])
    }

    @Test func `leaving: whoever made it leave is denied, too, unless everything is given away`() {
        for isReleased in [true, false] {
            var rig = GatewayRig.serving("gwb")
            rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwa")
            rig.wait(GatewayRig.hearing)
            if isReleased {
                rig.end([.releaseDownstream, .releaseUpstream, .deactivateUplink, .deactivateService])
            }
            _ = rig.lines()
            rig.wait(.seconds(7) - GatewayRig.hearing)
            #expect(rig.lines() == (isReleased ? [] : ["DNSTR_TAKEOVER_DENY down: gwa"]))
        }
    }

    @Test func `leaving: it hears of a new table, and answers nobody who asks`() {
        var rig = GatewayRig.serving("gwb")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwa")
        rig.wait(GatewayRig.hearing)
        _ = rig.lines()
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwa", term: 2)), from: "gwa")
        rig.hear(.serviceCheck(GatewayTicket(Generation(1), 1), term: 1, interval: .seconds(1)), from: "gwc")
        #expect(rig.lines().isEmpty && rig.state == "leaving")
        rig.request(.stop)
        rig.end(Self.steps)
        rig.wait(.seconds(8))
        #expect(rig.lines().last == "quit it was asked to")
    }
}
