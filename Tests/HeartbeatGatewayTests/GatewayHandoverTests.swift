// A host that wants to serve: the arcs of `handover` (DSOM 2002).

import HeartbeatModel
import Testing

@testable import HeartbeatGateway

@Suite struct GatewayHandoverTests {
    private static let first = "DNSTR_TAKEOVER down: gwa gwc roving"
    private static let last = ["DNSTR_TAKEOVER down: gwa gwc roving", "UPSTR_TAKEOVER up: gwa gwc roving"]

    @Test func `handover: downlink, announcement, uplink, announcement on both sides, service`() {
        var rig = GatewayRig.backup("gwb")
        rig.wait(.seconds(10))
        rig.end(.remoteSvcCheck, false)
        #expect(rig.lines() == ["remoteSvcCheck", "downlinkCheck"])
        rig.end(.downlinkCheck)
        #expect(rig.lines() == [Self.first])
        // Said again as long as there is time to answer.
        for _ in 1..<GatewayMachine.announcements {
            rig.wait(.microseconds(62_500))
            #expect(rig.lines() == [Self.first])
        }
        rig.wait(.milliseconds(249))
        #expect(rig.lines().isEmpty)
        rig.wait(.milliseconds(1))
        #expect(rig.lines() == ["activateUplink"])
        rig.end(.activateUplink)
        #expect(rig.lines() == ["uplinkCheck"])
        rig.end(.uplinkCheck)
        #expect(rig.lines() == Self.last)
        rig.wait(.milliseconds(499))
        #expect(rig.lines().count == 2 * (GatewayMachine.announcements - 1) && rig.state == "handover")
        rig.wait(.milliseconds(1))
        #expect(rig.state == "service")
        #expect(rig.machine.table.master == GatewayRank(20, "gwb") && rig.machine.table.term == 2)
        #expect(
            rig.lines() == ["SVC_TAKEOVER down: gwa gwc", "SVC_TAKEOVER up: gwa gwc", "activateService"])
    }

    @Test func `handover: both stages are one candidacy, and the next one is another`() throws {
        var rig = GatewayRig.announced("gwb")
        let first = try #require(rig.candidacy)
        rig.wait(GatewayRig.hearing)
        rig.end([.activateUplink, .uplinkCheck])
        let last = try #require(rig.candidacy)
        #expect(first.ticket == last.ticket && !first.isLast && last.isLast)
        rig.answer(.denied, from: "gwa")
        rig.end(.deactivateUplink)
        rig.wait(.seconds(12.5))
        rig.end(.remoteSvcCheck, false)
        rig.end(.downlinkCheck)
        #expect(rig.candidacy?.ticket != first.ticket)
    }

    @Test func `handover: the own downlink fails → the host is not fit, and quits`() {
        var rig = GatewayRig("gwa")
        rig.end(.remoteSvcCheck, false)
        rig.end(.downlinkCheck, false)
        #expect(rig.effects.last == .quit(.unfit(.downlinkCheck)) && rig.state == "final")
        #expect(rig.machine.nextDeadline == nil)
    }

    @Test(arguments: [GatewayProcedure.activateUplink, .uplinkCheck])
    func `handover: the own uplink fails → it goes down again, and the host quits`(procedure: GatewayProcedure) {
        for isHeardOf in [true, false] {
            var rig = GatewayRig.announced("gwb")
            rig.wait(GatewayRig.hearing)
            if procedure == .uplinkCheck { rig.end(.activateUplink) }
            _ = rig.lines()
            if isHeardOf {
                rig.end(procedure, false)
                #expect(rig.lines() == ["deactivateUplink"])
            } else {
                rig.wait(procedure == .uplinkCheck ? .seconds(3) : .seconds(11))
                #expect(rig.lines() == ["cancel \(procedure.rawValue)", "deactivateUplink"])
            }
            rig.end(.deactivateUplink)
            #expect(rig.effects.last == .quit(.unfit(procedure)) && rig.state == "final")
        }
    }

    // MARK: - Vetoes

    @Test func `handover: DNSTR_TAKEOVER_DENY → backup, and the uplink never came up`() throws {
        var rig = GatewayRig.announced("gwb")
        let candidacy = try #require(rig.candidacy)
        _ = rig.lines()
        rig.hear(.downstreamTakeoverDeny(CandidacyAnswer(candidacy, .denied)), from: "gwa")
        #expect(rig.facts.first == .denied(by: "gwa", over: .down))
        #expect(rig.lines().isEmpty && rig.state == "backup")
    }

    @Test(arguments: GatewaySide.allCases)
    func `handover: a veto on either side in the last stage → the uplink goes down, backup`(side: GatewaySide) throws {
        var rig = GatewayRig.announcedLast("gwb")
        let candidacy = try #require(rig.candidacy)
        _ = rig.lines()
        rig.hear(.answer(CandidacyAnswer(candidacy, .denied), over: side), from: "gwa", over: side)
        #expect(rig.lines() == ["deactivateUplink"] && rig.state == "handover")
        rig.end(.deactivateUplink)
        #expect(rig.lines().isEmpty && rig.state == "backup")
    }

    @Test func `handover: a veto while the uplink comes up ends that, too`() throws {
        var rig = GatewayRig.announced("gwb")
        let candidacy = try #require(rig.candidacy)
        rig.wait(GatewayRig.hearing)
        _ = rig.lines()
        rig.hear(.downstreamTakeoverDeny(CandidacyAnswer(candidacy, .denied)), from: "gwa")
        #expect(rig.lines() == ["cancel activateUplink", "deactivateUplink"])
        rig.end(.activateUplink)
        #expect(rig.lines().isEmpty && rig.state == "handover")
        // Nothing is heard of deactivateUplink either.
        rig.wait(.seconds(11))
        #expect(rig.facts.contains(.failed(.deactivateUplink)))
        #expect(rig.lines() == ["cancel deactivateUplink"] && rig.state == "backup")
    }

    @Test func `handover: a veto of another candidacy means nothing`() throws {
        var rig = GatewayRig.announcedLast("gwb")
        var ticket = try #require(rig.candidacy?.ticket)
        ticket.number -= 1
        rig.hear(.downstreamTakeoverDeny(CandidacyAnswer(ticket, isLast: true, .denied)), from: "gwa")
        ticket.number += 1
        ticket.generation = Generation(6)
        rig.hear(.upstreamTakeoverDeny(CandidacyAnswer(ticket, isLast: true, .denied)), from: "gwa", over: .up)
        rig.wait(GatewayRig.hearing)
        #expect(rig.state == "service")
    }

    // MARK: - Other answers

    @Test func `handover: nobody is waited for when all have nothing against it`() {
        var rig = GatewayRig.announced("gwb")
        _ = rig.lines()
        rig.answer(.granted, from: "gwc")
        #expect(rig.lines().isEmpty, "gwa has not answered")
        rig.answer(.granted, from: "gwa")
        #expect(rig.lines() == ["activateUplink"])
        rig.end([.activateUplink, .uplinkCheck])
        _ = rig.lines()
        // What was said of the first announcement counts no more.
        rig.answer(.granted, from: "gwa", isLast: false)
        rig.answer(.granted, from: "gwc", isLast: false)
        #expect(rig.lines().isEmpty)
        rig.answer(.granted, from: "gwa", over: .up)
        rig.answer(.granted, from: "gwa")
        #expect(rig.lines().isEmpty, "one host twice is one host")
        rig.answer(.granted, from: "gwc")
        #expect(rig.state == "service")
    }

    @Test func `handover: whoever serves, and says so, is waited for as long as its checks may take`() {
        for isLast in [false, true] {
            var rig = isLast ? GatewayRig.announcedLast("gwb") : GatewayRig.announced("gwb")
            _ = rig.lines()
            rig.answer(.granted, from: "gwc")
            rig.answer(.pending, from: "gwa")
            #expect(rig.facts == [.pending("gwa", waiting: .seconds(8))])
            rig.answer(.pending, from: "gwa")
            #expect(rig.facts.count == 1, "it is told once")
            _ = rig.lines()
            rig.wait(.milliseconds(7999))
            #expect(
                rig.lines().count == (isLast ? 2 : 1) * (GatewayMachine.announcements - 1),
                "it is announced again, and nothing else happens")
            rig.wait(.milliseconds(1))
            #expect(isLast ? rig.state == "service" : rig.lines() == ["activateUplink"])
        }
    }

    @Test func `handover: who says late that it serves is waited for from then on, on each side`() {
        var rig = GatewayRig.announcedLast("gwb")
        rig.answer(.granted, from: "gwc")
        rig.wait(.milliseconds(250))
        rig.answer(.pending, from: "gwa")
        rig.wait(.milliseconds(100))
        rig.answer(.pending, from: "gwa")
        rig.answer(.pending, from: "gwa", over: .up)
        rig.wait(.milliseconds(7999))
        rig.answer(.pending, from: "gwa", over: .up)
        #expect(rig.state == "handover")
        rig.wait(.milliseconds(1))
        #expect(rig.state == "service", "what is said again is an answer to what was said again")
    }

    /// Two machines with the shortest `denyTimeout` there may be.
    @Test
    func `handover: the no of a host that is well comes in time, however late it hears and however long it checks`()
        throws
    {
        var configuration = GatewayRig.configuration()
        configuration.denyTimeout = configuration.longestCheck + GatewayConfiguration.longestWay
        #expect(configuration.problems.isEmpty)
        var master = GatewayRig.serving("gwa", configuration)
        var candidate = GatewayRig.announcedLast("gwb", configuration)
        candidate.answer(.granted, from: "gwc")
        // All announcements but the last one are lost.
        candidate.wait(configuration.hearTimeout / 2)
        let candidacy = try #require(candidate.candidacy)
        master.hear(.upstreamTakeover(candidacy), from: "gwb", over: .up)
        #expect(master.lines() == ["UPSTR_TAKEOVER_DENY pending up: gwb", "downlinkCheck"])
        candidate.answer(.pending, from: "gwa", over: .up)
        for check in [GatewayProcedure.downlinkCheck, .uplinkCheck, .localSvcCheck] {
            let time = configuration.timeout(of: check)
            for _ in 0..<2 {
                master.wait(time / 2)
                candidate.wait(time / 2)
            }
            master.end(check)
        }
        #expect(master.lines().contains("UPSTR_TAKEOVER_DENY up: gwb"))
        #expect(candidate.state == "handover")
        candidate.answer(.denied, from: "gwa", over: .up)
        candidate.end(.deactivateUplink)
        #expect(candidate.state == "backup")
    }

    @Test
    func `handover: what was given away is taken at once, and only when those who are silent have had their time`() {
        for isAnswered in [true, false] {
            var rig = GatewayRig.announcedLast("gwb")
            if isAnswered { rig.answer(.granted, from: "gwc") }
            rig.answer(.pending, from: "gwa")
            rig.wait(.milliseconds(100))
            rig.answer(.granted, from: "gwa")
            // A word that was said before may come after it.
            rig.answer(.pending, from: "gwa", over: .up)
            #expect(rig.state == (isAnswered ? "service" : "handover"))
            rig.wait(.milliseconds(399))
            #expect(rig.state == (isAnswered ? "service" : "handover"))
            rig.wait(.milliseconds(1))
            #expect(rig.state == "service")
        }
    }

    @Test func `handover: a veto ends it, whatever was said before`() {
        var rig = GatewayRig.announcedLast("gwb")
        rig.answer(.granted, from: "gwa")
        rig.answer(.denied, from: "gwa", over: .up)
        rig.end(.deactivateUplink)
        #expect(rig.state == "backup")
    }

    // MARK: - Other candidates

    @Test func `handover: a higher candidate interrupts; one without an uplink not in the last stage`() {
        for isLast in [false, true] {
            var rig = GatewayRig.announced("gwb")
            rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: isLast)), from: "gwa")
            #expect(rig.facts.contains(.interrupted(by: "gwa")) && rig.state == "backup")

            rig = GatewayRig.announcedLast("gwb")
            _ = rig.lines()
            rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: isLast)), from: "gwa")
            #expect(rig.lines() == (isLast ? ["DNSTR_TAKEOVER_DENY granted down: gwa", "deactivateUplink"] : []))
        }
        var rig = GatewayRig.announcedLast("gwb")
        _ = rig.lines()
        rig.hear(.upstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwa", over: .up)
        #expect(rig.lines() == ["UPSTR_TAKEOVER_DENY granted up: gwa", "deactivateUplink"])
        rig.end(.deactivateUplink)
        #expect(rig.state == "backup")
    }

    @Test func `handover: what a host announced before it has served counts no more, but in its next life`() {
        var rig = GatewayRig.backup("gwc", of: "gwb", term: 4)
        rig.hear(.serviceShutdown(GatewayRig.table(of: "gwb", term: 4, isServed: false)), from: "gwb")
        rig.wait(.seconds(15))
        rig.end(.remoteSvcCheck, false)
        rig.end(.downlinkCheck)
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(term: 3, isLast: true)), from: "gwb")
        #expect(rig.state == "handover")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(term: 4, isLast: true)), from: "gwb")
        #expect(rig.state == "backup")
    }

    @Test func `handover: a higher candidate interrupts before anything is announced`() {
        var rig = GatewayRig.backup("gwb")
        rig.wait(.seconds(10))
        rig.end(.remoteSvcCheck, false)
        _ = rig.lines()
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwa")
        #expect(rig.lines() == ["DNSTR_TAKEOVER_DENY granted down: gwa", "cancel downlinkCheck"])
        #expect(rig.state == "backup")
    }

    @Test func `handover: a lower candidate is denied; one with an uplink only in the last stage`() {
        for isLast in [false, true] {
            var rig = GatewayRig.announced("gwb")
            _ = rig.lines()
            rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: isLast)), from: "gwc")
            #expect(rig.lines() == (isLast ? [] : ["DNSTR_TAKEOVER_DENY down: gwc"]) && rig.state == "handover")
        }
        var rig = GatewayRig.announcedLast("gwb")
        _ = rig.lines()
        for side in GatewaySide.allCases {
            rig.hear(.takeover(GatewayRig.candidacy(isLast: true), over: side), from: "gwc", over: side)
        }
        #expect(rig.lines() == ["DNSTR_TAKEOVER_DENY down: gwc", "UPSTR_TAKEOVER_DENY up: gwc"])
        #expect(rig.state == "handover")
    }

    @Test func `handover: SVC_TAKEOVER of a higher host interrupts, that of a lower one does not`() {
        var rig = GatewayRig.announcedLast("gwb")
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwc", term: 6)), from: "gwc")
        #expect(rig.state == "handover")
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwa", term: 5)), from: "gwa")
        #expect(rig.facts.last != .interrupted(by: "gwa"), "it is older than what is known")
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwa", term: 7)), from: "gwa", over: .up)
        #expect(rig.facts.last == .interrupted(by: "gwa"))
        rig.end(.deactivateUplink)
        #expect(rig.state == "backup" && rig.machine.table.master == GatewayRank(30, "gwa"))
    }

    @Test func `handover: SVC_SHUTDOWN brings the table, and the term goes on from it`() {
        var rig = GatewayRig.announcedLast("gwb")
        rig.hear(.serviceShutdown(GatewayRig.table(of: "gwa", term: 9, isServed: false)), from: "gwa")
        rig.wait(GatewayRig.hearing)
        #expect(rig.state == "service" && rig.machine.table.term == 10)
    }

    @Test func `handover: what a candidate counts stands still until it is none any more`() {
        var rig = GatewayRig.announced("gwb")
        rig.request(.bear(GatewayRig.burden))
        rig.wait(GatewayRig.hearing)
        rig.end([.activateUplink, .uplinkCheck])
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwc")
        #expect(rig.machine.local.priority == 20 && rig.lines().last == "DNSTR_TAKEOVER_DENY down: gwc")
        rig.answer(.denied, from: "gwa")
        #expect(rig.machine.local.priority == 20)
        rig.end(.deactivateUplink)
        #expect(rig.machine.local.priority == 5 && rig.state == "backup")
    }

    @Test func `handover: who has spoken is told, though it is in no list`() {
        var rig = GatewayRig.announced("gwb")
        _ = rig.lines()
        let stranger = GatewayRig.host("gwx", 5, 9)
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwx", [stranger])
        #expect(rig.lines() == ["DNSTR_TAKEOVER_DENY down: gwx"])
        rig.wait(.microseconds(62_500))
        #expect(rig.lines() == ["DNSTR_TAKEOVER down: gwa gwc gwx roving"])
    }

    @Test func `handover: asked to stop, it takes the uplink down before it ends`() {
        var rig = GatewayRig.announcedLast("gwb")
        _ = rig.lines()
        rig.request(.stop)
        #expect(rig.lines() == ["deactivateUplink"] && rig.state == "handover")
        rig.end(.deactivateUplink)
        #expect(rig.lines() == ["quit it was asked to"])
        rig = GatewayRig.announced("gwb")
        rig.request(.stop)
        #expect(rig.lines().last == "quit it was asked to")
    }
}
