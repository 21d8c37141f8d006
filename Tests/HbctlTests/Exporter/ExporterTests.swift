// The built heartbeat-exporter: each page, each refusal, and clients and daemons that do what they should not. Whoever it is, an answer
// or the end comes within some seconds, and others are served meanwhile.

import Foundation
import Glibc
import HeartbeatControl
import HeartbeatExporter
import HeartbeatLab
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem
import Synchronization
import Testing

@Suite struct ExporterTests {
    /// gw-a serves one of two groups, gw-b the other; each could take over.
    static var facts: NodeFacts {
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.product = "1.2.3"
        facts.phase = .stable
        var peer = NodeFacts.Node(name: NodeName("gw-b"), status: .active, speaks: .ours)
        (peer.standing, peer.lastHeard) = (.alive, .milliseconds(110))
        facts.nodes = [.init(name: NodeName("gw-a"), status: .active, speaks: .ours), peer]
        facts.media = [.init(name: MediumName("eth0"), kind: .bcast, state: .open)]
        facts.links = [.init(node: NodeName("gw-b"), medium: MediumName("eth0"), state: .up)]
        facts.groups = [
            .init(key: "10.0.0.1/24", preferred: NodeName("gw-a"), state: .running, onPeer: .stopped),
            .init(key: "10.0.0.2/24", preferred: NodeName("gw-b"), state: .stopped, onPeer: .running),
        ]
        return facts
    }

    private static let healthy = FakeDaemon.telling(ControlReply(lines: facts.text))
    private static let silent: FakeDaemon.Answer = { _ in ([], false) }

    // MARK: - Pages

    @Test func `each page is there, with its type`() throws {
        let exporter = try ExporterProcess(try FakeDaemon(Self.healthy))
        let pages = [
            ("/", "text/html; charset=utf-8", "gw-a serves 10.0.0.1/24, gw-b serves 10.0.0.2/24"),
            ("/metrics", "text/plain; version=0.0.4; charset=utf-8", "\nheartbeat_up 1\n"),
            ("/status.json", "application/json", "\"schema\": \"hbctl/status/1\""),
            ("/health", "text/plain; charset=utf-8", "OK: gw-a serves"),
            ("/serving", "text/plain; charset=utf-8", "OK: gw-a serves"),
            ("/ready", "text/plain; charset=utf-8", "each is ready for the other\n"),
        ]
        #expect(pages.count == PagePath.allCases.count)
        for (path, type, part) in pages {
            let reply = try exporter.get(path)
            #expect(reply.code == 200 && reply.headers["content-type"] == type, "\(path): \(reply)")
            #expect(reply.body.contains(part), "\(path): \(reply.body)")
            #expect(reply.headers["content-length"] == "\(reply.body.utf8.count)", "\(path)")
            #expect(reply.headers["connection"] == "close" && reply.headers["cache-control"] == "no-store")
        }
        #expect(try exporter.get("/metrics?x=/y").body.contains("heartbeat_up 1\n"))
        let page = try exporter.get("/").body
        #expect(page.contains("<meta http-equiv=\"refresh\" content=\"5\">") && !page.contains("<script"))
    }

    @Test func `the last drill is told as hbctl status tells it`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        let exporter = try ExporterProcess(daemon)
        #expect(try !exporter.get("/status.json").body.contains("last_drill"))
        let record = DrillRecord(unixMilliseconds: 1_795_863_482_000, outcome: "aborted", sentence: "gw-b fell silent")
        try (record.text + "\n").write(toFile: daemon.directory + "/last_drill", atomically: false, encoding: .utf8)
        usleep(300_000)
        #expect(try daemon.hbctl(["status"]).output.contains("gw-b fell silent\n"))
        #expect(try exporter.get("/").body.contains("gw-b fell silent\n"))
        let answer = try exporter.get("/status.json").body
        #expect(answer.contains("\"last_drill\": {\"outcome\": \"aborted\""), "\(answer)")
    }

    @Test func `what one is told without a body is what one would be told with it`() throws {
        let exporter = try ExporterProcess(try FakeDaemon(Self.healthy))
        let full = try exporter.get("/health")
        let reply = try exporter.ask("HEAD", "/health")
        #expect(reply.code == 200 && reply.body.isEmpty)
        #expect(reply.headers["content-length"] == "\(full.body.utf8.count)")
        let missing = try exporter.ask("HEAD", "/none")
        #expect(missing.code == 404 && missing.body.isEmpty)
    }

    @Test func `what is no page, no question or no request is refused`() throws {
        let exporter = try ExporterProcess(try FakeDaemon(Self.healthy))
        for target in ["/none", "/metrics/", "/Metrics", "//", "/../health", "/health%00", "*"] {
            #expect(try exporter.get(target).code == 404, "\(target)")
        }
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
            let reply = try exporter.ask(method, "/health")
            #expect(reply.code == 405 && reply.headers["allow"] == "GET, HEAD", "\(method)")
        }
        let body = "POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
        #expect(try exporter.connect().ask(body).code == 405)
        for noise in ["\u{16}\u{03}\u{01}\u{02}\r\n\r\n", "GET\r\n\r\n", "hello there\r\n\r\n"] {
            #expect(try exporter.connect().ask(noise).code == 400, "\(noise)")
        }
    }

    @Test func `one request is answered, and what follows it is not`() throws {
        let exporter = try ExporterProcess(try FakeDaemon(Self.healthy))
        let request = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
        let reply = try exporter.connect().ask(request + request)
        #expect(reply.code == 200 && !reply.body.contains("HTTP/1.1"))
        let old = try exporter.connect().ask("GET /health HTTP/1.0\r\n\r\n")
        #expect(old.code == 200)
        let client = try exporter.connect()
        client.write(request)
        client.endWriting()
        #expect(try client.reply().code == 200, "who has nothing more to say is answered, too")
    }

    // MARK: - Hostile clients

    @Test func `a request that is too long is refused, whether it ends or not`() throws {
        let exporter = try ExporterProcess(try FakeDaemon(Self.healthy))
        let most = 8192
        let head = "GET /health HTTP/1.1\r\nX: "
        let fits = head + String(repeating: "x", count: most - head.utf8.count - 4) + "\r\n\r\n"
        #expect(fits.utf8.count == most)
        #expect(try exporter.connect().ask(fits).code == 200)
        for text in [
            head + String(repeating: "x", count: most) + "\r\n\r\n", head + String(repeating: "x", count: most),
        ] {
            #expect(try exporter.connect().ask(text).code == 431)
        }
        #expect(try exporter.connect().ask("GET /" + String(repeating: "x", count: most)).code == 431)
    }

    @Test func `a client that sends nothing, or a little at a time, is closed`() throws {
        let exporter = try ExporterProcess(try FakeDaemon(Self.healthy))
        let quiet = try exporter.connect()
        let slow = try exporter.connect()
        slow.write("GET /health HTTP/1.1\r\n")
        usleep(500_000)
        slow.write("Host: x\r\n")
        for client in [quiet, slow] {
            let (text, took) = try #require(client.readAll())
            #expect(text.isEmpty && took > .seconds(4), "\(text) after \(took)")
        }
        #expect(try exporter.get("/health").code == 200)
    }

    @Test func `sixteen are served at once, and the next is told so`() throws {
        let exporter = try ExporterProcess(try FakeDaemon(Self.healthy))
        // What each has sent is read before the next is accepted: those that are refused must be the last.
        var clients = try (0..<16).map { _ in try exporter.connect() }
        let refused = try exporter.connect().reply()
        #expect(refused.code == 503 && refused.body == "too many connections at once\n")
        #expect(try clients[7].ask("GET /health HTTP/1.1\r\n\r\n").code == 200)
        clients.removeAll()
        func isServed() throws -> Bool {
            let client = try exporter.connect()
            client.write("GET /health HTTP/1.0\r\n\r\n")
            return client.readAll()?.text.hasPrefix("HTTP/1.1 200 ") == true
        }
        let deadline = Instant.now + .seconds(60)
        while try !isServed() {
            try #require(Instant.now < deadline, "there is room when they have gone")
            usleep(50_000)
        }
    }

    // MARK: - Daemons

    @Test func `a daemon that is silent is told, and people can read it`() throws {
        let exporter = try ExporterProcess(try FakeDaemon(Self.silent))
        for path in ["/health", "/serving", "/ready"] {
            let reply = try exporter.get(path)
            #expect(reply.code == 503, "\(path): \(reply)")
            #expect(reply.body.hasPrefix("UNKNOWN: ") && reply.body.contains("does not answer within 2 s"), "\(reply)")
        }
        let page = try exporter.get("/")
        #expect(page.code == 200 && page.body.contains("UNKNOWN"))
        let metrics = try exporter.get("/metrics")
        #expect(metrics.code == 200 && metrics.body.contains("\nheartbeat_up 0\n"))
    }

    @Test func `without a daemon that is told at once`() throws {
        let exporter = try ExporterProcess(try FakeDaemon(nil))
        #expect(try exporter.get("/health").code == 503)
        #expect(try exporter.get("/metrics").body.contains("\nheartbeat_up 0\n"))
        #expect(try exporter.get("/status.json").body.contains("\"code\": \"not-configured\""))
    }

    @Test func `who waits for a silent daemon keeps nobody else waiting`() throws {
        let exporter = try ExporterProcess(try FakeDaemon(Self.silent))
        let waiting = try exporter.connect()
        waiting.write("GET /health HTTP/1.1\r\n\r\n")
        usleep(100_000)
        let reply = try exporter.get("/none")
        let late = try waiting.reply()
        #expect(reply.code == 404 && late.code == 503 && reply.took < late.took, "\(reply) before \(late)")
    }

    @Test func `the daemon is asked five times a second at most`() throws {
        let asked = Asked()
        let daemon = try FakeDaemon { request in
            asked.count.withLock { $0 += 1 }
            return Self.healthy(request)
        }
        let exporter = try ExporterProcess(daemon)
        let begin = Instant.now
        var answers = 0
        while Instant.now - begin < .seconds(1) {
            #expect(try exporter.get("/health").code == 200)
            answers += 1
        }
        let most = Int((Instant.now - begin).milliseconds / 200) + 1
        let count = asked.count.withLock { $0 }
        #expect(count >= 2 && count <= most && answers >= count, "\(count) questions for \(answers) answers")
    }

    private final class Asked: Sendable {
        let count = Mutex(0)
    }

    // MARK: - Sockets

    @Test func `it listens on a socket in the file system, whose predecessor is replaced, and nothing else is`() throws
    {
        let daemon = try FakeDaemon(Self.healthy)
        let path = daemon.directory + "/socket"
        for _ in 0..<2 {
            let exporter = try ExporterProcess(daemon, ["--listen", "unix:\(path)"])
            #expect(exporter.address == .unix(path))
            #expect(try exporter.get("/health").code == 200)
        }
        let file = daemon.directory + "/file"
        try "mine".write(toFile: file, atomically: false, encoding: .utf8)
        let result = try Command.run(ExporterProcess.words(["--listen", "unix:\(file)"], daemon), limit: .seconds(30))
        #expect(result.code == 1 && result.output.contains("something that is no socket stands there"), "\(result)")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
    }

    @Test func `a socket that somebody listens on is left to him`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        let path = daemon.directory + "/socket"
        let first = try ExporterProcess(daemon, ["--listen", "unix:\(path)"])
        for taken in [path, ControlClient.socketPath(runDirectory: daemon.directory)] {
            let words = ExporterProcess.words(["--listen", "unix:\(taken)"], daemon)
            let second = try Command.run(words, limit: .seconds(30))
            let beginning = "heartbeat-exporter: Cannot listen on \(taken): Address already in use; `ss -lxp` shows"
            #expect(second.code == 1 && second.output.hasPrefix(beginning), "\(second)")
        }
        let reply = try first.get("/health")
        #expect(reply.code == 200, "the first one serves, and so does the daemon: \(reply)")
    }

    @Test func `it serves the sockets that systemd has opened`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        let path = daemon.directory + "/socket"
        let listener = try ListenAddress.unix(path).open()
        defer { close(listener) }
        let script = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\" 3<&0 </dev/null"
        let exporter = try ExporterProcess(daemon, [], before: ["sh", "-c", script, "sh"], standardInput: listener)
        #expect(exporter.address == .unix(path))
        #expect(try exporter.get("/health").code == 200)
        #expect(exporter.end(SIGTERM) == 0, "SIGTERM is an orderly end")
    }

    @Test func `what it cannot listen on is told with what helps`() throws {
        let daemon = try FakeDaemon(Self.healthy)
        let exporter = try ExporterProcess(daemon)
        let words = ExporterProcess.words(["--listen", "\(exporter.address)"], daemon)
        let result = try Command.run(words, limit: .seconds(30))
        let beginning = "heartbeat-exporter: Cannot listen on \(exporter.address): Address already in use; "
        #expect(result.code == 1 && result.output.hasPrefix(beginning), "\(result)")
        #expect(result.output.contains("--listen"))
        for address in ["localhost:1", "127.0.0.1", "127.0.0.1:70000", "::1:9694", "unix:relative", ""] {
            let words = ExporterProcess.words(["--listen", address], daemon)
            #expect(try Command.run(words, limit: .seconds(30)).code == 64, "\(address)")
        }
    }

    @Test(arguments: ["127.0.0.1:9694", "[::1]:9694", "unix:/run/x y", "0.0.0.0:0"])
    func `an address is told as it is written`(text: String) throws {
        #expect(try #require(ListenAddress(text)).description == text)
    }
}
