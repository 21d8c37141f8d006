// The built hbctl on a pseudo terminal: what is typed does what the page says, and however it ends, the terminal is as it was.

import CLinux
import Foundation
import Glibc
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import HeartbeatSystem
import Synchronization
import Testing

@testable import HeartbeatOperator

@Suite struct LiveTerminalTests {
    private typealias Session = TerminalSession

    private static func facts(isWell: Bool = true) -> NodeFacts {
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.phase = .stable
        var peer = NodeFacts.Node(name: NodeName("gw-b"), status: .active, speaks: .ours)
        peer.standing = .alive
        facts.nodes = [.init(name: facts.node, status: .active, speaks: .ours), peer]
        facts.media = [.init(name: MediumName("eth0"), kind: .bcast, state: .open)]
        facts.links = [.init(node: peer.name, medium: MediumName("eth0"), state: isWell ? .up : .dead)]
        facts.groups = [
            .init(key: "web", preferred: facts.node, state: .running, onPeer: .stopped, resources: ["web"])
        ]
        return facts
    }

    private static func daemon(isWell: Bool = true) throws -> FakeDaemon {
        try FakeDaemon(FakeDaemon.telling(ControlReply(lines: facts(isWell: isWell).text)))
    }

    // MARK: - Ends

    @Test(arguments: [(true, Int32(0), "OK"), (false, 1, "DEGRADED")])
    func `q ends with the exit status of the last verdict, and the terminal is as it was`(
        isWell: Bool, code: Int32, word: String
    ) throws {
        let daemon = try Self.daemon(isWell: isWell)
        let session = try Session(daemon)
        let before = session.mode
        try session.process.run()
        #expect(session.sees("gw-a serves web") && session.sees("q quit  p pause"), "\(session.output)")
        #expect(session.mode != before, "keys come one by one")
        session.forget()
        session.type("q")
        try #require(session.hasEnded)
        #expect(session.process.terminationStatus == code && session.process.terminationReason == .exit)
        #expect(session.mode == before)
        #expect(session.sees("\u{1B}[?25h\u{1B}[?1049l\(word)  gw-a serves web"), "\(session.output)")
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGSEGV])
    func `a signal ends it as it ends any program, with the terminal as it was`(number: Int32) throws {
        let daemon = try Self.daemon()
        let session = try Session(daemon)
        let before = session.mode
        try session.process.run()
        #expect(session.sees("gw-a serves web"), "\(session.output)")
        kill(session.process.processIdentifier, number)
        try #require(session.hasEnded)
        #expect(session.process.terminationReason == .uncaughtSignal && session.process.terminationStatus == number)
        #expect(session.mode == before)
        #expect(session.sees("\u{1B}[?25h\u{1B}[?1049l"))
    }

    @Test func `while it is stopped the shell has its terminal, and gets it again later`() throws {
        let daemon = try Self.daemon()
        let session = try Session(daemon)
        let before = session.mode
        try session.process.run()
        #expect(session.sees("gw-a serves web"), "\(session.output)")
        kill(session.process.processIdentifier, SIGTSTP)
        #expect(session.wait { $0.mode == before && $0.output.contains("\u{1B}[?1049l") }, "\(session.output)")
        // Whoever goes on too early finds nobody stopped.
        let status = "/proc/\(session.process.processIdentifier)/stat"
        #expect(session.wait { _ in (try? String(contentsOfFile: status, encoding: .utf8))?.contains(") T ") == true })
        session.forget()
        kill(session.process.processIdentifier, SIGCONT)
        #expect(session.sees("gw-a serves web") && session.mode != before, "\(session.output)")
        session.type("q")
        #expect(session.hasEnded && session.process.terminationStatus == 0 && session.mode == before)
    }

    @Test func `a terminal that goes away ends it`() throws {
        let daemon = try Self.daemon()
        let session = try Session(daemon)
        try session.process.run()
        #expect(session.sees("gw-a serves web"), "\(session.output)")
        session.hangUp()
        #expect(session.hasEnded)
    }

    // MARK: - While it runs

    @Test func `keys turn the pages, and a screen that was stopped says so`() throws {
        let daemon = try Self.daemon()
        let session = try Session(daemon)
        try session.process.run()
        #expect(session.sees("gw-a serves web"), "\(session.output)")
        // Control-L draws everything anew, so that texts are in one piece.
        for (keys, text) in [
            ("?", "| a keepalive in time"), ("w", "no movement of a group has been kept"), ("w", "runs on"),
            ("p", "FROZEN: p goes on"), ("p", "q quit  p pause"),
        ] {
            session.forget()
            session.type(keys + "\u{0C}")
            #expect(session.sees(text), "\(keys): \(session.output)")
        }
        session.type("\u{1B}[A")
        session.type("\u{03}")
        #expect(session.hasEnded && session.process.terminationStatus == 0, "Control-C is a key like q")
    }

    @Test func `a screen of another size is drawn within it`() throws {
        let daemon = try Self.daemon()
        let session = try Session(daemon)
        try session.process.run()
        #expect(session.sees("gw-a serves web"), "\(session.output)")
        session.resize(columns: 40, rows: 12)
        session.forget()
        kill(session.process.processIdentifier, SIGWINCH)
        #expect(session.sees("\u{1B}[2J") && session.sees("\u{1B}[12;1H"), "\(session.output)")
        let drawn = session.output.components(separatedBy: "\u{1B}[2J").last ?? ""
        for match in drawn.matches(of: /\u{1B}\[(\d+);(\d+)H/) {
            #expect((Int(match.output.1) ?? 99) <= 12 && (Int(match.output.2) ?? 99) <= 40, "\(match.output.0)")
        }
    }

    @Test(arguments: [false, true]) func `a daemon that goes down turns the screen, which goes on asking`(
        isBack: Bool
    ) throws {
        let daemon = try Self.daemon()
        let session = try Session(daemon)
        try session.process.run()
        #expect(session.sees("gw-a serves web"), "\(session.output)")
        let (path, aside) = (ControlClient.socketPath(runDirectory: daemon.directory), daemon.directory + "/aside")
        try #require(rename(path, aside) == 0)
        #expect(session.sees("UNKNOWN"), "\(session.output)")
        if isBack {
            session.forget()
            try #require(rename(aside, path) == 0)
            #expect(session.sees("OK "), "\(session.output)")
        }
        session.type("q")
        #expect(session.hasEnded && session.process.terminationStatus == (isBack ? 0 : 3))
    }

    @Test func `the other node is asked once a second at most`() throws {
        let daemon = try FakeDaemon(Self.counting(Array(ControlReply(lines: Self.facts().text).text.utf8)))
        let begin = Instant.now
        let session = try Session(daemon)
        try session.process.run()
        #expect(session.wait { _ in Self.asked.withLock { $0.plain >= 8 } }, "\(session.output)")
        session.type("q")
        #expect(session.hasEnded)
        let seconds = (Instant.now - begin).components.seconds
        let asked = Self.asked.withLock { $0 }
        #expect(asked.fresh >= 1 && asked.fresh <= Int(seconds) + 2, "\(asked) in \(seconds) s")
    }

    private static let asked = Mutex((fresh: 0, plain: 0))

    private static func counting(_ bytes: [UInt8]) -> FakeDaemon.Answer {
        { request in
            guard case .question(.facts(_, let isFresh), _)? = request else { return ([], true) }
            asked.withLock { counts in
                if isFresh { counts.fresh += 1 } else { counts.plain += 1 }
            }
            return (bytes, true)
        }
    }

    @Test func `an arrow is no key`() {
        #expect(LiveTerminal.letters(Array("a\u{1B}[Bb\u{1B}OHc\u{1B}[1;5Dq".utf8)) == Array("abcq".utf8))
        #expect(LiveTerminal.letters(Array("\u{1B}[".utf8)) == [] && LiveTerminal.letters([0x1B]) == [])
    }

    // MARK: - Where no screen can be drawn

    @Test func `without a terminal the page is printed once, with the reason`() throws {
        let daemon = try Self.daemon(isWell: false)
        let page = try daemon.hbctl(["status"])
        for words in [["watch"], ["status", "--watch"]] {
            let result = try daemon.hbctl(words, before: ["sh", "-c", "exec \"$@\" 2>&1", "sh"])
            #expect(result.code == 1 && result.output.hasPrefix(page.output), "\(result)")
            #expect(result.output.contains("hbctl: no live screen: standard output is no terminal"), "\(result)")
            #expect(!result.output.contains("\u{1B}"))
        }
        #expect(try daemon.hbctl(["status", "--watch", "--json"]).code == 64)
    }

    @Test func `a dumb terminal gets the page`() throws {
        let daemon = try Self.daemon()
        let session = try Session(daemon, kind: "dumb")
        try session.process.run()
        #expect(session.hasEnded && session.process.terminationStatus == 0)
        #expect(session.sees("no live screen: the terminal is a dumb one") && !session.output.contains("\u{1B}"))
        #expect(session.output.contains("gw-a serves web"))
    }

    @Test func `a reader that goes away ends it`() throws {
        let daemon = try Self.daemon()
        let script = """
            cd '\(daemon.directory)'; (sleep 0.5; '\(ProgramPlaces().programs)/hbctl' watch --run-dir . 2>/dev/null; echo $? >code) | true
            while [ ! -s code ]; do sleep 0.1; done
            """
        _ = try Command.run(["sh", "-c", script], limit: .seconds(30))
        #expect(try String(contentsOfFile: daemon.directory + "/code", encoding: .utf8) == "0\n")
    }
}
