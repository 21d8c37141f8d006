// The built hbctl against daemons of every kind: each is told within five seconds, with its exit code, whatever the terminal is.

import Foundation
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import HeartbeatStatus
import Testing

@Suite struct HbctlStatusTests {
    private static let limit = Duration.seconds(5)

    private static var facts: NodeFacts {
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.phase = .stable
        var peer = NodeFacts.Node(name: NodeName("gw-b"), status: .active, speaks: .ours)
        peer.standing = .alive
        peer.lastHeard = .milliseconds(110)
        facts.nodes = [.init(name: NodeName("gw-a"), status: .active, speaks: .ours), peer]
        facts.media = [.init(name: MediumName("eth0"), kind: .bcast, state: .open)]
        facts.links = [.init(node: NodeName("gw-b"), medium: MediumName("eth0"), state: .up)]
        facts.groups = (1...30).map { number in
            .init(
                key: "192.168.77.\(number)/24", preferred: NodeName("gw-a"), state: .running, onPeer: .stopped,
                resources: ["192.168.77.\(number)/24"])
        }
        return facts
    }

    private static let healthy = FakeDaemon.telling(ControlReply(lines: facts.text))

    /// The code of the one problem that is told.
    private func problem(_ output: String) throws -> String? {
        let value = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        return (value?["problems"] as? [[String: Any]])?.first?["code"] as? String
    }

    private func expect(
        _ code: String, from daemon: FakeDaemon, _ location: SourceLocation = #_sourceLocation
    ) throws {
        let result = try daemon.hbctl(["status", "--json"])
        #expect(result.code == 3 && result.took < Self.limit, "\(result)", sourceLocation: location)
        #expect(try problem(result.output) == code, "\(result.output)", sourceLocation: location)
        let text = try daemon.hbctl(["status"])
        #expect(text.code == 3 && text.output.hasPrefix("UNKNOWN   "), "\(text)", sourceLocation: location)
    }

    // MARK: - Ways to go wrong

    @Test func `without a daemon it is told at once, and whether there is an ha cf`() throws {
        let daemon = try FakeDaemon(nil)
        try expect("not-configured", from: daemon)
        try "node gw-a\n".write(toFile: daemon.directory + "/ha.cf", atomically: false, encoding: .utf8)
        try expect("daemon-down", from: daemon)
    }

    @Test func `what a daemon that is gone has left is told`() throws {
        let daemon = try FakeDaemon(nil)
        var facts = Self.facts
        facts.unixMilliseconds = 1_795_863_482_000
        try facts.text.map { $0 + "\n" }.joined()
            .write(toFile: daemon.directory + "/swift-heartbeat/last_status", atomically: false, encoding: .utf8)
        let result = try daemon.hbctl(["status"])
        #expect(result.code == 3 && result.output.contains("heartbeat does not run on gw-a"), "\(result)")
        #expect(result.output.contains("gw-a served 30, gw-b 0 of 30 groups"), "\(result)")
        #expect(result.output.contains("the kernel here has no address of haresources"), "\(result)")
    }

    @Test func `a daemon that is silent is given up`() throws {
        try expect("daemon-silent", from: try FakeDaemon { _ in ([], false) })
    }

    @Test func `a daemon that stops in the middle of its answer is given up`() throws {
        let half = Array(ControlReply(lines: Self.facts.text).text.utf8.prefix(300))
        try expect("daemon-silent", from: try FakeDaemon { _ in (half, false) })
    }

    @Test func `an answer that makes no sense is no state`() throws {
        try expect("answer-garbled", from: try FakeDaemon { _ in (Array("noise\n".utf8), true) })
        try expect("answer-garbled", from: try FakeDaemon(FakeDaemon.telling(ControlReply(lines: ["noise"]))))
        let half = Array(ControlReply(lines: Self.facts.text).text.utf8.prefix(300))
        try expect("answer-garbled", from: try FakeDaemon { _ in (half, true) })
    }

    @Test func `a daemon of a later version is named`() throws {
        let reply = ControlReply(exitCode: 13, errors: ["ERROR: facts 1 is not spoken here; 2 is"])
        try expect("daemon-newer", from: try FakeDaemon(FakeDaemon.telling(reply)))
    }

    @Test func `who may not ask is told who may`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        chmod(ControlClient.socketPath(runDirectory: daemon.directory), 0)
        // Even root obeys modes without its capabilities.
        let drop = geteuid() == 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : []
        let result = try daemon.hbctl(["status", "--json"], before: drop)
        #expect(result.code == 3 && result.took < Self.limit, "\(result)")
        #expect(try problem(result.output) == "no-permission")
        #expect(result.output.contains("member of group haclient"))
    }

    @Test func `a daemon of an earlier version is asked what it knows`() throws {
        let daemon = try FakeDaemon { request in
            guard case .question(let question, _)? = request else { return ([], true) }
            let lines: [String]? =
                switch question {
                case .snapshot:
                    [
                        "local\tgw-a", "hold\tall\tstable", "node\tgw-a\tnormal\tactive", "node\tgw-b\tnormal\tactive",
                        "link\tgw-b\teth0\tup", "link\tgw-b\teth1\tdead", "group\t10.0.0.1/24\tgw-a\trunning",
                    ]
                case .network: ["eth0\tuplink\tlost", "gw-b\tnode\t1 lost, 0 doubtful"]
                case .files: ["/etc/ipsec.conf\tdifferent\t3f9c81d0\tmissing"]
                case .timeline: ["no line of a timeline"]
                case .parameter: ["3.0.6 (swift-heartbeat 0.0.9)"]
                default: nil
                }
            let reply = lines.map { ControlReply(lines: $0) }
            return (
                Array((reply ?? ControlReply(exitCode: 13, errors: ["ERROR: request not understood"])).text.utf8), true
            )
        }
        let result = try daemon.hbctl(["status", "--json"])
        #expect(result.code == 1 && result.took < Self.limit, "\(result)")
        for code in ["daemon-older", "link-dead", "interface-lost", "peer-network", "different-files"] {
            #expect(result.output.contains("\"code\": \"\(code)\""), "\(code): \(result.output)")
        }
        #expect(result.output.contains("\"product\": \"0.0.9\""))
    }

    @Test func `a daemon that does not know of the other node's view is asked without`() throws {
        let daemon = try FakeDaemon { request in
            guard case .question(.facts(_, isFresh: false), _)? = request else {
                let refusal = ControlReply(exitCode: 13, errors: ["ERROR: request not understood"])
                return (Array(refusal.text.utf8), true)
            }
            return (Array(ControlReply(lines: Self.facts.text).text.utf8), true)
        }
        let result = try daemon.hbctl(["status", "--json"])
        #expect(result.code == 0 && result.took < Self.limit && !result.output.contains("daemon-older"), "\(result)")
    }

    // MARK: - Terminals

    @Test func `a narrow terminal gets a list`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        let result = try daemon.hbctl(["status", "--width", "20"])
        #expect(result.code == 0)
        for line in result.output.split(separator: "\n") {
            #expect(line.count <= 20 || line.split(separator: " ").count == 1, "\(line)")
        }
    }

    @Test func `a terminal that is dumb, and a pipe, get no escapes`() throws {
        let daemon = try FakeDaemon(try Self.troubled())
        for before in [["env", "TERM=dumb"], ["env", "NO_COLOR=1"], []] {
            let result = try daemon.hbctl(["status"], before: before)
            #expect(result.code == 1 && !result.output.contains("\u{1B}"))
        }
        #expect(try daemon.hbctl(["status", "--color", "always"]).output.contains("\u{1B}[33m!"))
        #expect(try !daemon.hbctl(["status", "--color", "never"]).output.contains("\u{1B}"))
        let narrow = try daemon.hbctl(["status"], before: ["env", "COLUMNS=60"])
        #expect(narrow.output == (try daemon.hbctl(["status", "--width", "60"]).output))
    }

    private static func troubled() throws -> FakeDaemon.Answer {
        var facts = facts
        facts.links[0].state = .dead
        return FakeDaemon.telling(ControlReply(lines: facts.text))
    }

    @Test func `who stops reading changes neither the exit code nor gets a complaint`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        let program = ProgramPlaces().programs + "/hbctl"
        let places = "--run-dir '\(daemon.directory)'"
        // The reader has gone before anything is written.
        let script = """
            cd '\(daemon.directory)'; (sleep 0.5; '\(program)' status --all \(places) 2>errors; echo $? >code) | true
            while [ ! -s code ]; do sleep 0.1; done
            """
        _ = try Command.run(["sh", "-c", script], limit: .seconds(30))
        #expect(try String(contentsOfFile: daemon.directory + "/errors", encoding: .utf8).isEmpty)
        #expect(try String(contentsOfFile: daemon.directory + "/code", encoding: .utf8) == "0\n")
    }

    @Test func `all lines fit a terminal, and all are there when asked for`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        let text = try daemon.hbctl(["status"]).output
        #expect(
            text.split(separator: "\n", omittingEmptySubsequences: false).count <= 25
                && text.contains("more, all well (--all)"))
        let all = try daemon.hbctl(["status", "--all"]).output
        #expect(Self.facts.groups.allSatisfy { all.contains($0.key) })
    }

    // MARK: - The command line

    @Test func `monitors get one line`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        let result = try daemon.hbctl(["status", "--nagios"])
        #expect(result.code == 0)
        #expect(
            result.output
                == "HEARTBEAT OK - gw-a serves all 30 groups; gw-b is ready to take over | served=30;30:;1: owners_double=0;;0 media_silent=0;0;0\n"
        )
    }

    @Test func `a wrong command line ends with 64, as JSON for whom it is`() throws {
        let daemon = try FakeDaemon(nil)
        for words in [
            ["status", "--json", "--nagios"], ["status", "--width", "0"], ["status", "--color", "red"], ["stat"],
        ] {
            #expect(try daemon.hbctl(words).code == 64, "\(words)")
        }
        let result = try daemon.hbctl(["status", "--json", "--width", "x"])
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        #expect(result.code == 64 && value?["schema"] as? String == "hbctl/error/1" && value?["exit"] as? Int == 64)
    }
}
