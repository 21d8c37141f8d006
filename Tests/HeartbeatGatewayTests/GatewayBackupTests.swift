// A host that does not serve: the arcs of `init` and `backup` (DSOM 2002).

import HeartbeatModel
import Testing

@testable import HeartbeatGateway

@Suite struct GatewayInitTests {
    @Test func `init: the service is there, its host answers, the table is loaded and decides`() {
        for (local, state) in [("gwa", "handover"), ("gwc", "backup")] {
            var rig = GatewayRig(local)
            #expect(rig.lines() == ["remoteSvcCheck"])
            rig.end(.remoteSvcCheck)
            #expect(
                rig.effects == [
                    .send(
                        .serviceCheck(
                            GatewayTicket(Generation(7), 2), term: 0, interval: rig.machine.serviceCheckInterval),
                        to: [.roving], over: .down)
                ])
            rig.reply(from: "gwb", GatewayRig.table(of: "gwb", term: 4))
            #expect(rig.machine.table == GatewayRig.table(of: "gwb", term: 4))
            #expect(rig.state == state)
        }
    }

    @Test func `init: there is no service, the initial table decides`() {
        for (local, state) in [("gwa", "handover"), ("gwb", "backup"), ("gwc", "backup")] {
            var rig = GatewayRig(local)
            rig.end(.remoteSvcCheck, false)
            #expect(rig.state == state && rig.machine.table == StatusTable(initial: GatewayRig.hosts))
        }
    }

    @Test func `init: nobody answers, it asks again, then raises an alarm and is a backup that never takes over`() {
        var rig = GatewayRig("gwa")
        for _ in 0..<3 {
            rig.end(.remoteSvcCheck)
            #expect(rig.lines() == ["remoteSvcCheck", "SVC_CHECK down: roving"])
            #expect(rig.state == "init")
            rig.wait(.seconds(4))
        }
        #expect(rig.facts.first == .nobodyAnswers(since: .seconds(12)))
        #expect(rig.state == "backup")
        for _ in 0..<20 {
            rig.wait(.seconds(10))
            rig.end(.remoteSvcCheck)
            rig.wait(.seconds(4))
            #expect(rig.state == "backup")
        }
    }

    @Test func `init: where nobody answers, one check that fails is no reason to take over, three in a row are`() {
        var rig = GatewayRig("gwa")
        for _ in 0..<3 {
            rig.end(.remoteSvcCheck)
            rig.wait(.seconds(4))
        }
        let fails = { (rig: inout GatewayRig, isHeardOf: Bool) in
            rig.wait(.seconds(10))
            if isHeardOf { rig.end(.remoteSvcCheck, false) } else { rig.wait(.seconds(4)) }
        }
        fails(&rig, true)
        fails(&rig, true)
        rig.wait(.seconds(10))
        rig.end(.remoteSvcCheck)
        rig.wait(.seconds(4))
        // Somebody else's takeover ends a check, and proves nothing.
        fails(&rig, true)
        fails(&rig, false)
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwb")
        #expect(rig.state == "backup" && !rig.facts.contains(.candidate(.serviceSilent)))
        fails(&rig, true)
        #expect(rig.state == "handover")
    }

    @Test func `init: an answer that comes late is nobody's`() throws {
        var rig = GatewayRig("gwc")
        rig.end(.remoteSvcCheck)
        let question = try #require(rig.question)
        rig.wait(.seconds(4))
        rig.hear(.serviceCheckReply(question, isWell: true, GatewayRig.table(of: "gwa")), from: "gwa")
        #expect(rig.state == "init")
        rig.end(.remoteSvcCheck)
        rig.hear(.serviceCheckReply(question, isWell: true, GatewayRig.table(of: "gwa")), from: "gwa")
        #expect(rig.state == "init")
        rig.reply(from: "gwa", GatewayRig.table(of: "gwa"))
        #expect(rig.state == "backup")
    }

    @Test func `init: a check of which nothing is heard has failed`() {
        var rig = GatewayRig("gwb")
        rig.wait(.milliseconds(3999))
        #expect(rig.state == "init")
        rig.wait(.milliseconds(1))
        #expect(rig.lines() == ["remoteSvcCheck", "cancel remoteSvcCheck"] && rig.state == "backup")
    }

    @Test func `init: what it has to do counts from the beginning`() {
        var rig = GatewayRig("gwa")
        rig.request(.bear(GatewayRig.burden))
        rig.end(.remoteSvcCheck, false)
        #expect(rig.machine.local.priority == 15 && rig.state == "backup", "gwb has 20")
    }

    @Test func `init: it hears nothing but the answer, and has nothing against anybody`() {
        var rig = GatewayRig("gwb")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwa")
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwa")), from: "gwa")
        rig.hear(.serviceShutdown(GatewayRig.table(of: "gwa", isServed: false)), from: "gwa")
        #expect(rig.lines() == ["remoteSvcCheck", "DNSTR_TAKEOVER_DENY granted down: gwa"] && rig.state == "init")
    }
}

@Suite struct GatewayBackupTests {
    @Test func `backup: SVC_CHECK_TIMER, remoteSvcCheck, SVC_CHECK, SVC_CHECK_REPLY, and again`() {
        var rig = GatewayRig.backup("gwb")
        for _ in 0..<3 {
            rig.wait(.milliseconds(9999))
            #expect(rig.lines().isEmpty)
            rig.wait(.milliseconds(1))
            #expect(rig.lines() == ["remoteSvcCheck"])
            rig.end(.remoteSvcCheck)
            rig.reply(from: "gwa", GatewayRig.table(of: "gwa"))
            #expect(rig.lines() == ["SVC_CHECK down: roving"] && rig.state == "backup")
        }
    }

    @Test func `backup: a lower one looks less often`() {
        var rig = GatewayRig.backup("gwc")
        rig.wait(.milliseconds(12_499))
        #expect(rig.lines().isEmpty)
        rig.wait(.milliseconds(1))
        #expect(rig.lines() == ["remoteSvcCheck"])
    }

    @Test func `backup: remoteSvcCheck fails → handover`() {
        var rig = GatewayRig.backup("gwb")
        rig.wait(.seconds(10))
        rig.end(.remoteSvcCheck, false)
        #expect(rig.facts == [.candidate(.serviceSilent)])
        #expect(rig.lines() == ["remoteSvcCheck", "downlinkCheck"] && rig.state == "handover")
    }

    @Test func `backup: remoteSvcCheck is not heard of → handover`() {
        var rig = GatewayRig.backup("gwb")
        rig.wait(.seconds(14))
        #expect(rig.lines() == ["remoteSvcCheck", "cancel remoteSvcCheck", "downlinkCheck"] && rig.state == "handover")
    }

    @Test func `backup: no SVC_CHECK_REPLY → handover`() {
        var rig = GatewayRig.backup("gwb")
        rig.wait(.seconds(10))
        rig.end(.remoteSvcCheck)
        rig.wait(.milliseconds(3999))
        #expect(rig.state == "backup")
        rig.wait(.milliseconds(1))
        #expect(rig.facts.contains(.candidate(.hostSilent)) && rig.state == "handover")
    }

    @Test func `backup: SVC_CHECK_REPLY says fault → handover`() {
        var rig = GatewayRig.backup("gwb")
        rig.wait(.seconds(10))
        rig.end(.remoteSvcCheck)
        rig.reply(from: "gwa", isWell: false, GatewayRig.table(of: "gwa"))
        #expect(rig.facts.contains(.candidate(.hostUnwell)) && rig.state == "handover")
    }

    @Test func `backup: learns that it is the highest now → handover`() {
        var rig = GatewayRig.backup("gwb")
        rig.wait(.seconds(10))
        rig.end(.remoteSvcCheck)
        rig.reply(from: "gwc", GatewayRig.table(of: "gwc", term: 2))
        #expect(rig.facts.contains(.candidate(.better(than: "gwc"))) && rig.state == "handover")
    }

    @Test func `backup: SVC_TAKEOVER said again brings the table and aborts nothing`() {
        var rig = GatewayRig.backup("gwb")
        rig.wait(.seconds(10))
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwa", version: 3)), from: "gwa")
        #expect(rig.lines() == ["remoteSvcCheck"] && rig.machine.table.version == 3)
        rig.end(.remoteSvcCheck, false)
        #expect(rig.state == "handover")
    }

    @Test func `backup: an old table is ignored, and so is one that somebody else has written`() {
        var rig = GatewayRig.backup("gwb", term: 5)
        let table = rig.machine.table
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwc", term: 4)), from: "gwc")
        rig.hear(.serviceShutdown(GatewayRig.table(of: "gwa", term: 4, isServed: false)), from: "gwa")
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwa", term: 9)), from: "gwc")
        #expect(rig.machine.table == table && rig.state == "backup" && rig.lines().isEmpty)
    }

    @Test func `backup: of two that have begun one term the later one is made to begin another`() {
        var rig = GatewayRig.backup("gwc", of: "gwa", term: 2)
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwb", term: 2)), from: "gwb")
        #expect(rig.machine.table.master?.name == "gwa")
        rig.wait(.seconds(12.5))
        rig.end(.remoteSvcCheck)
        let isTold = rig.effects.contains { effect in
            if case .send(.serviceCheck(_, term: 3, _), _, _) = effect { true } else { false }
        }
        #expect(isTold)
    }

    @Test func `backup: vetoes, and what comes over the wrong side, mean nothing to it`() {
        var rig = GatewayRig.backup("gwb")
        let ticket = GatewayTicket(Generation(7), 1)
        rig.hear(.downstreamTakeoverDeny(CandidacyAnswer(ticket, isLast: false, .denied)), from: "gwa")
        rig.hear(.upstreamTakeoverDeny(CandidacyAnswer(ticket, isLast: true, .denied)), from: "gwa", over: .up)
        rig.hear(.serviceCheck(ticket, term: 1, interval: .seconds(1)), from: "gwc")
        rig.hear(.serviceShutdown(GatewayRig.table(of: "gwa", version: 1, isServed: false)), from: "gwa", over: .up)
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwa", over: .up)
        #expect(rig.lines().isEmpty && rig.state == "backup")
        #expect(rig.machine.nextDeadline == rig.now + .seconds(10))
    }

    @Test func `backup: when it counts less, or again as much, SVC_CHECK says so at once`() {
        var rig = GatewayRig.backup("gwb")
        rig.wait(.seconds(3))
        rig.request(.bear(GatewayRig.burden))
        #expect(rig.facts == [.counts(5, of: 20, GatewayRig.burden)] && rig.machine.local.rank == GatewayRank(5, "gwb"))
        #expect(rig.lines() == ["remoteSvcCheck"])
        rig.request(.bear(GatewayRig.burden))
        #expect(rig.lines().isEmpty, "nothing is new")
        rig.end(.remoteSvcCheck)
        #expect(rig.lines() == ["SVC_CHECK down: roving"])
        rig.request(.bear(GatewayBurden()))
        #expect(rig.machine.local.priority == 20 && rig.lines() == ["SVC_CHECK down: roving"])
        for burden in [GatewayBurden(services: ["vpn", "dmz"]), GatewayBurden(isUnwell: true)] {
            rig.request(.bear(burden))
            #expect(rig.machine.local.priority == 1, "nobody counts less than that")
            rig.request(.bear(GatewayBurden()))
        }
        #expect(rig.state == "backup")
    }

    @Test func `backup: it ends when it is asked to`() {
        var rig = GatewayRig.backup("gwb")
        rig.wait(.seconds(10))
        rig.request(.stop)
        #expect(rig.lines() == ["remoteSvcCheck", "cancel remoteSvcCheck", "quit it was asked to"])
        #expect(rig.machine.nextDeadline == nil)
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwc", term: 9)), from: "gwc")
        #expect(rig.lines().isEmpty && rig.state == "final")
    }

    @Test func `backup: what a host has announced before it served, and comes only now, is nobody's`() {
        var rig = GatewayRig.backup("gwb", term: 2)
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(term: 1, isLast: true)), from: "gwa")
        #expect(rig.lines().isEmpty)
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(term: 2, isLast: true)), from: "gwa")
        #expect(rig.lines() == ["DNSTR_TAKEOVER_DENY granted down: gwa"])
    }
}
