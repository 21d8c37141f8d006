// The demonstration of three hosts: what it prints, and that all its scenes end as they must.

import Foundation
import Testing

@testable import HeartbeatLab

@Suite struct HostDemonstrationTests {
    private static let good = HostScene.allCases.map { scene in
        HostSceneResult(
            scene: scene, owner: ["gwa", "gwb", "gwc"][scene.owner], outage: .milliseconds(1234), shared: .zero,
            problems: [])
    }

    @Test func `the table says everything on one line a scene`() {
        #expect(
            HostDemonstrationReport(Self.good).table == """
                scene           result  serves  client waits ms  two owners ms
                start           ok      gwa                1234              0
                power-loss      ok      gwb                1234              0
                host-back       ok      gwa                1234              0
                false-alarm     ok      gwa                1234              0
                broken-service  ok      gwb                1234              0
                stop            ok      gwc                1234              0

                Correct: the right host served alone after each scene, and at no moment had two
                hosts a roving address.

                """)
    }

    @Test func `what went wrong is said, and nothing is correct then`() {
        var wrong = Self.good
        wrong[1].owner = nil
        wrong[1].problems = ["gwb does not serve the client alone"]
        let report = HostDemonstrationReport(wrong)
        #expect(!report.isCorrect && !HostDemonstrationReport([]).isCorrect)
        #expect(report.table.hasSuffix("\n\npower-loss: gwb does not serve the client alone\nNOT CORRECT\n"))
        #expect(wrong[1].sentence == "WRONG: gwb does not serve the client alone")
        #expect(
            report.json.contains(
                """
                {"scene": "power-loss", "ok": false, "serves": "-", "client_waits_ms": 1234, "two_owners_ms": 0, \
                "problems": ["gwb does not serve the client alone"]}
                """))
    }

    @Test func `what a newcomer sees fits a terminal`() {
        let texts =
            [
                HostDemonstrationReport(Self.good).table, DemonstrationProgram.openingOfHosts,
                DemonstrationProgram.closingOfHosts,
            ] + HostScene.allCases.flatMap { [$0.title, "    " + $0.explanation] }
            + Self.good.map { "    " + $0.sentence }
        for line in texts.flatMap({ $0.split(separator: "\n") }) { #expect(line.count <= 80, "\(line)") }
    }
}

extension GatewayTests {
    @Test func `every scene of the demonstration ends as it must`() throws {
        let result = try Command.run(
            [ProgramPlaces().programs + "/hbdemo", "--hosts", "--json"], limit: .seconds(300))
        #expect(result.code == 0, "\(result.output)")
        #expect(result.output.contains("{\"correct\": true, \"scenes\": [{\"scene\": \"start\", \"ok\": true"))
    }
}
