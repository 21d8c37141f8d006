// The built hbctl tells why a group moved from the files of a daemon that is not there, and lists, shows and saves what was recorded.

import Foundation
import HeartbeatModel
import Testing

@Suite struct HbctlWhyTests {
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    private static func entry(_ number: UInt64, group: String) -> HistoryEntry {
        let zero = Instant.zero + .seconds(5)
        let timeline = GroupTimeline(
            group: group, origin: .loss, zero: zero, marks: [.decided: zero + .milliseconds(103)],
            steps: [.init(name: group, begin: zero + .milliseconds(104), end: zero + .milliseconds(110))],
            outcome: .released, end: zero + .milliseconds(111))
        var entry = HistoryEntry(
            number: number, unixMilliseconds: 1_795_863_482_000 + number, node: first, timeline: timeline)
        (entry.from, entry.to) = (first, second)
        return entry
    }

    private static var record: MovementRecord {
        var facts = NodeFacts(node: first)
        facts.nodes = [first, second].map { .init(name: $0, status: .active, speaks: .ours) }
        facts.watched = [.init(name: "eth1", kind: .downlink, state: .good)]
        facts.groups = [.init(key: "web", preferred: first, state: .running, onPeer: .stopped, resources: ["web"])]
        var record = MovementRecord(
            chain: 2, unixMilliseconds: 1_795_863_481_000, zero: .zero + .seconds(4), state: facts)
        record.happenings = [
            .init(
                after: .seconds(1), delay: .milliseconds(100), code: "interface-lost",
                event: .lose("eth1", at: first), text: "Interface eth1 is lost")
        ]
        record.movements = [entry(2, group: "web")]
        (record.haCf, record.haresources) = (["node gw-a gw-b"], ["gw-a web"])
        return record
    }

    private static func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    /// Two movements, of which the second has a record.
    private static func daemon(record text: String? = nil) throws -> FakeDaemon {
        let daemon = try FakeDaemon(nil)
        func write(_ text: String, _ name: String) throws {
            try text.write(toFile: daemon.directory + "/" + name, atomically: false, encoding: .utf8)
        }
        try write(lines([entry(1, group: "mail").text, entry(2, group: "web").text]), "history")
        try FileManager.default.createDirectory(
            atPath: daemon.directory + "/records", withIntermediateDirectories: false)
        try write(text ?? lines(record.text), "records/2")
        return daemon
    }

    private static func object(_ output: String, _ schema: String = "hbctl/why/1") throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        #expect(value?["schema"] as? String == schema, "\(output)")
        return value ?? [:]
    }

    @Test func `the last movement is told with what was recorded around it`() throws {
        let daemon = try Self.daemon()
        let text = try daemon.hbctl(["why", "--width", "80"], before: ["env", "TZ=UTC"])
        #expect(text.code == 0, "\(text)")
        #expect(text.output.hasPrefix("web moved from gw-a to gw-b on 2026-11-28 at 10:58:02, "), "\(text)")
        let elsewhere = try daemon.hbctl(["why", "--width", "80"], before: ["env", "TZ=JST-14"]).output
        #expect(elsewhere.hasPrefix("web moved from gw-a to gw-b on 2026-11-29 at 00:58:02, "), "\(elsewhere)")
        #expect(
            text.output.split(separator: "\n").contains {
                $0.contains("eth1 lost its carrier") && $0.hasSuffix("cause")
            })
        #expect(text.output.contains("hbctl record save 2; hbsim --replay 2.hbr"), "\(text)")
        let value = try Self.object(daemon.hbctl(["why", "--json"]).output)
        let story = value["story"] as? [[String: Any]] ?? []
        let cause = story.filter { $0["is_cause"] as? Bool == true }
        #expect(cause.map { $0["event"] as? String } == ["lose eth1@gw-a"])
        // What the daemon of this test has left is no pair that could be played.
        #expect((value["replay"] as? [String: Any])?["state"] as? String == "impossible")
    }

    @Test func `a movement without a record is told, too`() throws {
        let daemon = try Self.daemon()
        for words in [["why", "mail"], ["why", "1"]] {
            let text = try daemon.hbctl(words)
            #expect(text.code == 0 && text.output.hasPrefix("mail moved from gw-a to gw-b"), "\(text)")
            #expect(text.output.contains("there is no record of it"), "\(text)")
        }
        let value = try Self.object(daemon.hbctl(["why", "1", "--json"]).output)
        #expect((value["record"] as? [String: Any])?["state"] as? String == "none")
        #expect((value["replay"] as? [String: Any])?["state"] as? String == "unknown")
    }

    @Test func `a record that is damaged costs only itself`() throws {
        let daemon = try Self.daemon(record: "noise\n")
        let value = try Self.object(daemon.hbctl(["why", "--json"]).output)
        let record = value["record"] as? [String: Any]
        #expect(record?["state"] as? String == "unreadable")
        #expect(
            (record?["reason"] as? String)?.hasSuffix("records/2, line 1: it does not begin as a record of hbctl does")
                == true)
        let list = try daemon.hbctl(["record", "list"])
        #expect(list.code == 3 && list.output.contains("records/2, line 1: "), "\(list)")
        #expect(try daemon.hbctl(["record", "show", "2"]).code == 3)
        let all = try daemon.hbctl(["record", "list", "--json"])
        let notes = try Self.object(all.output, "hbctl/records/1")["notes"] as? [String]
        #expect(all.code == 3 && notes?.count == 1)
        let one = try daemon.hbctl(["record", "show", "2", "--json"])
        let error = try Self.object(one.output, "hbctl/error/1")
        #expect(one.code == 3 && error["code"] as? String == "file-unreadable")
    }

    @Test func `a record of another life's movement is none of this one's`() throws {
        var other = Self.record
        other.movements[0].unixMilliseconds += 1
        let daemon = try Self.daemon(record: Self.lines(other.text))
        let value = try Self.object(daemon.hbctl(["why", "--json"]).output)
        #expect((value["record"] as? [String: Any])?["state"] as? String == "none")
    }

    @Test func `what there is not is said`() throws {
        let daemon = try Self.daemon()
        for words in [["why", "3"], ["why", "nothing"], ["record", "show", "1"], ["record", "save", "7"]] {
            let result = try daemon.hbctl(words)
            #expect(result.code == 1 && result.output.contains("there is no "), "\(words) \(result)")
        }
        let empty = try FakeDaemon(nil)
        #expect(try empty.hbctl(["why"]).code == 1)
        #expect(try empty.hbctl(["record", "list"]).output == "no record of a movement has been kept\n")
        let error = try empty.hbctl(["why", "--json"])
        #expect(error.code == 1 && error.output.contains("\"code\": \"no-such-movement\""), "\(error)")
        for words in [["why", "--width", "0"], ["record", "show", "x"], ["record", "save"]] {
            #expect(try daemon.hbctl(words).code == 64, "\(words)")
        }
    }

    @Test func `records are listed, shown, and saved into new files only`() throws {
        let daemon = try Self.daemon()
        let list = try daemon.hbctl(["record", "list"])
        #expect(list.code == 0 && list.output.contains("\n2 ") && list.output.contains("web"), "\(list)")
        let shown = try daemon.hbctl(["record", "show", "2"])
        #expect(shown.code == 0 && shown.output.hasPrefix("record 2 of gw-a, "), "\(shown)")
        #expect(shown.output.contains("  gw-a eth1 lost its carrier\n"), "\(shown)")
        let all = try Self.object(daemon.hbctl(["record", "list", "--json"]).output, "hbctl/records/1")
        #expect((all["records"] as? [[String: Any]])?.map { $0["number"] as? Int } == [2])
        let one = try Self.object(daemon.hbctl(["record", "show", "2", "--json"]).output, "hbctl/record/1")
        #expect(one["number"] as? Int == 2)
        let none = try daemon.hbctl(["record", "show", "1", "--json"])
        let error = try Self.object(none.output, "hbctl/error/1")
        #expect(none.code == 1 && error["exit"] as? Int == 1)
        #expect(error["code"] as? String == "no-such-record" && error["command"] as? String == "record")
        let path = daemon.directory + "/saved.hbr"
        let saved = try daemon.hbctl(["record", "save", "2", "--output", path])
        #expect(saved.code == 0 && saved.output == "\(path)\n", "\(saved)")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == Self.lines(Self.record.text))
        let again = try daemon.hbctl(["record", "save", "2", "--output", path])
        #expect(again.code == 3 && again.output.contains("is there already"), "\(again)")
    }
}
