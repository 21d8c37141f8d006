// Every file in scenarios/ is run and must give itself again. HEARTBEAT_REWRITE_GOLDEN=1 writes the true outcome instead,
// to be read as a diff.

import Foundation
import HeartbeatSimulator
import Testing

@Suite struct ScenarioTests {
    static let files: [URL] = {
        guard let folder = Bundle.module.url(forResource: "scenarios", withExtension: nil),
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        else { return [] }
        return names.filter { $0.hasSuffix(".txt") }.sorted().map { folder.appendingPathComponent($0) }
    }()

    @Test func scenariosAreThere() {
        #expect(Self.files.count >= 20)
    }

    @Test(arguments: files)
    func scenarioHasItsOutcome(file: URL) throws {
        let expected = try String(contentsOf: file, encoding: .utf8)
        let outcome = try Scenario.run(expected)
        #expect(!outcome.contains("VIOLATION"), "\(file.lastPathComponent)")
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] != nil {
            let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("scenarios/\(file.lastPathComponent)")
            try outcome.write(to: source, atomically: true, encoding: .utf8)
            return
        }
        #expect(outcome == expected, "\(file.lastPathComponent)")
    }

    @Test(arguments: [
        ("at 5s fly alpha", "line 2: no such event: fly alpha"),
        ("until soon", "line 2: soon is no duration; write 250ms, 10s or 2m"),
        ("dance", "line 2: no such command: dance"),
        ("at 1s standby alpha some", "line 2: some is none of all, local, foreign"),
    ])
    func mistakesNameTheirLine(line: String, message: String) {
        #expect(throws: ScenarioError.self) { try Scenario.run("cluster alpha beta media=eth0\n\(line)\n----\n") }
        do {
            _ = try Scenario.run("cluster alpha beta media=eth0\n\(line)\n----\n")
        } catch {
            #expect("\(error)" == message)
        }
    }
}
