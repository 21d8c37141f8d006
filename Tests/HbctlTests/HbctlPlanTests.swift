// The built hbctl asked what would come of something, beside a daemon that tells of a healthy pair: each end has its exit code, and text
// and JSON say the same.

import CLinux
import Foundation
import Glibc
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import HeartbeatOperator
import Testing

@Suite struct HbctlPlanTests {
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))
    private static let top = HbctlCheckTests.top

    private static let haCf = """
        node gw-a gw-b
        keepalive 1
        deadtime 10
        warntime 5
        initdead 15
        auto_failback off
        logfacility daemon
        udpport 47694
        ucast lo 192.0.2.7

        """

    /// What the daemon of the first node tells: it serves, the other one stands by.
    private static var facts: NodeFacts {
        var facts = NodeFacts(node: first)
        (facts.phase, facts.hold, facts.handover) = (.stable, .local, "idle")
        facts.timings = NodeFacts.Timings(
            keepalive: .seconds(1), deadtime: .seconds(10), warntime: .seconds(5), initdead: .seconds(15))
        facts.timings?.autoFailback = .off
        var peer = NodeFacts.Node(name: second, status: .active, speaks: .ours)
        peer.standing = .alive
        facts.nodes = [.init(name: first, status: .active, speaks: .ours), peer]
        facts.media = [.init(name: MediumName("lo"), kind: .ucast, state: .open)]
        facts.links = [.init(node: second, medium: MediumName("lo"), state: .up)]
        facts.networks = []
        facts.groups = [
            .init(key: "firewall", preferred: first, state: .running, onPeer: .stopped, resources: ["firewall"])
        ]
        var word = NodeFacts.PeerWord()
        (word.hold, word.isStable, word.isAnswer, word.health) = ([], true, true, .sound)
        facts.peer = word
        return facts
    }

    private static var learned: String {
        var learned = LearnedDurations()
        for verb in [ResourceVerb.start, .stop] { learned.note("firewall", verb, took: .milliseconds(300)) }
        return learned.text.map { $0 + "\n" }.joined()
    }

    /// A machine with files of heartbeat and a daemon that answers so.
    private func plan(
        _ words: [String], facts: NodeFacts? = Self.facts, learned: String? = Self.learned
    ) throws -> (code: Int32, output: String) {
        let daemon = try FakeDaemon(facts.map { FakeDaemon.telling(ControlReply(lines: $0.text)) })
        var files = [
            ("nodeinfo", "gw-a\n"), ("ha.cf", Self.haCf), ("haresources", "gw-a firewall\n"),
            ("authkeys", "auth 1\n1 sha1 SecretKeyOfTheTest\n"),
        ]
        if let learned { files.append(("learned", learned)) }
        for (name, text) in files {
            let path = "\(daemon.directory)/\(name)"
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            try #require(chmod(path, 0o600) == 0)
        }
        let result = try daemon.hbctl(["plan", "--share-dir", Self.top] + words)
        return (result.code, result.output)
    }

    @Test func `what is served again in time ends with 0`() throws {
        let result = try plan(["power", "gw-a"])
        #expect(result.code == 0, "\(result)")
        #expect(result.output.hasPrefix("If gw-a loses its power now:\n\n"), "\(result)")
        #expect(result.output.contains("~ firewall  gw-a -> gw-b  away 10."), "\(result)")
        #expect(result.output.contains("Plan: 1 group moves, 0 are lost, never on both. Goal 20 s: kept."), "\(result)")
        let idle = try plan(["stop gw-b"])
        #expect(idle.code == 0 && idle.output.contains("stays on gw-a"), "\(idle)")
    }

    @Test func `what takes longer, or has never run here, ends with 1`() throws {
        #expect(try plan(["--goal", "5", "power", "gw-a"]).code == 1)
        let unknown = try plan(["power", "gw-a"], learned: nil)
        #expect(unknown.code == 1, "\(unknown)")
        #expect(unknown.output.contains("firewall: never run here; its timeout is 60 s"), "\(unknown)")
    }

    @Test func `what is lost ends with 2, and so does a table with a single event that loses`() throws {
        let lost = try plan(["power", "gw-a", "power", "gw-b"])
        #expect(lost.code == 2 && lost.output.contains("! firewall  gw-a -> nobody"), "\(lost)")
        let table = try plan(["--matrix"])
        #expect(table.code == 2 && table.output.hasPrefix("exit  what happens"), "\(table)")
        #expect(table.output.contains("   0  power gw-b "), "\(table)")
    }

    @Test func `what nobody can tell ends with 3`() throws {
        var moving = Self.facts
        moving.phase = .transition
        let result = try plan(["power", "gw-a"], facts: moving)
        #expect(result.code == 3 && result.output.contains("cannot tell: something is on its way"), "\(result)")
        #expect(try plan(["--matrix"], facts: moving).code == 3)
        let silent = try plan(["power", "gw-a"], facts: nil)
        #expect(silent.code == 3, "\(silent)")
        var other = Self.facts
        other.groups[0].resources.append("mail")
        #expect(try plan(["power", "gw-a"], facts: other).output.contains("other groups than haresources"))
    }

    @Test func `a wrong command line ends with 64, and names what there is`() throws {
        for words in [["power", "gw-c"], ["explode"], [], ["--matrix", "stop"], ["--goal", "soon", "stop"]] {
            #expect(try plan(words).code == 64, "\(words)")
        }
        #expect(try plan(["lose", "eth9@gw-a"]).output.contains("there is nothing named eth9; there are lo"))
        let error = try plan(["power", "gw-c", "--json"])
        #expect(error.code == 64 && error.output.contains("\"code\": \"usage\""), "\(error)")
    }

    @Test func `JSON says what the text says, whatever the end`() throws {
        for (words, code) in [(["power", "gw-a"], 0), (["power", "gw-a", "power", "gw-b"], 2), (["--matrix"], 2)] {
            let result = try plan(words + ["--json"])
            let value = try #require(
                try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any], "\(result)")
            #expect(value["schema"] as? String == "hbctl/plan/1" && value["exit"] as? Int == code)
            #expect(result.code == Int32(code))
        }
        let failed = try plan(["power", "gw-a", "--json"], facts: nil)
        let value = try JSONSerialization.jsonObject(with: Data(failed.output.utf8)) as? [String: Any]
        #expect(value?["schema"] as? String == "hbctl/error/1" && value?["exit"] as? Int == 3, "\(failed)")
    }

    @Test func `durations that cannot be read are said to be unknown`() throws {
        let daemon = try FakeDaemon(FakeDaemon.telling(ControlReply(lines: Self.facts.text)))
        // A directory is no file, also for root.
        try FileManager.default.createDirectory(
            atPath: daemon.directory + "/learned", withIntermediateDirectories: false)
        for (name, text) in [("ha.cf", Self.haCf), ("haresources", "gw-a firewall\n"), ("authkeys", "auth 1\n1 crc\n")]
        {
            try text.write(toFile: "\(daemon.directory)/\(name)", atomically: false, encoding: .utf8)
            try #require(chmod("\(daemon.directory)/\(name)", 0o600) == 0)
        }
        let result = try daemon.hbctl(["plan", "--share-dir", Self.top, "power", "gw-a"])
        #expect(result.code == 1 && result.words.contains("everything counts as never run here"), "\(result)")
    }

    @Test func `docs/plan.md shows how every event is written`() throws {
        let page = try String(contentsOfFile: Self.top + "/docs/plan.md", encoding: .utf8)
        for form in PairEvent.Verb.allCases.flatMap(\.forms) {
            #expect(page.contains("`\(form.replacingOccurrences(of: "|", with: "\\|"))`"), "\(form)")
        }
    }

    @Test(arguments: [
        ("20", 20_000), ("20s", 20_000), ("500ms", 500), ("2m", 120_000), ("0", nil), ("", nil), ("x", nil),
        ("-1", nil), ("99999999", nil),
    ])
    func `a goal is a time`(text: String, milliseconds: Int?) {
        #expect(GoalTime.parse(text) == milliseconds.map { .milliseconds($0) })
    }
}
