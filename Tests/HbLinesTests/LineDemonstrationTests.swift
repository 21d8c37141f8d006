// The demonstration of two lines: what it prints, and that all its scenes end as they must.

import Foundation
import Testing

@testable import HeartbeatLab

@Suite struct LineDemonstrationTests {
    private static let good = LineScene.allCases.map { scene in
        LineSceneResult(
            scene: scene, lines: scene.lines, gaps: [.milliseconds(1234), .milliseconds(7)], wrong: 0, problems: [])
    }

    @Test func `the table says everything on one line a scene`() {
        #expect(
            LineDemonstrationReport(Self.good).table == """
                scene      result  server on  silent ms  workstation on  silent ms  wrong line
                start      ok      dsl1            1234  dsl2                    7           0
                dead-line  ok      dsl2            1234  dsl2                    7           0
                line-back  ok      dsl1            1234  dsl2                    7           0
                redialled  ok      dsl1            1234  dsl2                    7           0

                Correct: each class was on its line after each scene; both flows went on, each
                in one socket; no packet left by the wrong line.

                """)
    }

    @Test func `what went wrong is said, and nothing is correct then`() {
        var wrong = Self.good
        wrong[1].wrong = 3
        wrong[1].lines = []
        wrong[1].problems = ["3 packets left by the wrong line"]
        let report = LineDemonstrationReport(wrong)
        #expect(!report.isCorrect && !LineDemonstrationReport([]).isCorrect)
        #expect(report.table.hasSuffix("\n\ndead-line: 3 packets left by the wrong line\nNOT CORRECT\n"))
        #expect(wrong[1].sentence == "WRONG: 3 packets left by the wrong line")
        #expect(
            report.json.contains(
                """
                {"scene": "dead-line", "ok": false, "server": "-", "workstation": "-", "server_silent_ms": 1234, \
                "workstation_silent_ms": 7, "wrong_line": 3, "problems": ["3 packets left by the wrong line"]}
                """))
    }

    @Test func `what a newcomer sees fits a terminal`() {
        let texts =
            [
                LineDemonstrationReport(Self.good).table, DemonstrationProgram.openingOfLines,
                DemonstrationProgram.closingOfLines,
            ] + LineScene.allCases.flatMap { [$0.title, "    " + $0.explanation] }
            + Self.good.map { "    " + $0.sentence }
        for line in texts.flatMap({ $0.split(separator: "\n") }) { #expect(line.count <= 80, "\(line)") }
    }

    @Test(.enabled(if: geteuid() == 0, "a gateway in namespaces needs root"))
    func `every scene ends as it must`() throws {
        let result = try Command.run(
            [ProgramPlaces().programs + "/hbdemo", "--lines", "--json"], limit: .seconds(150))
        #expect(result.code == 0, "\(result.output)")
        #expect(result.output.contains("{\"correct\": true, \"scenes\": [{\"scene\": \"start\", \"ok\": true"))
    }
}
