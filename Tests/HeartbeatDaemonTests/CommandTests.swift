// The daemon's command line as a user meets it: configuration mistakes exit 6 and start nothing, -s and -k answer about a
// daemon that does not run, and the shipped examples are a valid configuration.

import Foundation
import HeartbeatHost
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

    private static func run(_ arguments: [String], adding variables: [String: String] = [:]) throws -> Run {
        let program: URL = try #require(Self.program, "heartbeat is not built beside the tests")
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(variables) { _, new in new }
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

    @Test(arguments: [["-t"], ["-v"], ["-f"], []] as [[String]])
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

    /// A daemon may have been started with these options, and is given them again.
    @Test(arguments: ["-f", "-r", "-rf"])
    func `what begins in the place of another program goes on from its state or says why not`(option: String) throws {
        try Self.withConfiguration([:]) { directory in
            let held = try PidFile.acquire(directory + "/heartbeat.pid")
            let run = try Self.run(
                [option, "--config-dir", directory, "--run-dir", directory, "--node", "a"],
                adding: ["HEARTBEAT_STATE_FD": "99"])
            #expect(run.code == 1 && run.errors.contains("there is no kept state in it"), "\(run)")
            held.release()
        }
    }

    @Test func theVersionBeginsWithTheOriginalsItStandsFor() throws {
        let run = try Self.run(["-V"])
        #expect(run.code == 0 && run.output.hasPrefix("3.0.6 "))
    }

    @Test(arguments: [
        (["-x"], "Unknown option"), (["-k", "-s"], "-k and -s exclude each other"), (["-ksr"], "-k and -s and -r"),
        (["-R"], "use -r"), (["-R", "-C", "local"], "use -r"), (["-W"], "-W belongs to -D"),
        (["-s", "--timeout", "3"], "--timeout belongs to -k"), (["-k", "--timeout", "0"], "needs a number"),
        (["-k", "--timeout", "soon"], "--timeout"), (["-t", "--config-dir", ""], "--config-dir"), (["start"], "start"),
    ])
    func aCommandLineThatMakesNoSenseExits2(arguments: [String], text: String) throws {
        let run = try Self.run(arguments)
        #expect(run.code == 2 && run.output.isEmpty, "\(run)")
        #expect(run.errors.contains(text) && run.errors.contains("Usage: heartbeat"), "\(run.errors)")
    }

    @Test func theDefaultsAreThoseOfTheRules() throws {
        let lines = try Self.run(["-D"]).output.split(separator: "\n").map(String.init)
        #expect(lines == lines.sorted() && lines.count > 50)
        let table = lines.map { $0.split(separator: " ", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) } }
        for row in [
            ["keepalive", "1000ms"], ["initdead", "30000ms"], ["node", "-"], ["monitor", "-"], ["failure_limit", "3"],
            ["on_stop_failure", "stay"], ["coredumps", "true (no effect)"],
        ] {
            #expect(table.contains(row), "\(row)")
        }
        #expect(!table.contains { $0[0] == "stonith" })
        let wiki = try Self.run(["-DW"]).output.split(separator: "\n")
        #expect(wiki.count == lines.count && wiki.contains("||keepalive||1000ms||"))
    }

    @Test func whatIsPrintedIsAConfigurationWithoutItsSecrets() throws {
        let files = [
            "ha.cf": "bcast lo\nauto_failback on\nmonitor 30 10.9.8.7\nnode a b\nlogfacility none\n",
            "haresources": "a 10.9.8.7/32/lo \\\n true\n", "authkeys": "auth 1\n1 sha1 VeryHidden\n",
        ]
        try Self.withConfiguration(files) { directory in
            let wrong = try Self.run(["-v", "--config-dir", directory, "--node", "a"])
            #expect(wrong.code == 6 && wrong.errors.contains("did you mean \"10.9.8.7/32/lo\"?"), "\(wrong.errors)")
            let haCf = directory + "/ha.cf"
            let text = try String(contentsOfFile: haCf, encoding: .utf8)
            try text.replacingOccurrences(of: "bcast lo", with: "ucast lo 127.0.0.1")
                .replacingOccurrences(of: "10.9.8.7", with: "10.9.8.7/32/lo")
                .write(toFile: haCf, atomically: true, encoding: .utf8)
            let run = try Self.run(["-v", "--config-dir", directory, "--node", "a"])
            #expect(run.code == 0, "\(run.errors)")
            #expect(run.output.hasPrefix("# \(haCf), read by node a\n"))
            #expect(run.output.contains("\nmonitor 30000ms 10.9.8.7/32/lo\n"))
            #expect(run.output.contains("\n# \(directory)/haresources\na 10.9.8.7/32/lo true\n"))
            #expect(run.output.contains("#1 sha1 (secret not shown)\n") && !run.output.contains("VeryHidden"))
        }
    }

    @Test func theGroupsAreListedForScriptsAndDoubtsAreNot() throws {
        let files = [
            "ha.cf": "ucast lo 127.0.0.2\nnode a b\n", "authkeys": "auth 1\n1 crc\n",
            "haresources": "A  10.0.0.1/24 \\\n nosuch::x::y # comment\n\nb other\n", "OnlyForTesting": "rcvloss=0.5\n",
        ]
        try Self.withConfiguration(files) { directory in
            let list = try Self.run(["--list-groups", "--config-dir", directory, "--node", "a"])
            #expect(
                list.code == 0 && list.output == "a 10.0.0.1/24 nosuch::x::y\nb other\n" && list.errors == "", "\(list)"
            )
            let test = try Self.run(["-t", "--config-dir", directory, "--node", "a"])
            #expect(test.code == 0 && test.errors.contains("OnlyForTesting: warning: is ignored"), "\(test)")
            let wrong = try Self.run(["--list-groups", "--config-dir", directory, "--node", "c"])
            #expect(wrong.code == 6 && wrong.output == "" && wrong.errors.contains("not among the nodes"), "\(wrong)")
        }
    }

    @Test func scriptsAreLookedForWhereAStartWouldLook() throws {
        let files = [
            "ha.cf": "ucast lo 127.0.0.2\nauto_failback on\nnode a b\nlogfacility none\n",
            "haresources": "a 10.9.8.7/32/lo there nowhere-x locked\nb 10.9.8.6\n",
            "authkeys": "auth 1\n1 sha1 Hidden\n",
        ]
        try Self.withConfiguration(files) { directory in
            let own = directory + "/resource.d"
            try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: false)
            for (name, mode) in [("IPaddr", 0o755), ("there", 0o755), ("locked", 0o644), ("IPaddr2", 0o644)] {
                let attributes: [FileAttributeKey: Any] = [.posixPermissions: mode]
                #expect(
                    FileManager.default.createFile(atPath: "\(own)/\(name)", contents: Data(), attributes: attributes))
            }
            let run = try Self.run(["-t", "--config-dir", directory, "--node", "a"])
            #expect(run.code == 0)
            let lines = run.errors.split(separator: "\n")
            #expect(lines.count == 3, "\(run.errors)")
            #expect(run.errors.contains("haresources:1: warning: resource.d/IPaddr is your own"))
            #expect(run.errors.contains("\"nowhere-x\"") && run.errors.contains("/etc/init.d/nowhere-x"))
            #expect(run.errors.contains("the script \(own)/locked may not be executed"))
        }
    }
}
