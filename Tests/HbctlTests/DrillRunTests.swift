// Drills with a pair that does what it is ordered, or something else: whatever happens, the groups come home where they can, and what is
// said is what was seen. Who answers on the LAN is made up here.

import Foundation
import Glibc
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import HeartbeatOperator
import HeartbeatStatus
import Synchronization
import Testing

@Suite struct DrillRunTests {
    /// A pair that answers on gw-a, by how many orders it was given, and how often it was asked since the last one.
    private final class Pair: Sendable {
        typealias Facts = @Sendable (_ orders: Int, _ looks: Int) -> NodeFacts

        private struct Past {
            var given: [ControlRequest] = []
            var looks = 0
        }

        private let past = Mutex(Past())
        private let facts: Facts
        private let replies: [ControlReply]

        /// - Parameter replies: to the first orders; further ones are taken.
        init(replies: [ControlReply] = [], _ facts: @escaping Facts) {
            (self.facts, self.replies) = (facts, replies)
        }

        var given: [ControlRequest] { past.withLock { $0.given } }

        func answer(_ request: ControlRequest?) -> (bytes: [UInt8], closes: Bool) {
            let reply: ControlReply? = past.withLock { past in
                switch request {
                case .question?:
                    defer { past.looks += 1 }
                    return ControlReply(lines: facts(past.given.count, past.looks).text)
                case .operation(let order)?:
                    past.given.append(.operation(order))
                    past.looks = 0
                    return past.given.count <= replies.count ? replies[past.given.count - 1] : ControlReply()
                case .maintenance?, .upgrade?, nil: return nil
                }
            }
            return (reply.map { Array($0.text.utf8) } ?? [], true)
        }
    }

    /// Finds what it is told to.
    private final class Prober: OutageProber {
        private let away: OutageFigure.Found
        private let home: OutageFigure.Found
        private let refusal: String?
        private let ways = Mutex<[OutageJudge.Way]>([])
        private let count = Mutex(0)

        init(_ away: OutageFigure.Found, _ home: OutageFigure.Found, refusal: String? = nil) {
            (self.away, self.home, self.refusal) = (away, home, refusal)
        }

        var begun: [OutageJudge.Way] { ways.withLock { $0 } }

        func obstacle(to addresses: [ServiceAddress]) -> String? { refusal }

        func begin(_ addresses: [ServiceAddress], _ way: OutageJudge.Way) {
            ways.withLock { $0.append(way) }
            count.withLock { $0 = addresses.count }
        }

        func end() -> [OutageFigure] {
            let found = begun.count == 1 ? away : home
            return Array(repeating: OutageFigure(found: found, within: .milliseconds(2)), count: count.withLock { $0 })
        }
    }

    private static func facts(
        _ state: ClusterSnapshot.Group.State, _ onPeer: NodeFacts.PeerState, resources: [String] = ["web"]
    ) -> NodeFacts {
        var facts = NodeFacts(node: NodeName("gw-a"))
        (facts.phase, facts.handover) = (.stable, "idle")
        var peer = NodeFacts.Node(name: NodeName("gw-b"), status: .active, speaks: .ours)
        peer.standing = .alive
        facts.nodes = [.init(name: facts.node, status: .active, speaks: .ours), peer]
        facts.groups = [
            .init(key: "web", preferred: facts.node, state: state, onPeer: onPeer, resources: resources)
        ]
        var word = NodeFacts.PeerWord()
        (word.isStable, word.isAnswer, word.hasHeard) = (true, true, true)
        facts.peer = word
        return facts
    }

    private static func here(_ resources: [String] = ["web"]) -> NodeFacts {
        facts(.running, .stopped, resources: resources)
    }

    private static func there(_ resources: [String] = ["web"]) -> NodeFacts {
        facts(.stopped, .running, resources: resources)
    }

    /// Does what it is ordered: the first order sends the group away, the second one brings it home.
    private static func obedient(_ resources: [String] = ["web"]) -> Pair {
        Pair { orders, _ in orders == 1 ? there(resources) : here(resources) }
    }

    private static let bothWays: [ControlRequest] = [.operation(.standby(.local)), .operation(.takeover(.local))]

    private func report(_ pair: Pair, _ prober: Prober, hold: Duration = .zero) throws -> DrillReport {
        let daemon = try FakeDaemon { pair.answer($0) }
        var places = Places()
        (places.run, places.state, places.configuration) = (daemon.directory, daemon.directory, daemon.directory)
        let run = DrillRun(
            .all, in: places, confirm: .yes, patience: .seconds(20), hold: hold, isForProgram: true, prober: prober)
        return withExtendedLifetime(daemon) { run.report() }
    }

    // MARK: - The program

    private func object(_ output: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(output)")
    }

    private func outcome(_ output: String) throws -> String? { try object(output)["outcome"] as? String }

    @Test func `a drill gives, takes back, tells both ways, and is remembered`() throws {
        let pair = Self.obedient()
        let daemon = try FakeDaemon { pair.answer($0) }
        let before = try daemon.hbctl(["status"])
        #expect(before.code == 0 && !before.output.contains("last drill"), "\(before)")
        let result = try daemon.hbctl(["drill", "--yes", "--json", "--hold", "0"])
        #expect(result.code == 0, "\(result)")
        let drill = try object(result.output)
        #expect(drill["outcome"] as? String == "done" && drill["schema"] as? String == "hbctl/drill/1")
        let group = try #require((drill["groups"] as? [[String: Any]])?.first)
        for (key, from) in [("away", "gw-a"), ("home", "gw-b")] {
            let leg = try #require(group[key] as? [String: Any])
            #expect(leg["from"] as? String == from && leg["outage_ms"] is NSNull)
            #expect(leg["reason"] as? String == "no address to ask for")
        }
        #expect(pair.given == Self.bothWays)
        let after = try daemon.hbctl(["status"])
        #expect(after.code == 0 && after.output.contains("last drill   ") && after.output.hasSuffix(" ago: done\n"))
    }

    @Test func `people see the plan first, then what came of it`() throws {
        let pair = Self.obedient()
        let daemon = try FakeDaemon { pair.answer($0) }
        let result = try daemon.hbctl(["drill", "--yes", "--hold", "0"])
        let begin =
            "hbctl drill on gw-a: 1 group goes to gw-b and comes back after 0 s\n\n  web  gw-a -> gw-b -> gw-a\n"
        #expect(result.code == 0 && result.output.hasPrefix(begin), "\(result)")
        #expect(result.output.contains("done: web went to gw-b and is back on gw-a, as both nodes tell ("))
        #expect(result.output.hasSuffix("       gw-b -> gw-a  not measured: no address to ask for\n"), "\(result)")
    }

    @Test func `where it could do harm nothing is ordered`() throws {
        let pair = Pair { _, _ in
            var facts = Self.here()
            facts.nodes[1].standing = .dead
            return facts
        }
        let daemon = try FakeDaemon { pair.answer($0) }
        let result = try daemon.hbctl(["drill", "--yes", "--json"])
        #expect(try result.code == 1 && outcome(result.output) == "refused", "\(result)")
        let unasked = Self.obedient()
        let second = try FakeDaemon { unasked.answer($0) }
        let silent = try second.hbctl(["drill", "--json"])
        #expect(try silent.code == 64 && outcome(silent.output) == "usage", "\(silent)")
        #expect(try second.hbctl(["drill", "--hold", "-1"]).code == 64)
        #expect(try FakeDaemon(nil).hbctl(["drill", "--yes"]).code == 3)
        #expect(pair.given.isEmpty && unasked.given.isEmpty)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func `a signal brings the groups home before the program ends`(
        signal: Int32
    ) throws {
        let pair = Self.obedient()
        let daemon = try FakeDaemon { pair.answer($0) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ProgramPlaces().programs + "/hbctl")
        process.arguments =
            ["drill", "--yes", "--json", "--hold", "3600", "--run-dir", daemon.directory]
            + ["--state-dir", daemon.directory, "--config-dir", daemon.directory]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        // From the first order on it is held back, wherever it arrives.
        while pair.given.isEmpty, process.isRunning { usleep(10_000) }
        kill(process.processIdentifier, signal)
        let drill = try object(String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
        process.waitUntilExit()
        #expect(process.terminationStatus == 1 && drill["outcome"] as? String == "aborted", "\(drill)")
        let sentence = try #require(drill["sentence"] as? String)
        #expect(sentence.hasPrefix("interrupted by SIG") && sentence.hasSuffix("; web is back on gw-a"), "\(sentence)")
        #expect(pair.given == Self.bothWays)
    }

    // MARK: - Measuring

    @Test func `each way is measured from its own side`() throws {
        let pair = Self.obedient(["10.0.0.1/24", "web"])
        let prober = Prober(.out(.milliseconds(9)), .out(.milliseconds(11)))
        let report = try report(pair, prober)
        #expect(report.outcome == .done && report.groups.map(\.addresses) == [["10.0.0.1/24"]], "\(report)")
        #expect(report.groups[0].away?.outage == .milliseconds(9))
        #expect(report.groups[0].home?.outage == .milliseconds(11))
        #expect(prober.begun == [.fromHere, .toHere])
        let taken = Pair { orders, _ in orders == 1 ? Self.here() : Self.there() }
        let other = Prober(.silent, .silent)
        #expect(try self.report(taken, other).outcome == .done, "there is no address")
        #expect(other.begun == [.toHere, .fromHere])
        #expect(taken.given == [.operation(.takeover(.local)), .operation(.standby(.local))])
    }

    @Test func `an address for which nobody answers is found, and its group comes home at once`() throws {
        let pair = Self.obedient(["10.0.0.1/24", "web"])
        let report = try report(pair, Prober(.silent, .out(.zero)), hold: .seconds(3600))
        #expect(report.outcome == .undone && report.exitCode == 1)
        #expect(
            report.sentence
                == "no station has answered for 10.0.0.1/24 while gw-b served it; web is back on gw-a")
        #expect(pair.given == Self.bothWays)
    }

    @Test func `without the right to ask it does not begin`() throws {
        let pair = Self.obedient(["10.0.0.1/24"])
        let report = try report(pair, Prober(.silent, .silent, refusal: "root only"))
        #expect(report.outcome == .refused && report.sentence == "refused: root only" && pair.given.isEmpty)
    }

    // MARK: - What goes wrong

    @Test func `a pair that gets worse ends it, and the groups come home`() throws {
        let pair = Pair { orders, _ in
            guard orders == 1 else { return Self.here() }
            var facts = Self.there()
            facts.peer?.health = NodeHealth(lost: 2)
            return facts
        }
        let report = try report(pair, Prober(.silent, .silent), hold: .seconds(3600))
        #expect(report.outcome == .aborted && report.exitCode == 1, "\(report)")
        #expect(
            report.sentence == "gw-b has lost 2 of what it watches of the network; web is back on gw-a", "\(report)")
        #expect(pair.given == Self.bothWays)
    }

    @Test func `a node that dies with the groups gives nothing back, and this one takes over`() throws {
        let pair = Pair { orders, looks in
            guard orders == 1 else { return Self.here() }
            var facts = looks < 12 ? Self.there() : Self.here()
            if looks >= 6 { facts.nodes[1].standing = .dead }
            return facts
        }
        let report = try report(pair, Prober(.silent, .silent), hold: .seconds(3600))
        #expect(report.outcome == .aborted, "\(report)")
        #expect(report.sentence.hasSuffix("; gw-b could not give anything back, gw-a has taken over"), "\(report)")
        #expect(pair.given == [.operation(.standby(.local))])
    }

    @Test func `what the daemon refuses has not begun`() throws {
        let pair = Pair(replies: [ControlReply(exitCode: 1, errors: ["ERROR: only root may do that"])]) { _, _ in
            Self.here()
        }
        let report = try report(pair, Prober(.silent, .silent))
        #expect(report.outcome == .refused && report.sentence == "refused: only root may do that", "\(report)")
        #expect(report.groups.isEmpty && pair.given.count == 1)
    }

    @Test func `a way that comes to nothing is told`() throws {
        let failed = Pair { orders, _ in orders == 0 ? Self.here() : Self.facts(.running, .failed) }
        let first = try report(failed, Prober(.silent, .silent))
        #expect(first.outcome == .undone && first.sentence.contains("could not be started on gw-b"), "\(first)")
        #expect(failed.given.count == 1, "it is here, and nothing has to come home")
        let stuck = Pair(replies: [ControlReply(), ControlReply(exitCode: 1, errors: ["busy"])]) { orders, _ in
            orders == 0 ? Self.here() : Self.there()
        }
        let second = try report(stuck, Prober(.silent, .silent))
        #expect(second.outcome == .undone && second.sentence == "refused: busy", "\(second)")
        #expect(second.remedy == ["hbctl status", "hbctl failback"])
    }
}
