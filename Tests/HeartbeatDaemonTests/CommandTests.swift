// The daemon's command line as a user meets it: configuration mistakes exit 6 and start nothing, -s and -k answer about a
// daemon that does not run, and the shipped examples are a valid configuration.

import Foundation
import Testing

@Suite struct CommandTests {
    struct Run {
        var code: Int32
        var output: String
        var errors: String
    }

    private static let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static var program: URL? {
        [Bundle.main.bundleURL.path, PairTests.programs].map {
            URL(fileURLWithPath: $0).appendingPathComponent("heartbeat")
        }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    private static func run(_ arguments: [String]) throws -> Run {
        let program: URL = try #require(Self.program, "heartbeat is not built beside the tests")
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let outputData = output.fileHandleForReading.readDataToEndOfFile()
        let errorData = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Run(
            code: process.terminationStatus, output: String(decoding: outputData, as: UTF8.self),
            errors: String(decoding: errorData, as: UTF8.self))
    }

    private static func withConfiguration(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hbtest-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, text) in files {
            let file = directory.appendingPathComponent(name)
            try text.write(to: file, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        }
        try body(directory.path)
    }

    @Test func theExamplesAreAValidConfiguration() throws {
        var files: [String: String] = [:]
        for name in ["ha.cf", "haresources", "authkeys"] {
            files[name] = try String(contentsOf: Self.top.appendingPathComponent("\(name).example"), encoding: .utf8)
        }
        try Self.withConfiguration(files) { directory in
            let run = try Self.run(["-t", "--config-dir", directory, "--node", "cluster1"])
            #expect(run.code == 0, "\(run.errors)")
            #expect(run.output.contains("Configuration is valid"))
        }
    }

    @Test(arguments: [["-t"], ["-f"], []] as [[String]])
    func mistakesExit6AndStartNothing(options: [String]) throws {
        let files = ["ha.cf": "keepalvie 1\nnode a b\n", "haresources": "c 10.0.0.1\n", "authkeys": "auth 1\n"]
        try Self.withConfiguration(files) { directory in
            let run = try Self.run(
                options + [
                    "--config-dir", directory, "--state-dir", directory + "/state", "--run-dir", directory, "--node",
                    "a",
                ])
            #expect(run.code == 6)
            #expect(
                run.errors.contains("ha.cf:1:") && run.errors.contains("did you mean \"keepalive\""), "\(run.errors)")
            #expect(run.errors.contains("haresources:1:") && run.errors.contains("authkeys:"), "\(run.errors)")
            #expect(!FileManager.default.fileExists(atPath: directory + "/heartbeat.pid"))
            #expect(!FileManager.default.fileExists(atPath: directory + "/state"))
        }
    }

    @Test func aDaemonThatDoesNotRunIsStoppedAlready() throws {
        try Self.withConfiguration([:]) { directory in
            let status = try Self.run(["-s", "--run-dir", directory])
            #expect(status.code == 1 && status.output == "heartbeat is stopped. No process\n")
            let stop = try Self.run(["-k", "--run-dir", directory])
            #expect(stop.code == 0 && stop.errors == "INFO: Heartbeat already stopped.\n")
        }
    }

    @Test func theVersionBeginsWithTheOriginalsItStandsFor() throws {
        let run = try Self.run(["-V"])
        #expect(run.code == 0 && run.output.hasPrefix("3.0.6 "))
    }
}
