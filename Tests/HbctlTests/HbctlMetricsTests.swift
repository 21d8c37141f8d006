// The built hbctl metrics: it ends with 0 whenever there are metrics, a file is never half of one, and what keeps it from being written
// is said with what helps.

import Foundation
import HeartbeatControl
import HeartbeatModel
import HeartbeatStatus
import Testing

@Suite struct HbctlMetricsTests {
    private static let limit = Duration.seconds(5)

    private static var facts: NodeFacts {
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.product = "1.2.3"
        facts.phase = .stable
        facts.nodes = [.init(name: NodeName("gw-a"), status: .active, speaks: .ours)]
        facts.groups = [
            .init(key: "10.0.0.1/24", preferred: NodeName("gw-a"), state: .running, resources: ["10.0.0.1/24"])
        ]
        return facts
    }

    private static let healthy = FakeDaemon.telling(ControlReply(lines: facts.text))

    private static func content(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    @Test func `what a daemon tells is told as metrics`() throws {
        let result = try FakeDaemon(Self.healthy).hbctl(["metrics"])
        #expect(result.code == 0 && result.took < Self.limit)
        for line in [
            "# TYPE heartbeat_up gauge", "heartbeat_up 1", "heartbeat_build_info{node=\"gw-a\",version=\"1.2.3\"} 1",
            "heartbeat_group_owner{group=\"10.0.0.1/24\",node=\"gw-a\"} 1",
        ] {
            #expect(result.output.contains("\(line)\n"), "\(line): \(result.output)")
        }
    }

    @Test func `the other node is not asked for it`() throws {
        let daemon = try FakeDaemon { request in
            guard case .question(.facts(_, isFresh: false), _)? = request else { return (Array("noise\n".utf8), true) }
            return Self.healthy(request)
        }
        #expect(try daemon.hbctl(["metrics"]).output.contains("heartbeat_up 1\n"))
    }

    @Test func `a daemon that is down, silent or not understood is told as one that is not up`() throws {
        let answers: [FakeDaemon.Answer?] = [nil, { _ in ([], false) }, { _ in (Array("noise\n".utf8), true) }]
        for answer in answers {
            let result = try FakeDaemon(answer).hbctl(["metrics"])
            #expect(result.code == 0 && result.took < Self.limit, "\(result)")
            #expect(result.output.contains("heartbeat_up 0\n"), "\(result)")
            #expect(!result.output.contains("heartbeat_build_info{"), "\(result)")
        }
    }

    @Test func `a file is replaced as a whole, and everybody may read it`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        let file = daemon.directory + "/heartbeat.prom"
        try "old".write(toFile: file, atomically: false, encoding: .utf8)
        // Who has opened the old one goes on reading it.
        let reader = try #require(FileHandle(forReadingAtPath: file))
        let result = try daemon.hbctl(
            ["metrics", "--output", file], before: ["sh", "-c", "umask 077; exec \"$@\"", "sh"])
        #expect(result.code == 0 && result.output.isEmpty, "\(result)")
        #expect(String(decoding: try reader.readToEnd() ?? Data(), as: UTF8.self) == "old")
        #expect(Self.content(file)?.contains("heartbeat_up 1\n") == true)
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o644)
        #expect(!FileManager.default.fileExists(atPath: file + ".new"))
    }

    @Test func `a file of a daemon that has gone is written, too`() throws {
        let daemon = try FakeDaemon(nil)
        let file = daemon.directory + "/heartbeat.prom"
        #expect(try daemon.hbctl(["metrics", "--output", file]).code == 0)
        #expect(Self.content(file)?.contains("heartbeat_up 0\n") == true)
    }

    @Test func `a directory that is missing is named with what helps`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        let file = daemon.directory + "/none/heartbeat.prom"
        let result = try daemon.hbctl(["metrics", "--output", file])
        #expect(result.code == 1)
        #expect(
            result.output
                == "hbctl: cannot write \(file): No such file or directory; make the directory \(daemon.directory)/none/, "
                + "or name the one that the collector reads\n")
    }

    @Test func `a directory in its place is told`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        let directory = daemon.directory + "/heartbeat.prom"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        let result = try daemon.hbctl(["metrics", "--output", directory])
        #expect(result.code == 1 && result.output.contains("Is a directory; name a file in it"), "\(result)")
        #expect(!FileManager.default.fileExists(atPath: directory + ".new"))
    }

    /// A limit on the size of files stands for a full disk: something of it can be written, and not all.
    @Test func `what cannot be written whole leaves the old file as it was`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        let file = daemon.directory + "/heartbeat.prom"
        try "old".write(toFile: file, atomically: false, encoding: .utf8)
        // Without the signal that comes with it the write fails, as on a full disk.
        let small = ["sh", "-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"]
        let result = try daemon.hbctl(["metrics", "--output", file], before: small)
        #expect(result.code == 1 && result.output.hasPrefix("hbctl: cannot write \(file): "), "\(result)")
        #expect(Self.content(file) == "old")
        #expect(!FileManager.default.fileExists(atPath: file + ".new"))
    }

    @Test func `who may not ask writes nothing`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        chmod(ControlClient.socketPath(runDirectory: daemon.directory), 0)
        let drop = geteuid() == 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : []
        let file = daemon.directory + "/heartbeat.prom"
        let result = try daemon.hbctl(["metrics", "--output", file], before: drop)
        #expect(result.code == 3 && result.output.contains("member of group haclient"), "\(result)")
        #expect(Self.content(file) == nil)
    }

    @Test func `a wrong command line ends with 64`() throws {
        let daemon = try FakeDaemon(nil)
        for words in [["metrics", "--output", ""], ["metrics", "--outptu", "x"], ["metrics", "x"]] {
            #expect(try daemon.hbctl(words).code == 64, "\(words)")
        }
    }
}
