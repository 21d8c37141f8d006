// Arcs that end what is under way, in each place where something may be: a look at the service, a procedure of a candidate, the beginning
// of service (DSOM 2002).

import HeartbeatModel
import Testing

@testable import HeartbeatGateway

@Suite struct GatewayBackupArcTests {
    enum Look: CaseIterable { case waiting, checking, asking }

    /// A backup in the middle of a look, and what must be ended with it.
    private func backup(_ local: String, _ look: Look) -> (rig: GatewayRig, ended: [String]) {
        var rig = GatewayRig.backup(local)
        if look != .waiting { rig.wait(.seconds(local == "gwb" ? 10 : 12.5)) }
        if look == .asking { rig.end(.remoteSvcCheck) }
        return (rig, look == .checking ? ["cancel remoteSvcCheck"] : [])
    }

    @Test(arguments: Look.allCases, ["gwa", "gwc"])
    func `backup: DNSTR_TAKEOVER ends whatever look there is, and the timer begins anew`(look: Look, sender: String) {
        var (rig, ended) = backup("gwb", look)
        let question = rig.question
        _ = rig.lines()
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: sender)
        #expect(rig.lines() == ended + ["DNSTR_TAKEOVER_DENY granted down: \(sender)"])
        // What was under way is nobody's any more.
        rig.end(.remoteSvcCheck, false)
        if let question {
            rig.hear(.serviceCheckReply(question, isWell: false, GatewayRig.table(of: "gwa")), from: "gwa")
        }
        rig.wait(.milliseconds(9999))
        #expect(rig.lines().isEmpty && rig.state == "backup")
        rig.wait(.milliseconds(1))
        #expect(rig.lines() == ["remoteSvcCheck"])
    }

    @Test(arguments: Look.allCases)
    func `backup: SVC_SHUTDOWN ends whatever look there is, and the table decides`(look: Look) {
        for local in ["gwb", "gwc"] {
            var (rig, ended) = backup(local, look)
            _ = rig.lines()
            var closed = GatewayRig.table(of: "gwa")
            closed.close(isLeaving: true)
            rig.hear(.serviceShutdown(closed), from: "gwa")
            #expect(rig.lines() == ended + (local == "gwb" ? ["downlinkCheck"] : []))
            #expect(rig.state == (local == "gwb" ? "handover" : "backup"))
        }
    }

    @Test(arguments: Look.allCases)
    func `backup: SVC_TAKEOVER of another host ends whatever look there is, and the table decides`(look: Look) {
        for (local, master) in [("gwb", "gwc"), ("gwc", "gwb")] {
            var (rig, ended) = backup(local, look)
            _ = rig.lines()
            rig.hear(.serviceTakeover(GatewayRig.table(of: master, term: 2)), from: master)
            #expect(rig.lines() == ended + (local == "gwb" ? ["downlinkCheck"] : []))
            #expect(rig.state == (local == "gwb" ? "handover" : "backup"))
        }
    }

    @Test(arguments: Look.allCases) func `backup: asked to stop in any look, it ends`(look: Look) {
        var (rig, ended) = backup("gwb", look)
        _ = rig.lines()
        rig.request(.stop)
        #expect(rig.lines() == ended + ["quit it was asked to"] && rig.state == "final")
    }
}

@Suite struct GatewayHandoverArcTests {
    /// A candidate whose uplink comes up, or is checked.
    private func climbing(_ procedure: GatewayProcedure) -> GatewayRig {
        var rig = GatewayRig.announced("gwb")
        rig.wait(GatewayRig.hearing)
        if procedure == .uplinkCheck { rig.end(.activateUplink) }
        _ = rig.lines()
        return rig
    }

    @Test(arguments: [GatewayProcedure.activateUplink, .uplinkCheck], [true, false])
    func `handover: a higher candidate interrupts while the uplink comes up, a lower one is denied`(
        procedure: GatewayProcedure, isLast: Bool
    ) {
        var rig = climbing(procedure)
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: false)), from: "gwc")
        #expect(rig.lines() == ["DNSTR_TAKEOVER_DENY down: gwc"] && rig.state == "handover")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: isLast)), from: "gwa")
        #expect(rig.facts == [.interrupted(by: "gwa")])
        #expect(
            rig.lines() == [
                "DNSTR_TAKEOVER_DENY granted down: gwa", "cancel \(procedure.rawValue)", "deactivateUplink",
            ])
        rig.end(procedure)
        rig.end(.deactivateUplink)
        #expect(rig.lines().isEmpty && rig.state == "backup")
    }

    @Test(arguments: [GatewayProcedure.activateUplink, .uplinkCheck])
    func `handover: SVC_TAKEOVER of a higher host interrupts while the uplink comes up`(procedure: GatewayProcedure) {
        var rig = climbing(procedure)
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwa", term: 7)), from: "gwa")
        #expect(rig.lines() == ["cancel \(procedure.rawValue)", "deactivateUplink"])
        rig.end(.deactivateUplink)
        #expect(rig.state == "backup" && rig.machine.table.master?.name == "gwa")
    }

    @Test func `handover: while the uplink goes down again a better candidate is granted, and nothing else happens`() {
        var rig = GatewayRig.announcedLast("gwb")
        rig.answer(.denied, from: "gwa")
        _ = rig.lines()
        rig.answer(.denied, from: "gwc", over: .up)
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwc")
        #expect(rig.facts.isEmpty && rig.lines().isEmpty)
        for isLast in [false, true] {
            rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: isLast)), from: "gwa")
            #expect(rig.facts.isEmpty && rig.lines() == ["DNSTR_TAKEOVER_DENY granted down: gwa"])
        }
        rig.hear(.serviceTakeover(GatewayRig.table(of: "gwa", term: 7)), from: "gwa")
        #expect(rig.lines().isEmpty && rig.state == "handover")
        rig.end(.deactivateUplink)
        #expect(rig.lines().isEmpty && rig.state == "backup")
    }

    @Test func `handover: asked to stop while the uplink goes down again, it ends afterwards`() {
        for isUnfit in [false, true] {
            var rig = GatewayRig.announcedLast("gwb")
            if isUnfit {
                rig = climbing(.uplinkCheck)
                rig.end(.uplinkCheck, false)
            } else {
                rig.answer(.denied, from: "gwa")
            }
            _ = rig.lines()
            rig.request(.stop)
            #expect(rig.lines().isEmpty && rig.state == "handover")
            rig.end(.deactivateUplink)
            // The first reason counts.
            #expect(rig.effects.last == .quit(isUnfit ? .unfit(.uplinkCheck) : .asked))
        }
    }

    @Test func `handover: asked to stop while a procedure runs, it ends that first`() {
        var rig = GatewayRig.backup("gwb")
        rig.wait(.seconds(10))
        rig.end(.remoteSvcCheck, false)
        _ = rig.lines()
        rig.request(.stop)
        #expect(rig.lines() == ["cancel downlinkCheck", "quit it was asked to"])
        for procedure in [GatewayProcedure.activateUplink, .uplinkCheck] {
            rig = climbing(procedure)
            rig.request(.stop)
            #expect(rig.lines() == ["cancel \(procedure.rawValue)", "deactivateUplink"])
            rig.end(.deactivateUplink)
            #expect(rig.lines() == ["quit it was asked to"])
        }
    }
}

@Suite struct GatewayServiceArcTests {
    private static let steps: [GatewayProcedure] = [.activateService, .takeoverDownstream, .takeoverUpstream]

    /// A host that begins to serve and has come so far.
    private func beginning(_ procedure: GatewayProcedure) -> GatewayRig {
        var rig = GatewayRig.announcedLast("gwb")
        rig.wait(GatewayRig.hearing)
        rig.end(Self.steps.prefix { $0 != procedure })
        _ = rig.lines()
        return rig
    }

    @Test(arguments: steps, [true, false])
    func `service: what cannot be begun is given away`(procedure: GatewayProcedure, isHeardOf: Bool) {
        var rig = beginning(procedure)
        if isHeardOf { rig.end(procedure, false) } else { rig.wait(.seconds(11)) }
        #expect(rig.facts.contains(.leaves(.failed(procedure))))
        #expect(
            rig.lines() == (isHeardOf ? [] : ["cancel \(procedure.rawValue)"])
                + ["SVC_SHUTDOWN down: gwa gwc", "releaseDownstream"])
        rig.end(LeavingState.steps)
        #expect(rig.state == "released")
        rig.wait(.seconds(8))
        #expect(rig.effects.last == .quit(.failed(procedure)) && rig.state == "final")
    }

    @Test(arguments: steps) func `service: asked to stop while it begins, it leaves at once`(
        procedure: GatewayProcedure
    ) {
        var rig = beginning(procedure)
        rig.request(.stop)
        #expect(
            rig.lines() == ["cancel \(procedure.rawValue)", "SVC_SHUTDOWN down: gwa gwc", "releaseDownstream"])
        rig.end(LeavingState.steps)
        rig.wait(.seconds(8))
        #expect(rig.effects.last == .quit(.asked))
    }

    @Test(arguments: [GatewayProcedure.downlinkCheck, .uplinkCheck, .localSvcCheck])
    func `service: it gives way in the middle of a check`(procedure: GatewayProcedure) {
        var rig = GatewayRig.serving("gwb")
        rig.hear(.downstreamTakeover(GatewayRig.candidacy(isLast: true)), from: "gwa")
        rig.request(.look)
        let checks: [GatewayProcedure] = [.downlinkCheck, .uplinkCheck, .localSvcCheck]
        rig.end(checks.prefix { $0 != procedure })
        _ = rig.lines()
        rig.wait(GatewayRig.hearing)
        #expect(
            rig.lines() == ["cancel \(procedure.rawValue)", "SVC_SHUTDOWN down: gwa gwc", "releaseDownstream"])
    }
}
