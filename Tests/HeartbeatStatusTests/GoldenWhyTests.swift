// What `hbctl why` and `hbctl record` say, word for word, with and without a record, at 60, 80 and 120 columns and as JSON. After a wanted
// change:
//
//     HEARTBEAT_REWRITE_GOLDEN=1 swift test --filter GoldenWhyTests    and read the difference.

import Foundation
import HeartbeatModel
import HeartbeatStatus
import Testing

@Suite struct GoldenWhyTests {
    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("golden-why")
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    private static func expect(_ text: String, _ name: String) throws {
        let file = directory.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: file)
        } else {
            #expect(try text == String(contentsOf: file, encoding: .utf8), "\(name)")
        }
    }

    /// An interface was lost, and the group was given away for it.
    static func lost(to node: NodeName? = second) -> MovementRecord {
        var record = MovementCausesTests.record([.lose("eth1", at: first)], to: node)
        record.zero = .zero + .seconds(99)
        record.unixMilliseconds = 1_795_863_401_203 - 1000
        record.happenings = [
            .init(
                after: .milliseconds(1000), delay: .milliseconds(100), code: "interface-lost",
                event: .lose("eth1", at: first), text: "Interface eth1 is lost: no carrier for 100 ms"),
            .init(
                after: .milliseconds(1101), code: "health-moving",
                text: "gw-b is better off than this node, which has lost eth1: it gets the resources"),
        ]
        let zero = record.zero + .seconds(1)
        let timeline = GroupTimeline(
            group: "web", origin: .loss, zero: zero,
            marks: [.agreed: zero + .milliseconds(102), .decided: zero + .milliseconds(103)],
            steps: [
                .init(name: "bgpd", begin: zero + .milliseconds(103), end: zero + .milliseconds(108)),
                .init(name: "ipsec::berlin", begin: zero + .milliseconds(108), end: zero + .milliseconds(115)),
                .init(name: "web", begin: zero + .milliseconds(115), end: zero + .milliseconds(116)),
            ], outcome: .released, end: zero + .milliseconds(127))
        record.movements[0].timeline = timeline
        record.movements[0].unixMilliseconds = record.unix(timeline.end)
        return record
    }

    private static func report(
        _ evidence: WhyReport.Evidence, now: NodeFacts? = nil, notes: [String] = []
    ) -> WhyReport {
        let entry = lost().movements[0]
        var report = WhyReport(entry, among: [entry], evidence: evidence, now: now, asked: Situation.asked)
        report.notes = notes
        return report
    }

    private static var now: NodeFacts {
        var facts = lost().state
        facts.failback = NodeFacts.FailbackFact(isWanted: false, blockedBy: .health)
        return facts
    }

    private static let found = MovementCauses.found([
        .init(what: .event(.lose("eth1", at: first), after: .seconds(1)), to: first),
        .init(what: .setting(.off), to: nil),
    ])

    static let reports: [(name: String, report: WhyReport)] = [
        ("causes", report(.record(lost(), found), now: now)),
        ("not-replayed", report(.record(lost(), .unknown("it ends with the group on gw-a")))),
        ("no-single-cause", report(.record(lost(), .found([])))),
        ("no-record", report(.none, notes: ["1 line is not understood: of a later version, or damaged"])),
        ("unreadable", report(.unreadable("/var/lib/heartbeat/records/7, line 3: the line cannot be understood"))),
    ]

    @Test(arguments: [60, 80, 120]) func `why is told as the files say`(width: Int) throws {
        for (name, report) in Self.reports {
            let lines = WhyText(report, width: width, time: Situation.time).lines
            try Self.expect(lines.map { $0 + "\n" }.joined(), "\(name)-\(width)")
            for line in lines { #expect(line.count <= width, "\(name): \(line)") }
        }
    }

    @Test func `programs are told as the files say, and as the schema does`() throws {
        let schema = try SchemaTests.schema("hbctl-why-1")
        for (name, report) in Self.reports {
            let text = WhyJSON(report, time: Situation.time).text
            try Self.expect(text, "\(name)-json")
            let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
            #expect(schema.mistakes(in: value) == [] && schema.unknownKeys(in: value) == [], "\(name)")
        }
    }

    @Test func `the first cause is marked, and times are times of day`() throws {
        let lines = WhyText(Self.reports[0].report, width: 80, time: .utc).lines
        #expect(lines[0].hasPrefix("web moved from gw-a to gw-b on 2026-11-28 at "))
        let cause = lines.filter { $0.hasSuffix(" cause") }
        #expect(cause.count == 1 && cause[0].contains(":41.203  gw-a  eth1 lost its carrier"), "\(lines)")
        #expect(
            lines.contains {
                $0.hasPrefix("  it would have stayed") && $0.hasSuffix("had eth1 of gw-a kept its carrier")
            })
        #expect(
            lines.contains { $0.hasPrefix("  it goes back") && $0.contains("when gw-a is well (auto_failback on)") })
        #expect(lines.last?.hasSuffix("hbctl record save 7; hbsim --replay 7.hbr") == true)
    }

    @Test func `what counts at once has no line of its own that it counts`() {
        var record = Self.lost()
        record.happenings = [
            .init(after: .seconds(1), delay: .seconds(5), code: "x", event: .boot(Self.second), text: "x")
        ]
        let lines = WhyText(Self.report(.record(record, nil)), width: 120, time: .utc).lines
        #expect(lines.contains { $0.contains("came back") } && !lines.contains { $0.contains("counts as") }, "\(lines)")
    }

    @Test func `the page shows what is told`() throws {
        let page = Self.directory.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("docs/why.md")
        let screen = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```screen\n")
        let causes = MovementCauses.found([
            .init(what: .event(.lose("eth1", at: Self.first), after: .seconds(1)), to: Self.first)
        ])
        let lines = WhyText(Self.report(.record(Self.lost(), causes)), width: 80, time: Situation.time).lines
        try #require(screen.count == 2)
        #expect(screen[1].components(separatedBy: "```")[0] == lines.map { $0 + "\n" }.joined())
    }

    @Test func `a group that has moved again is told no way back`() {
        let entry = Self.lost().movements[0]
        var later = entry
        later.number += 1
        let report = WhyReport(
            entry, among: [entry, later], evidence: .record(Self.lost(), nil), now: Self.now, asked: Situation.asked)
        #expect(report.failback == nil)
        let last = WhyReport(
            entry, among: [entry], evidence: .none, now: Self.now, asked: Situation.asked)
        #expect(last.failback == .byItself(to: Self.first, rule: .on, Self.now.failback))
    }

    @Test func `programs are told of records what people are, and as the schemas say`() throws {
        let json = RecordJSON(time: Situation.time)
        let record = Self.lost()
        for (name, text) in [
            ("hbctl-record-1", json.text(record)), ("hbctl-records-1", json.list([record, record], notes: ["a note"])),
            ("hbctl-records-1", json.list([], notes: [])),
        ] {
            let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
            let schema = try SchemaTests.schema(name)
            #expect(schema.mistakes(in: value) == [] && schema.unknownKeys(in: value) == [], "\(name)")
            #expect(text.hasSuffix("}\n") && text.count { $0 == "\n" } == 1)
        }
        let shown = try #require(
            try JSONSerialization.jsonObject(with: Data(json.text(record).utf8)) as? [String: Any])
        #expect(shown["number"] as? Int == Int(record.chain) && shown["node"] as? String == "gw-a")
        let happened = try #require(shown["happened"] as? [[String: Any]])
        #expect(happened.map { $0["event"] as? String } == ["lose eth1@gw-a", nil])
        #expect(happened.map { $0["text"] as? String } == record.happenings.map(\.text))
        #expect((happened[0]["known_s"] as? Double).map { abs($0 - 0.1) < 1e-9 } == true)
        let movements = try #require(shown["movements"] as? [[String: Any]])
        #expect(movements.map { $0["group"] as? String } == ["web"])
        #expect((movements[0]["took_s"] as? Double).map { abs($0 - 0.127) < 1e-9 } == true)
        #expect(movements[0]["from"] as? String == "gw-a" && movements[0]["to"] as? String == "gw-b")
        #expect(shown["can_be_replayed"] as? Bool == !record.haCf.isEmpty)
    }

    @Test func `names in a record are no commands to a terminal`() {
        var record = Self.lost()
        let event = PairEvent.lose("eth1\u{1B}[2J", at: NodeName("gw\u{7}"))
        record.happenings = [.init(after: .zero, code: "x", event: event, text: "x")]
        record.state.groups[0].key = "web\u{1B}[2J"
        let cause = MovementCauses.Cause(what: .event(event, after: .zero), to: NodeName("gw\r"))
        let lines = RecordText(record, width: 80).replay([("web\u{1B}", .found([cause])), ("x", .unknown("\u{1B}"))])
        #expect(lines.allSatisfy { line in line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } })
        #expect(lines.contains { $0.contains("eth1?[2J was lost") } && lines.contains { $0.contains("on gw?, had") })
    }

    @Test func `records are listed and shown as the files say`() throws {
        let record = Self.lost()
        let list = RecordText.list([record, record], width: 80, time: Situation.time)
        let shown = RecordText(record, width: 80, time: Situation.time)
        let replay = shown.replay([("web", Self.found), ("mail", .unknown("it ends with the group on no node"))])
        try Self.expect((list + [""] + shown.lines + [""] + replay).map { $0 + "\n" }.joined(), "records")
        #expect(RecordText.list([], width: 80, time: .utc) == ["no record of a movement has been kept"])
    }
}
