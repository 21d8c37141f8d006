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
        // Said again as long as there is time to check and to say no.
        rig.wait(.milliseconds(250))
        #expect(rig.lines() == [Self.first])
        rig.wait(.milliseconds(250))
        #expect(rig.lines() == [Self.first])
        rig.wait(.milliseconds(7499))
        #expect(rig.lines().isEmpty)
        rig.wait(.milliseconds(1))
        #expect(rig.lines() == ["activateUplink"])
        rig.end(.activateUplink)
        #expect(rig.lines() == ["uplinkCheck"])
        rig.end(.uplinkCheck)
        #expect(rig.lines() == Self.last)
        rig.wait(.milliseconds(7999))
        #expect(rig.lines() == Self.last + Self.last && rig.state == "handover")
        rig.wait(.milliseconds(1))
        #expect(rig.state == "service")
        #expect(rig.machine.table.master == GatewayRank(20, "gwb") && rig.machine.table.term == 2)
        #expect(
            rig.lines() == ["SVC_TAKEOVER down: gwa gwc", "SVC_TAKEOVER up: gwa gwc", "activateService"])
    }

    @Test func `handover: both stages are one candidacy, and the next one is another`() throws {
        var rig = GatewayRig.announced("gwb")
        let first = try #require(rig.candidacy)
        rig.wait(.seconds(8))
        rig.end([.activateUplink, .uplinkCheck])
        let last = try #require(rig.candidacy)
        #expect(first.ticket == last.ticket && !first.isLast && last.isLast)
        rig.hear(.downstreamTakeoverDeny(last.ticket), from: "gwa")
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
            rig.wait(.seconds(8))
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
        let ticket = try #require(rig.candidacy?.ticket)
        _ = rig.lines()
        rig.hear(.downstreamTakeoverDeny(ticket), from: "gwa")
        #expect(rig.facts.first == .denied(by: "gwa", over: .down))
        #expect(rig.lines().isEmpty && rig.state == "backup")
    }

    @Test(arguments: GatewaySide.allCases)
    func `handover: a veto on either side in the last stage → the uplink goes down, backup`(side: GatewaySide) throws {
        var rig = GatewayRig.announcedLast("gwb")
        let ticket = try #require(rig.candidacy?.ticket)
        _ = rig.lines()
        rig.hear(.deny(ticket, over: side), from: "gwa", over: side)
        #expect(rig.lines() == ["deactivateUplink"] && rig.state == "handover")
        rig.end(.deactivateUplink)
        #expect(rig.lines().isEmpty && rig.state == "backup")
    }

    @Test func `handover: a veto while the uplink comes up ends that, too`() throws {
        var rig = GatewayRig.announced("gwb")
        let ticket = try #require(rig.candidacy?.ticket)
        rig.wait(.seconds(8))
        _ = rig.lines()
        rig.hear(.downstreamTakeoverDeny(ticket), from: "gwa")
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
        rig.hear(.downstreamTakeoverDeny(ticket), from: "gwa")
        ticket.number += 1
        ticket.generation = Generation(6)
        rig.hear(.upstreamTakeoverDeny(ticket), from: "gwa", over: .up)
        rig.wait(.seconds(8))
        #expect(rig.state == "service")
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
            #expect(rig.lines() == (isLast ? ["deactivateUplink"] : []))
        }
        var rig = GatewayRig.announcedLast("gwb")
        _ = rig.lines()
        rig.hear(.upstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwa", over: .up)
        #expect(rig.lines() == ["deactivateUplink"])
        rig.end(.deactivateUplink)
        #expect(rig.state == "backup")
    }

    @Test func `handover: a higher candidate interrupts before anything is announced`() {
        var rig = GatewayRig.backup("gwb")
        rig.wait(.seconds(10))
        rig.end(.remoteSvcCheck, false)
        _ = rig.lines()
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwa")
        #expect(rig.lines() == ["cancel downlinkCheck"] && rig.state == "backup")
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
        rig.wait(.seconds(8))
        #expect(rig.state == "service" && rig.machine.table.term == 10)
    }

    @Test func `handover: who has spoken is told, though it is in no list`() {
        var rig = GatewayRig.announced("gwb")
        _ = rig.lines()
        let stranger = GatewayRig.host("gwx", 5, 9)
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwx", [stranger])
        #expect(rig.lines() == ["DNSTR_TAKEOVER_DENY down: gwx"])
        rig.wait(.milliseconds(250))
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
