// What is said of all scenes of a run together.

import HeartbeatLab
import Testing

@testable import HeartbeatMachines

@Suite("Goals of a run of scenes")
struct GatewayGoalsTests {
    private func result(
        _ scene: GatewayScene, _ daemon: GatewayDaemon, _ outage: Int, moves: Int = 1, detection: Int? = nil,
        problems: [String] = []
    ) -> GatewayResult {
        GatewayResult(
            scene: scene, daemon: daemon, outage: .milliseconds(outage), twoOwners: .zero, moves: moves,
            falseDeaths: nil, detection: detection.map { .milliseconds($0) }, problems: problems)
    }

    @Test("where both moved, half of heartbeat's outage is enough and more is a failure")
    func half() {
        let heartbeat = result(.powerLoss, .heartbeat, 2000)
        #expect(GatewayGoals.failures([result(.powerLoss, .ours, 1000), heartbeat]).isEmpty)
        #expect(
            GatewayGoals.failures([result(.powerLoss, .ours, 1001), heartbeat]) == [
                "power-loss: an outage of 1001 ms is more than half of heartbeat's, 2000 ms"
            ])
        #expect(GatewayGoals.failures([result(.watchdog, .ours, 9000), heartbeat]).isEmpty)
        #expect(GatewayGoals.failures([result(.powerLoss, .ours, 9000)]).isEmpty)
    }

    @Test("a daemon that did not move is no measure, and of several runs the median is one")
    func measure() {
        let stayed = [result(.lanCut, .ours, 9000), result(.lanCut, .heartbeat, 12_000, moves: 0)]
        #expect(GatewayGoals.failures(stayed).isEmpty)
        let runs = [400, 30_000, 500].map { result(.powerLoss, .ours, $0) } + [result(.powerLoss, .heartbeat, 2000)]
        #expect(GatewayGoals.failures(runs).isEmpty)
        #expect(GatewayGoals.failures(runs + [600, 1100].map { result(.powerLoss, .ours, $0) }).isEmpty)
        #expect(GatewayGoals.failures(runs + [1100, 1200].map { result(.powerLoss, .ours, $0) }).count == 1)
        let standstills = [result(.standstills, .ours, 2000), result(.standstills, .heartbeat, 2000)]
        #expect(GatewayGoals.failures(standstills).isEmpty)
    }

    @Test("what is not true of ours is a failure, and of heartbeat a remark")
    func whose() {
        let daemons = [GatewayDaemon.ours, .heartbeat]
        let results = daemons.map { result(.lanCut, $0, 100, moves: 0, problems: ["two owners"]) }
        #expect(GatewayGoals.failures(results) == ["ours, lan-cut: two owners"])
        for detection in [nil, SiteName.paper.detection] {
            #expect(GatewayGoals.remarks(results, detection: detection) == ["heartbeat, lan-cut: two owners"])
        }
    }

    @Test("a death that is found too late or too soon is told")
    func remarks() {
        let results = [749, 750, 1200, 1201].map { result(.powerLoss, .ours, 1000, detection: $0) }
        let remarks = GatewayGoals.remarks(
            results + [result(.lanCut, .ours, 1000)], detection: SiteName.paper.detection)
        #expect(remarks.count == 2 && remarks.allSatisfy { $0.contains("750 to 1200 ms") })
        #expect(remarks[0].contains("dead 749 ms") && remarks[1].contains("dead 1201 ms"))
        #expect(GatewayGoals.remarks(results, detection: nil).isEmpty)
    }

    @Test("when a node was found dead stands in the log of the one that took over")
    func detection() {
        let head = "Nov 20 23:46:59 cluster2 heartbeat: [34]: info: "
        let handover =
            head + "Timeline of a (ms since the handover was asked for, at 4700.000000): decided 0.10, running 5.00\n"
        let death =
            head + "Timeline of a (ms since cluster1 was last heard, at 4711.123456): due 1000.00, detected 1000.15, "
            + "decided 1000.19, ipsec 1000.47-1005.10, running 1005.15\n"
        #expect(GatewayGoals.detection(inLog: handover + death) == .microseconds(1_000_150))
        #expect(GatewayGoals.detection(inLog: handover) == nil)
        #expect(GatewayGoals.detection(inLog: "") == nil)
    }

    @Test("it is a column, and stands in the line of its scene")
    func table() {
        let results = [
            result(.powerLoss, .ours, 1052, detection: 1001), result(.powerLoss, .heartbeat, 23_082),
        ]
        let lines = GatewayTable.text(results).split(separator: "\n").map { $0.split(separator: " ").last }
        #expect(lines == ["ms", "1001", "-"])
        #expect(GatewayTable.figures(results[0]).hasSuffix(", detection ms 1001"))
        #expect(!GatewayTable.figures(results[1]).contains("detection"))
    }
}
