// The records of a running daemon, with a real loop: they are on the disk soon, or the log says once that they are not.

import Foundation
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import Testing

@testable import HeartbeatDaemon

@Suite struct RecordStoreTests {
    private static func record(_ chain: UInt64, _ number: UInt64) -> MovementRecord {
        var record = MovementRecord(
            chain: chain, unixMilliseconds: 5, zero: .zero, state: NodeFacts(node: NodeName("gw-a")))
        let timeline = GroupTimeline(
            group: "web", origin: .decision, zero: .zero, marks: [:], steps: [], outcome: .running, end: .zero)
        var entry = HistoryEntry(number: number, unixMilliseconds: 5, node: NodeName("gw-a"), timeline: timeline)
        entry.chain = chain
        record.movements = [entry]
        return record
    }

    private static let configuration = Configuration(nodes: [NodeName("gw-a"), NodeName("gw-b")])

    /// Keeps the records on a loop until `isOver`, then ends as a daemon does; gives the lines of its log.
    private static func keep(
        _ records: [MovementRecord], in files: RecordFiles, log path: String,
        until isOver: @escaping @Sendable () -> Bool
    ) throws -> [String] {
        let ended = DispatchSemaphore(value: 0)
        let thread = Thread {
            var logging = LoggingConfiguration()
            logging.logFile = path
            let output = LogOutput(logging, host: "gw-a", console: .none)
            var kept: (FactTeller, RecordStore)?
            Reactor.run { reactor in
                let teller = FactTeller(output.logger, reactor: reactor)
                let store = RecordStore(files, facts: teller, reactor: reactor)
                kept = (teller, store)
                for record in records { store.keep(record, by: configuration) }
                stop(reactor, left: 500, when: isOver)
            }
            LastMoment.run(atMost: .seconds(30), kept?.1.lastWork ?? [])
            output.flush(atMost: .seconds(30))
            ended.signal()
        }
        thread.start()
        try #require(ended.wait(timeout: .now() + 90) == .success)
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    private static func stop(_ reactor: Reactor, left: Int, when isOver: @escaping @Sendable () -> Bool) {
        guard !isOver(), left > 0 else { return reactor.stop() }
        reactor.after(.milliseconds(20)) { stop(reactor, left: left - 1, when: isOver) }
    }

    private static func withDirectory(_ body: (String, RecordFiles) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "hb-recordstore-\(UUID().uuidString)"
        try PrivateDirectory(path).make(mode: 0o755)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path, RecordFiles(in: PrivateDirectory(path)))
    }

    @Test func `records are on the disk soon, with the configuration, and the last word counts`() throws {
        try Self.withDirectory { path, files in
            let records = [Self.record(1, 1), Self.record(1, 2), Self.record(3, 3)]
            let log = try Self.keep(records, in: files, log: path + "/log") { files.chains == [1, 3] }
            #expect(log == [])
            guard case .record(let first) = files.read(1) else {
                Issue.record("there is no record")
                return
            }
            #expect(first.movements.map(\.number) == [2] && first.haCf.contains("node gw-a gw-b"))
        }
    }

    @Test func `what the loop has no time for is written when it has ended`() throws {
        try Self.withDirectory { path, files in
            _ = try Self.keep([Self.record(5, 5)], in: files, log: path + "/log") { true }
            #expect(files.chains == [5])
        }
    }

    @Test func `a disk that takes no records is told once`() throws {
        try Self.withDirectory { path, files in
            try Data().write(to: URL(fileURLWithPath: path + "/records"))
            let records = (1...8).map { Self.record($0, $0) }
            let log = try Self.keep(records, in: files, log: path + "/log") {
                FileManager.default.contents(atPath: path + "/log").map { !$0.isEmpty } ?? false
            }
            #expect(log.count == 1 && log.allSatisfy { $0.contains("hbctl why knows less of movements") }, "\(log)")
        }
    }
}
