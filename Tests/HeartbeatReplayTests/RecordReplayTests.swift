// Records of a real configuration are played by the real decisions: what was recorded happens again, and what caused it is found. The built
// hbsim does the same with a file.

import Foundation
import HeartbeatConfig
import HeartbeatLab
import HeartbeatModel
import HeartbeatReplay
import HeartbeatSimulator
import HeartbeatStatus
import Testing

@Suite struct RecordReplayTests {
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    private static func haCf(autoFailback: String) -> [String] {
        [
            "keepalive 200ms", "deadtime 2", "warntime 1", "initdead 5", "auto_failback \(autoFailback)", "bcast eth0",
            "link eth1 debounce=100ms up=1", "node gw-a gw-b",
        ]
    }

    private static let haresources = ["gw-a web", "gw-b mail"]

    private static func configuration(_ haCf: [String]) throws -> Configuration {
        func file(_ name: String, _ lines: [String]) -> SourceFile {
            SourceFile(path: name, text: lines.map { $0 + "\n" }.joined())
        }
        let result = readConfiguration(
            ConfigurationInput(
                haCf: file("ha.cf", haCf), haresources: file("haresources", haresources),
                authkeys: SourceFile(path: "authkeys", text: "auth 1\n1 sha1 test\n"), authkeysMode: 0o600,
                localNode: first))
        return try #require(result.configuration, "\(result.diagnostics)")
    }

    /// What a node tells of a pair in which both serve their own groups.
    private static func facts(of host: Int, _ configuration: Configuration) throws -> NodeFacts {
        let pair = PlayedPair(configuration, PlayedPair.Setting())
        for node in configuration.nodes { pair.befall(.boot(node)) }
        let end = pair.now + .seconds(60)
        while pair.step(until: end) {}
        return try #require(pair.facts(of: host))
    }

    /// The first node is told of, if it is not `host`.
    private static func record(
        of host: Int = 0, _ events: [(Int, PairEvent)], group: String = "web", to: NodeName?,
        autoFailback: String = "on"
    ) throws -> MovementRecord {
        let haCf = haCf(autoFailback: autoFailback)
        var record = MovementRecord(
            chain: 1, unixMilliseconds: 1_795_863_482_000, zero: .zero,
            state: try facts(of: host, configuration(haCf)))
        record.happenings = events.map { second, event in
            MovementRecord.Happening(after: .seconds(second), code: "test", event: event, text: event.text)
        }
        (record.haCf, record.haresources) = (haCf, haresources)
        let timeline = GroupTimeline(
            group: group, origin: .decision, zero: .zero, marks: [:], steps: [], outcome: .released,
            end: .zero + .seconds(1))
        var entry = HistoryEntry(number: 1, unixMilliseconds: 1, node: record.state.node, timeline: timeline)
        entry.to = to
        record.movements = [entry]
        return record
    }

    private static func causes(_ record: MovementRecord) -> [MovementCauses.Cause] {
        switch MovementCauses(record, of: record.groups[0], run: RecordReplay(record).run) {
        case .found(let causes): return causes
        case .unknown(let reason):
            Issue.record("not replayed: \(reason)")
            return []
        }
    }

    @Test func `a lost interface is the cause, and what happened beside it is none`() throws {
        let record = try Self.record(
            [(1, .lose("eth1", at: Self.first)), (2, .standby(.local, on: Self.second))], to: Self.second)
        let lost = Self.causes(record).filter {
            $0.what == .event(.lose("eth1", at: Self.first), after: .seconds(1))
        }
        #expect(lost.map(\.to) == [Self.first])
    }

    @Test func `a node that falls silent is the cause, as the other one saw it`() throws {
        let record = try Self.record(of: 1, [(0, .power(Self.first))], to: Self.second)
        #expect(Self.causes(record) == [.init(what: .event(.power(Self.first), after: .zero), to: Self.first)])
    }

    @Test func `auto_failback is a cause of a return`() throws {
        let record = try Self.record(
            [(0, .lose("eth1", at: Self.first)), (20, .regain("eth1", at: Self.first))], to: Self.first)
        let settings = Self.causes(record).filter { $0.what == .setting(.off) }
        #expect(settings.map(\.to) == [Self.second])
    }

    @Test func `a record that ends otherwise, or has no such files, is not explained`() throws {
        let other = try Self.record([(0, .lose("eth1", at: Self.first))], to: Self.first)
        guard case .unknown(let reason) = MovementCauses(other, of: "web", run: RecordReplay(other).run) else {
            Issue.record("it was believed")
            return
        }
        #expect(reason.contains("it ends with the group on gw-b"))
        var broken = other
        broken.haCf = ["keepalive fast"]
        guard case .impossible(let mistake) = RecordReplay(broken).run(broken.question) else {
            Issue.record("it was played")
            return
        }
        #expect(mistake.contains("(ha.cf:"), "\(mistake)")
    }

    @Test func `a record comes back from its lines and plays the same`() throws {
        let record = try Self.record([(1, .lose("eth1", at: Self.first))], to: Self.second)
        let read = try MovementRecord(text: record.text)
        #expect(RecordReplay(read).run(read.question) == RecordReplay(record).run(record.question))
    }

    // MARK: - hbsim

    private static func hbsim(_ path: String) throws -> (code: Int32, output: String) {
        let result = try Command.run([ProgramPlaces().programs + "/hbsim", "--replay", path], limit: .seconds(60))
        return (result.code, result.output)
    }

    private static func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "replay-\(UUID().uuidString).hbr"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private static func text(_ record: MovementRecord) -> String { record.text.map { $0 + "\n" }.joined() }

    @Test func `hbsim plays a file, and ends with 1 when it goes otherwise`() throws {
        let events: [(Int, PairEvent)] = [(1, .lose("eth1", at: Self.first))]
        try Self.withFile(Self.text(Self.record(events, to: Self.second))) { path in
            let result = try Self.hbsim(path)
            #expect(result.code == 0 && result.output.contains("web ends on gw-b, as it did\n"), "\(result)")
            #expect(
                result.output.contains("  it would be on gw-a, had eth1 of gw-a kept its carrier\n"), "\(result)")
        }
        try Self.withFile(Self.text(Self.record(events, to: Self.first))) { path in
            let result = try Self.hbsim(path)
            #expect(result.code == 1 && result.output.contains("! web cannot be replayed: it ends with "), "\(result)")
        }
    }

    @Test func `a file that is no record ends with 64, and is named with its line`() throws {
        try Self.withFile("keepalive 1\n") { path in
            let result = try Self.hbsim(path)
            #expect(result.code == 64 && result.output.contains("\(path), line 1: "), "\(result)")
        }
        var lines = try Self.record([], to: nil).text
        lines[1] = "noise!"
        try Self.withFile(lines.map { $0 + "\n" }.joined()) { path in
            let result = try Self.hbsim(path)
            #expect(result.code == 64 && result.output.contains("\(path), line 2: "), "\(result)")
        }
        #expect(try Self.hbsim("/nowhere/1.hbr").code == 64)
    }
}
