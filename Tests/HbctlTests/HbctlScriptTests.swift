// The built hbctl tries small scripts: a good one, one for each fault, some of this repository, and the one that it prints itself.
// A file stands for the service, so that nothing depends on who collects dead processes.

import Foundation
import Glibc
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import Testing

@Suite struct HbctlScriptTests {
    /// Bodies of the actions; the state is a file.
    struct Fixture: Sendable, CustomStringConvertible {
        var start = ": >\"$state\""
        var stop = "rm -f \"$state\""
        var status = "if [ -e \"$state\" ]; then echo running; else echo stopped; exit 3; fi"
        var other = "exit 2"
        /// A code that is found, and what the program ends with; `nil`: that depends on who runs the tests.
        var code = ""
        var exit: Int32? = 2
        var options: [String] = []

        var description: String { code }

        var text: String {
            """
            #!/bin/sh
            # An environment like heartbeat's.
            : "${HA_CURHOST:?}" "${HA_RSCTMP:?}"
            state=$1/state
            case $2 in
            start) \(start) ;;
            stop) \(stop) ;;
            status) \(status) ;;
            *) \(other) ;;
            esac

            """
        }

        static let bad = [
            Fixture(start: "echo no >&2; exit 1", code: "start-fails", exit: nil),
            Fixture(start: ":", code: "not-running"),
            Fixture(
                status: "if [ -e \"$state\" ]; then echo running >&2; else echo stopped; exit 3; fi",
                code: "answer-on-stderr"),
            Fixture(start: "[ ! -e \"$state\" ] || exit 1; : >\"$state\"", code: "second-start-fails"),
            Fixture(
                start: "if [ -e \"$state\" ]; then rm \"$state\"; else : >\"$state\"; fi", code: "second-start-stops"),
            Fixture(stop: "rm -f \"$state\"; exit 1", code: "stop-fails"),
            Fixture(stop: ":", code: "not-stopped"),
            Fixture(stop: ":", code: "left-running"),
            Fixture(stop: "rm \"$state\" 2>/dev/null", code: "second-stop-fails"),
            Fixture(other: "exit 0", code: "unknown-accepted", exit: 1),
            Fixture(other: ": >\"$state\"; exit 2", code: "unknown-acts"),
            Fixture(
                status: "if [ -e \"$state\" ]; then echo running; else : >\"$state\"; echo stopped; exit 3; fi",
                code: "status-acts"),
            Fixture(status: "exit 4", code: "no-answer"),
            Fixture(
                status: "if [ -e \"$state\" ]; then sleep 2; echo OK; else echo stopped; exit 3; fi",
                code: "slow-status", exit: 1, options: ["--timeout", "7"]),
            Fixture(start: ": >\"$state\"; sleep 60", code: "timeout", options: ["--timeout", "2"]),
            Fixture(
                status: "if [ -e \"$state\" ]; then echo running; else echo stopped; fi", code: "code-contradicts",
                exit: 0),
        ]

        static let leaving = [
            Fixture(
                start: "[ ! -e \"$state\" ] || exit 0; : >\"$state\"; sleep 60 & echo $! >\"$1/pid\"",
                stop: "rm -f \"$state\"; [ ! -e \"$1/pid\" ] || kill \"$(cat \"$1/pid\")\"; rm -f \"$1/pid\"",
                code: "output-held", exit: 1),
            Fixture(
                start: "[ ! -e \"$state\" ] || exit 0; : >\"$state\"; sleep 60 >/dev/null 2>&1 & echo $! >\"$1/pid\"",
                code: "processes-left", exit: 1),
        ]
    }

    private static func inDirectory(_ text: String, _ body: (_ directory: String) throws -> Void) throws {
        let directory = NSTemporaryDirectory() + "hbctl-script-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer {
            if let left = try? String(contentsOfFile: directory + "/pid", encoding: .utf8),
                let pid = pid_t(left.trimmingCharacters(in: .whitespacesAndNewlines))
            {
                kill(pid, SIGKILL)
            }
            try? FileManager.default.removeItem(atPath: directory)
        }
        try Files.write(text, to: directory + "/service", mode: 0o755)
        try body(directory)
    }

    private static func words(_ words: [String], _ directory: String) -> [String] {
        [ProgramPlaces().programs + "/hbctl", "script-test"] + words
            + ["--run-dir", directory, "--state-dir", directory, "--config-dir", directory]
    }

    private static func hbctl(_ words: [String], _ directory: String) throws -> (code: Int32, output: String) {
        let result = try Command.run(Self.words(words, directory), limit: .seconds(120))
        return (result.code, result.output)
    }

    private static func object(_ output: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(output)")
    }

    private static func codes(_ object: [String: Any]) -> [String] {
        (object["findings"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
    }

    /// What depends on who runs the tests, and from where.
    private static let surroundings: Set = ["not-root", "not-trusted"]

    // MARK: - Scripts

    @Test func `a good script keeps the contract, by the limits of the daemon`() throws {
        try Self.inDirectory(Fixture().text) { directory in
            let result = try Self.hbctl([directory + "/service", directory, "--yes", "--json"], directory)
            let object = try Self.object(result.output)
            #expect(result.code == 0 && object["schema"] as? String == "hbctl/script-test/1", "\(result)")
            #expect(Set(Self.codes(object)).isSubset(of: Self.surroundings), "\(result)")
            let calls = try #require(object["calls"] as? [[String: Any]])
            #expect(calls.compactMap { $0["action"] as? String }.prefix(4) == ["status", "status", "start", "status"])
            #expect(calls[2]["limit_s"] as? Double == 60 && calls[3]["limit_s"] as? Double == 20, "\(calls)")
            #expect(calls[3]["last_line"] as? String == "running" && calls[3]["says"] as? String == "running")
            #expect(calls.allSatisfy { $0["output_held"] as? Bool == false })
        }
    }

    @Test(arguments: Fixture.bad + Fixture.leaving) func `each fault is found by its own finding`(
        fixture: Fixture
    ) throws {
        try Self.inDirectory(fixture.text) { directory in
            let words = [directory + "/service", directory, "--yes", "--json"] + fixture.options
            let result = try Self.hbctl(words, directory)
            #expect(try Self.codes(Self.object(result.output)).contains(fixture.code), "\(result)")
            if let exit = fixture.exit { #expect(result.code == exit, "\(result)") }
            // What was started is stopped, but by a script whose stop does nothing.
            let isUp = FileManager.default.fileExists(atPath: directory + "/state")
            #expect(isUp == (fixture.stop == ":") || fixture.code == "status-acts", "\(result)")
        }
    }

    @Test func `what runs already is left alone`() throws {
        try Self.inDirectory(Fixture(stop: "rm -f \"$state\"; : >\"$1/stopped\"").text) { directory in
            try Data().write(to: URL(fileURLWithPath: directory + "/state"))
            let result = try Self.hbctl([directory + "/service", directory, "--yes", "--json"], directory)
            #expect(try result.code == 3 && Self.codes(Self.object(result.output)).contains("already-running"))
            #expect(FileManager.default.fileExists(atPath: directory + "/state"))
            #expect(!FileManager.default.fileExists(atPath: directory + "/stopped"))
        }
    }

    @Test func `people see the plan first, then the verdict`() throws {
        try Self.inDirectory(Fixture().text) { directory in
            let result = try Self.hbctl([directory + "/service", directory, "--yes", "--width", "200"], directory)
            #expect(result.code == 0 && result.output.hasPrefix("hbctl script-test on "), "\(result)")
            #expect(result.output.contains("\nOK        \(directory)/service keeps the contract"), "\(result)")
            #expect(result.output.contains("no-such-action"))
        }
    }

    // MARK: - Where nothing is tried

    @Test func `nobody who could be asked, no script, no rights: nothing is called`() throws {
        try Self.inDirectory(Fixture(status: ": >\"$1/called\"").text) { directory in
            let script = directory + "/service"
            #expect(try Self.hbctl([script, directory], directory).code == 64)
            #expect(try Self.hbctl([], directory).code == 64)
            #expect(try Self.hbctl([script, directory, "--yes", "--timeout", "0"], directory).code == 64)
            #expect(try Self.hbctl([directory + "/gone", "--yes"], directory).code == 3)
            #expect(try Self.hbctl([directory, "--yes"], directory).code == 3)
            #expect(try Self.hbctl(["hb-no-such-script", "--yes"], directory).code == 3)
            chmod(script, 0o644)
            let result = try Self.hbctl([script, directory, "--yes", "--json"], directory)
            let error = try Self.object(result.output)
            #expect(result.code == 3 && error["code"] as? String == "not-executable", "\(result)")
            #expect(!FileManager.default.fileExists(atPath: directory + "/called"))
        }
    }

    @Test func `a resource of a group is not touched while heartbeat runs here`() throws {
        try Self.inDirectory(Fixture(status: ": >\"$1/called\"").text) { directory in
            var facts = NodeFacts(node: NodeName("gw-a"))
            facts.groups = [
                .init(
                    key: "web", preferred: facts.node, state: .stopped, resources: ["web", "service::\(directory)"])
            ]
            let daemon = try FakeDaemon(FakeDaemon.telling(ControlReply(lines: facts.text)))
            let result = try daemon.hbctl(["script-test", directory + "/service", directory, "--yes", "--json"])
            #expect(try result.code == 3 && Self.object(result.output)["code"] as? String == "in-service", "\(result)")
            #expect(!FileManager.default.fileExists(atPath: directory + "/called"))
        }
    }

    @Test func `nor is it by another name, through a link, or as a bare address`() throws {
        try Self.inDirectory(Fixture(status: ": >\"$1/called\"").text) { directory in
            var facts = NodeFacts(node: NodeName("gw-a"))
            facts.groups = [
                .init(
                    key: "web", preferred: facts.node, state: .stopped,
                    resources: ["web", "linked::\(directory)", "192.0.2.7/24"])
            ]
            let daemon = try FakeDaemon(FakeDaemon.telling(ControlReply(lines: facts.text)))
            let files = FileManager.default
            let (script, address) = (directory + "/service", directory + "/IPaddr2")
            try files.createDirectory(atPath: daemon.directory + "/resource.d", withIntermediateDirectories: false)
            try files.createSymbolicLink(
                atPath: daemon.directory + "/resource.d/linked", withDestinationPath: script)
            try files.copyItem(atPath: script, toPath: address)
            for words in [[script, directory], [address, "192.0.2.7/24/lo"]] {
                let result = try daemon.hbctl(["script-test"] + words + ["--yes", "--json"])
                let error = try Self.object(result.output)
                #expect(result.code == 3 && error["code"] as? String == "in-service", "\(result)")
            }
            #expect(!files.fileExists(atPath: directory + "/called"))
            // What is in no group is tried.
            _ = try daemon.hbctl(["script-test", address, directory, "--yes", "--json"])
            #expect(files.fileExists(atPath: directory + "/called"))
        }
    }

    @Test func `nor while a daemon that does not answer may serve it`() throws {
        try Self.inDirectory(Fixture(status: ": >\"$1/called\"").text) { directory in
            let daemon = try FakeDaemon { _ in ([], false) }
            for (name, text) in [
                ("nodeinfo", "gw-a\n"),
                ("ha.cf", "node gw-a gw-b\nkeepalive 1\ndeadtime 10\nudpport 47694\nucast lo 192.0.2.7\n"),
                ("haresources", "gw-a service::\(directory)\n"), ("authkeys", "auth 1\n1 crc\n"),
            ] {
                try text.write(toFile: "\(daemon.directory)/\(name)", atomically: false, encoding: .utf8)
                try #require(chmod("\(daemon.directory)/\(name)", 0o600) == 0)
            }
            let result = try daemon.hbctl(["script-test", directory + "/service", directory, "--yes", "--json"])
            #expect(try result.code == 3 && Self.object(result.output)["code"] as? String == "in-service", "\(result)")
            #expect(!FileManager.default.fileExists(atPath: directory + "/called"))
        }
    }

    // MARK: - Signals

    @Test(arguments: [SIGTERM, SIGINT]) func `a signal stops what was started before the program ends`(signal: Int32)
        throws
    {
        try Self.inDirectory(Fixture(start: ": >\"$state\"; sleep 60").text) { directory in
            let process = Process()
            let words = Self.words([directory + "/service", directory, "--yes", "--json"], directory)
            process.executableURL = URL(fileURLWithPath: words[0])
            process.arguments = Array(words.dropFirst())
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            while !FileManager.default.fileExists(atPath: directory + "/state"), process.isRunning { usleep(10_000) }
            kill(process.processIdentifier, signal)
            let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let object = try Self.object(text)
            #expect(process.terminationStatus == 3 && Self.codes(object).first == "interrupted", "\(text)")
            #expect(object["interrupted"] as? String == (signal == SIGINT ? "SIGINT" : "SIGTERM"))
            #expect(!FileManager.default.fileExists(atPath: directory + "/state"))
        }
    }

    // MARK: - Scripts that are shipped

    @Test func `the skeleton keeps the contract that it shows`() throws {
        let skeleton = try Command.run([ProgramPlaces().programs + "/hbctl", "script-test", "--skeleton"])
        #expect(skeleton.code == 0)
        let program = URL(fileURLWithPath: "/bin/sleep").resolvingSymlinksInPath().path
        try Self.inDirectory("") { directory in
            let text = skeleton.output.replacing("program=/usr/local/sbin/mydaemon", with: "program=\(program)")
                .replacing("pidfile=/run/mydaemon.pid", with: "pidfile=\(directory)/pid")
            try Files.write(text, to: directory + "/service", mode: 0o755)
            let result = try Self.hbctl([directory + "/service", "60", "--yes", "--json"], directory)
            let codes = try Self.codes(Self.object(result.output))
            #expect(result.code == 0 && Set(codes).isSubset(of: Self.surroundings), "\(result)")
        }
    }

    @Test func `a script of this repository is found by its name, and keeps the contract`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        try Self.inDirectory("") { directory in
            let words = ["Delay", "0", "0", "--yes", "--json", "--share-dir", root]
            let result = try Self.hbctl(words, directory)
            let object = try Self.object(result.output)
            #expect(result.code == 0 && object["script"] as? String == root + "/resource.d/Delay", "\(result)")
        }
    }
}
