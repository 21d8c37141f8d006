// README shows one run of the demonstration, recorded in docs/failover-run.json: its table as the program prints it, and one
// failover as a picture drawn from it. A new run is recorded, and drawn, by
//
//     make demo ARGS=--json >docs/failover-run.json
//     HEARTBEAT_REWRITE_GOLDEN=1 swift test --filter ReadmeTests

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatLab

@Suite struct ReadmeTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    private static func run() throws -> RecordedRun {
        try JSONDecoder().decode(RecordedRun.self, from: Data(try text("docs/failover-run.json").utf8))
    }

    @Test func `the recorded run has all scenes, and each ended as it must`() throws {
        let run = try Self.run()
        #expect(run.correct && run.scenes.allSatisfy(\.ok))
        #expect(run.scenes.map(\.scene) == Scene.allCases.map(\.rawValue))
    }

    @Test func `README shows the table that the demonstration prints of the recorded run`() throws {
        let results = try Self.run().scenes.map { recorded in
            let figures = ProbeFigures(
                outage: .milliseconds(recorded.outage ?? 0), sent: recorded.probes, lost: recorded.lost ?? 0,
                doubleOwnership: .milliseconds(recorded.owners), longestStall: .milliseconds(recorded.stall),
                firstAnswers: [:], announcements: [])
            let scene = try #require(Scene(rawValue: recorded.scene))
            return SceneResult(scene: scene, figures: figures, scripts: ScriptHistory([]), problems: [])
        }
        let table = DemonstrationReport(results).table.components(separatedBy: "\n\n")[0]
        #expect(try Self.text("README.md").contains("\n```\n\(table)\n```\n"), "README does not show\n\(table)")
    }

    @Test func `the picture of a failover is drawn from the recorded run`() throws {
        let scene = try #require(try Self.run().scene("power-loss"))
        let drawing = try #require(FailoverDrawing(scene)).svg
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
            try drawing.write(
                to: Self.root.appendingPathComponent("docs/failover-timeline.svg"), atomically: true, encoding: .utf8)
        }
        #expect(try Self.text("docs/failover-timeline.svg") == drawing)
        #expect(try Self.text("README.md").contains("(docs/failover-timeline.svg)"))
    }

    /// What takes the time in the picture is not IPsec: README says so beside it.
    @Test func `README and the demonstration say which scripts are stand-ins`() throws {
        let names = NodeFiles.group.map { "`\($0)`" }
        let list = names.dropLast().joined(separator: ", ") + " and \(names.last ?? "")"
        let readme = try Self.text("README.md").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(readme.contains("\(list) are stand-ins"), "README does not say that \(list) are stand-ins")
        #expect(DemonstrationProgram.opening.contains("are stand-ins"))
    }

    /// Who the nodes are and what joins them is the laboratory; the rest is what a reader compares with a gateway of his own.
    @Test func `README says every setting of the demonstration that is not the default`() throws {
        let files = NodeFiles(node: "cluster1", directory: "/d", peerAddress: "10.0.0.2", record: "/r")
        let laboratory = ["logfile ", "node ", "serial ", "bcast ", "ucast "]
        let defaults = ["udpport 694", "baud 19200"]
        let readme = try Self.text("README.md")
        for line in files.haCf.split(separator: "\n").map(String.init) where !defaults.contains(line) {
            let isLaboratory = laboratory.contains(where: line.hasPrefix)
            #expect(isLaboratory || readme.contains("`\(line)`"), "README does not say \(line)")
        }
    }
}
