// What every program says about itself: its version, what it is for, and its own name where it tells how it is used.

import Foundation
import HeartbeatLab
import HeartbeatModel
import Testing

@Suite struct ProgramTests {
    private static let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let programs = [
        "heartbeat", "hbctl", "cl_status", "hb_standby", "hb_takeover", "hb_address", "hb_guardian",
        "heartbeat-exporter", "faild", "hbsim",
        "hbdemo",
        "hbbench",
        "hbinterop",
    ]

    private static func run(_ program: String, _ words: [String]) throws -> Command {
        let path = try #require(
            [Bundle.main.bundleURL.path, PairTests.programs].map { "\($0)/\(program)" }
                .first { FileManager.default.isExecutableFile(atPath: $0) }, "\(program) is not built beside the tests")
        return try Command.run([path] + words, limit: .seconds(60))
    }

    @Test(arguments: programs) func `each program tells its version, its purpose and its name`(program: String) throws {
        let version = try Self.run(program, ["--version"])
        #expect(version.code == 0 && version.output == "\(Version.text)\n", "\(version)")
        let help = try Self.run(program, ["--help"])
        #expect(help.code == 0 && help.output.hasPrefix("OVERVIEW: "), "\(help.output)")
        #expect(help.output.contains("\nUSAGE: \(program) "), "\(help.output)")
        // The library would make a name of the type's: hb-standby.
        let mistake = try Self.run(program, ["--no-such-option"])
        let other = program.replacingOccurrences(of: "_", with: "-")
        #expect(mistake.code != 0 && (other == program || !mistake.output.contains(other)), "\(mistake)")
    }

    @Test func `the help that make shows without building anything is the demonstration's own`() throws {
        let text = try String(contentsOf: Self.top.appendingPathComponent("docs/demo-help.txt"), encoding: .utf8)
        #expect(try Self.run("hbdemo", ["--help"]).output == text)
    }
}
