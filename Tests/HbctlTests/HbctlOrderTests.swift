// The built hbctl giving orders to daemons that do them, refuse them, take them and do nothing, or fall silent: each end has its exit code,
// and nothing is called done that was not seen.

import CLinux
import Foundation
import Glibc
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import Synchronization
import Testing

@testable import HeartbeatOperator

@Suite struct HbctlOrderTests {
    /// A pair that answers on gw-a: it is as `before` says until it has been given an order, then as `after` says.
    private final class Pair: Sendable {
        private let orders = Mutex<[ControlRequest]>([])
        private let before: NodeFacts
        private let after: NodeFacts?
        private let reply: ControlReply?

        /// - Parameters:
        ///   - after: `nil`: it says nothing any more.
        ///   - reply: to the order; `nil`: none.
        init(_ before: NodeFacts, after: NodeFacts?, reply: ControlReply? = ControlReply()) {
            (self.before, self.after, self.reply) = (before, after, reply)
        }

        var given: [ControlRequest] { orders.withLock { $0 } }

        func answer(_ request: ControlRequest?) -> (bytes: [UInt8], closes: Bool) {
            switch request {
            case .question?:
                let isOrdered = orders.withLock { !$0.isEmpty }
                guard let facts = isOrdered ? after : before else { return ([], false) }
                return (Array(ControlReply(lines: facts.text).text.utf8), true)
            case .operation?, .maintenance?, .upgrade?:
                if let request { orders.withLock { $0.append(request) } }
                return reply.map { (Array($0.text.utf8), true) } ?? ([], false)
            case nil: return ([], true)
            }
        }
    }

    private static func facts(_ state: ClusterSnapshot.Group.State, _ onPeer: NodeFacts.PeerState) -> NodeFacts {
        var facts = NodeFacts(node: NodeName("gw-a"))
        (facts.phase, facts.handover) = (.stable, "idle")
        var peer = NodeFacts.Node(name: NodeName("gw-b"), status: .active, speaks: .ours)
        peer.standing = .alive
        facts.nodes = [.init(name: facts.node, status: .active, speaks: .ours), peer]
        facts.groups = [
            .init(key: "web", preferred: facts.node, state: state, onPeer: onPeer, resources: ["10.0.0.1/24", "web"])
        ]
        var word = NodeFacts.PeerWord()
        (word.isStable, word.isAnswer, word.hasHeard) = (true, true, true)
        facts.peer = word
        return facts
    }

    private static let (here, there) = (facts(.running, .stopped), facts(.stopped, .running))

    private func ordered(
        _ words: [String], _ pair: Pair, _ body: (_ code: Int32, _ output: String) throws -> Void
    ) throws {
        let daemon = try FakeDaemon { pair.answer($0) }
        let result = try daemon.hbctl(words)
        try body(result.code, result.output)
    }

    private func outcome(_ output: String) throws -> String? {
        let last = output.split(separator: "\n").last.map(String.init) ?? ""
        return (try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])?["outcome"] as? String
    }

    /// JSON that says so, from a program that ends with `wanted`.
    private func expect(
        _ word: String, _ wanted: Int32, _ code: Int32, _ output: String, _ location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(code == wanted, "\(output)", sourceLocation: location)
        #expect(try outcome(output) == word, "\(output)", sourceLocation: location)
    }

    // MARK: - Ends

    @Test func `an order that both nodes have told to be done ends with 0, after its plan`() throws {
        let pair = Pair(Self.here, after: Self.there)
        try ordered(["standby", "--yes"], pair) { code, output in
            #expect(code == 0, "\(output)")
            #expect(output.hasPrefix("hbctl standby on gw-a: 1 group moves\n\n  web  gw-a -> gw-b\n"), "\(output)")
            #expect(output.contains("    gw-a stops   web 10.0.0.1/24\n    gw-b starts  10.0.0.1/24 web\n"))
            #expect(output.contains("hbctl standby: done, as both nodes tell ("))
        }
        #expect(pair.given == [.operation(.standby(.all))])
    }

    @Test func `takeover and failback are given as what they are`() throws {
        let takeover = Pair(Self.there, after: Self.here)
        try ordered(["takeover", "local", "--yes", "--json"], takeover) { code, output in
            try expect("done", 0, code, output)
            // Only JSON is for programs.
            #expect(output.hasPrefix("{") && output.split(separator: "\n").count == 1)
        }
        #expect(takeover.given == [.operation(.takeover(.local))])
        let failback = Pair(Self.there, after: Self.here)
        try ordered(["failback", "--yes"], failback) { code, output in #expect(code == 0, "\(output)") }
        #expect(failback.given == [.operation(.takeover(.local))])
    }

    @Test func `one group is moved, and one that is not there is refused`() throws {
        var before = Self.here
        before.hold = .all
        let pair = Pair(before, after: Self.there)
        try ordered(["move", "web", "--yes", "--json"], pair) { code, output in try expect("done", 0, code, output) }
        #expect(pair.given == [.operation(.move("web"))])
        try ordered(["move", "mail", "--yes", "--json"], Pair(before, after: nil)) { code, output in
            try expect("refused", 1, code, output)
            #expect(output.contains("there is no group mail in haresources, which has web"))
        }
    }

    @Test func `one group is moved from the node that does not serve it, or the other node and its command are named`()
        throws
    {
        let pair = Pair(Self.there, after: Self.here)
        try ordered(["move", "web", "--yes", "--json"], pair) { code, output in try expect("done", 0, code, output) }
        #expect(pair.given == [.operation(.takeover(.local))])
        var two = Self.there
        two.groups.append(
            .init(key: "mail", preferred: two.node, state: .stopped, onPeer: .running, resources: ["mail"]))
        let whole = Pair(two, after: nil)
        try ordered(["move", "web", "--yes"], whole) { code, output in
            #expect(code == 1 && output.contains("; on gw-b: hbctl move web\n"), "\(output)")
        }
        #expect(whole.given.isEmpty)
    }

    @Test func `what is as it should be is not ordered`() throws {
        let pair = Pair(Self.there, after: Self.there)
        try ordered(["standby", "--json"], pair) { code, output in try expect("nothing", 0, code, output) }
        try ordered(["maintenance", "off"], pair) { code, _ in #expect(code == 0) }
        #expect(pair.given.isEmpty)
    }

    @Test func `a refusal ends with 1 and the daemon's reason`() throws {
        let reply = ControlReply(exitCode: 1, errors: ["node gw-b has lost 2 of the interfaces and paths that count"])
        try ordered(["standby", "--yes", "--json"], Pair(Self.here, after: Self.here, reply: reply)) { code, output in
            try expect("refused", 1, code, output)
            #expect(output.contains("refused: node gw-b has lost 2 of the interfaces"))
        }
        let root = ControlReply(exitCode: 1, errors: ["ERROR: only root may do that"])
        try ordered(["standby", "--yes"], Pair(Self.here, after: Self.here, reply: root)) { code, output in
            #expect(code == 1 && output.hasSuffix("hbctl standby: refused: only root may do that\n"), "\(output)")
        }
    }

    @Test func `an order that comes to nothing ends with 1 and why`() throws {
        try ordered(["standby", "--yes", "--json"], Pair(Self.here, after: Self.facts(.running, .failed))) {
            code, output in
            try expect("undone", 1, code, output)
            #expect(output.contains("web could not be started on gw-b; it runs on gw-a"))
        }
    }

    @Test func `what is not seen in time ends with 2 and what is missing`() throws {
        var deaf = Self.there
        deaf.peer?.hasHeard = false
        try ordered(["standby", "--yes", "--json", "--timeout", "2"], Pair(Self.here, after: deaf)) { code, output in
            try expect("unverified", 2, code, output)
            #expect(output.contains("\"missing\": [\"gw-b has not heard how gw-a is now\"]"))
        }
    }

    @Test func `a daemon that does not answer ends with 3, before the order and after it`() throws {
        let daemon = try FakeDaemon(nil)
        let result = try daemon.hbctl(["standby", "--yes", "--json"])
        try expect("unknown", 3, result.code, result.output)
        let silent = Pair(Self.here, after: nil)
        try ordered(["standby", "--yes", "--json"], silent) { code, output in
            #expect(code == 3 && output.contains("the order was taken, then: "), "\(output)")
        }
        let unsaid = Pair(Self.here, after: Self.here, reply: nil)
        try ordered(["standby", "--yes", "--json"], unsaid) { code, output in
            #expect(code == 3 && output.contains("whether it has taken the order is not known"), "\(output)")
        }
    }

    @Test func `a daemon of an earlier version is given no order`() throws {
        let daemon = try FakeDaemon { request in
            let lines = ["local\tgw-a", "hold\tall\tstable"]
            let isSnapshot = request == .question(.snapshot, inProse: false)
            let refusal = ControlReply(exitCode: 13, errors: ["ERROR: request not understood"])
            return (Array((isSnapshot ? ControlReply(lines: lines) : refusal).text.utf8), true)
        }
        let result = try daemon.hbctl(["standby", "--yes"])
        #expect(result.code == 3 && result.output.contains("hb_standby --wait"), "\(result)")
    }

    // MARK: - The question

    @Test func `without a terminal and --yes nothing is ordered`() throws {
        let pair = Pair(Self.here, after: Self.there)
        try ordered(["standby"], pair) { code, output in
            #expect(code == 64 && output.contains("no terminal") && output.contains("--yes"), "\(output)")
        }
        try ordered(["maintenance", "on", "--json"], pair) { code, output in
            try expect("usage", 64, code, output)
        }
        #expect(pair.given.isEmpty)
    }

    @Test(arguments: [("y\n", Int32(0)), ("YES\n", 0), ("n\n", 1), ("\n", 1), ("yellow\n", 1)])
    func `at a terminal it is asked, and only yes is yes`(answer: String, code: Int32) throws {
        let pair = Pair(Self.here, after: Self.there)
        let daemon = try FakeDaemon { pair.answer($0) }
        var side: Int32 = -1
        var name = [CChar](repeating: 0, count: 64)
        let main = clinux_lab_open_pty(&side, &name, name.count)
        try #require(main >= 0)
        defer {
            close(main)
            close(side)
        }
        _ = answer.withCString { write(main, $0, strlen($0)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ProgramPlaces().programs + "/hbctl")
        process.arguments = ["standby", "--run-dir", daemon.directory, "--config-dir", daemon.directory]
        process.standardInput = FileHandle(fileDescriptor: side, closeOnDealloc: false)
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == code, "\(output)")
        #expect(output.contains("web  gw-a -> gw-b") && output.contains("Shall that be done? [y/N] "), "\(output)")
        #expect(pair.given.isEmpty == (code != 0))
        if code != 0 { #expect(output.contains("hbctl standby: nothing was done")) }
    }

    @Test(arguments: [("y", true), (" Yes ", true), ("", false), ("no", false), ("yy", false), (nil, false)])
    func `yes is one of two words`(line: String?, isYes: Bool) {
        #expect(Confirm.isYes(line) == isYes)
    }

    // MARK: - Maintenance

    @Test func `maintenance is ordered with its reason and its end`() throws {
        var after = Self.there
        after.maintenance = Maintenance(reason: "new disks", since: 1)
        let pair = Pair(Self.here, after: after)
        try ordered(["maintenance", "on", "--reason", "new disks", "--until", "2h", "--yes"], pair) { code, output in
            #expect(code == 0, "\(output)")
            #expect(
                output.hasPrefix("hbctl maintenance on gw-a: gw-a is taken out of service (new disks); 1 group moves"))
        }
        guard case .maintenance(let order?)? = pair.given.first else {
            Issue.record("nothing was ordered")
            return
        }
        let now = UInt64(Date().timeIntervalSince1970)
        #expect(order.reason == "new disks" && (now + 7000...now + 7200).contains(order.until ?? 0))
        let off = Pair(after, after: Self.there)
        try ordered(["maintenance", "off", "--yes"], off) { code, output in #expect(code == 0, "\(output)") }
        #expect(off.given == [.maintenance(nil)])
    }

    @Test func `a node alone ends with 2: nobody is there to tell`() throws {
        var before = Self.here
        before.nodes[1].standing = .dead
        var after = before
        after.maintenance = Maintenance(reason: "x")
        try ordered(["maintenance", "on", "--yes", "--json"], Pair(before, after: after)) { code, output in
            #expect(code == 2 && output.contains("done on gw-a, and gw-b is not there to tell"), "\(output)")
            #expect(output.contains("gw-a goes on serving what it serves: gw-b is not there"))
        }
    }

    @Test func `a wrong command line ends with 64`() throws {
        let daemon = try FakeDaemon(nil)
        for words in [
            ["standby", "web"], ["standby", "--timeout", "0"], ["maintenance"], ["maintenance", "up"],
            ["maintenance", "off", "--until", "2h"], ["maintenance", "on", "--until", "yesterday"],
            ["maintenance", "on", "--reason", ""],
            ["maintenance", "on", "--reason", String(repeating: "x", count: 81)],
        ] {
            #expect(try daemon.hbctl(words).code == 64, "\(words)")
        }
    }

    @Test func `an end is a span, an hour or a day`() throws {
        let now: UInt64 = 1_790_000_000
        #expect(UntilTime.parse("90m", now: now) == now + 5400)
        #expect(UntilTime.parse("2h", now: now) == now + 7200 && UntilTime.parse("3d", now: now) == now + 259_200)
        let hour = try #require(UntilTime.parse("17:30", now: now))
        #expect(hour > now && hour <= now + 90_000 && hour % 60 == 0)
        let day = try #require(UntilTime.parse("2026-11-28T17:30", now: now))
        #expect(day > now && day % 60 == 0)
        for text in [
            "", "h", "0h", "-1h", "2 h", "2w", "24:00", "17:60", "17", "17:30:00", "2026-11-28", "2026-13-01T00:00",
            "2001-01-01T00:00", "2026-11-28T", "x", "99999999999999999999h",
        ] {
            #expect(UntilTime.parse(text, now: now) == nil, "\(text)")
        }
    }
}
