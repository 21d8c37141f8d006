// The history of a running daemon, with a real loop and disks that are well, refuse, or hang: nothing that works waits for them.

import Foundation
import HeartbeatHost
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import Synchronization
import Testing

@testable import HeartbeatDaemon

@Suite struct HistoryStoreTests {
    /// A store, its files, and the lines of its log.
    private final class Story {
        let directory = NSTemporaryDirectory() + "hb-history-\(UUID().uuidString)"
        private(set) var log: [String] = []

        var files: HistoryFiles {
            HistoryFiles(in: PrivateDirectory(directory + "/run"), and: PrivateDirectory(directory + "/state"))
        }

        /// The disk's alone.
        private var onDisk: HistoryFiles {
            HistoryFiles(in: PrivateDirectory(directory + "/none"), and: PrivateDirectory(directory + "/state"))
        }

        init() throws {
            for name in ["", "/run", "/state"] {
                try PrivateDirectory(directory + name).make(mode: 0o755)
            }
        }

        deinit { try? FileManager.default.removeItem(atPath: directory) }

        var numbers: [UInt64] { files.read().entries.map(\.number) }

        /// Runs `body` on a loop until `isOver` is true; what it was asked last says whether it became that.
        func run(
            disk: HistoryDisk? = nil, patience: Duration = .seconds(30),
            _ body: @escaping @Sendable (HistoryStore, Reactor) -> Void,
            until isOver: @escaping @Sendable (_ onDisk: UInt64) -> Bool
        ) throws -> Bool {
            let (path, files, disks) = (directory + "/log", files, onDisk)
            let ended = DispatchSemaphore(value: 0)
            let isReached = Reached()
            let thread = Thread {
                var configuration = LoggingConfiguration()
                configuration.logFile = path
                let output = LogOutput(configuration, host: "gw1", console: .none)
                var kept: (FactTeller, HistoryStore)?
                Reactor.run { reactor in
                    let teller = FactTeller(output.logger, reactor: reactor)
                    let store = HistoryStore(
                        files, disk: disk, patience: patience, node: NodeName("gw1"), generation: Generation(3),
                        facts: teller, reactor: reactor)
                    kept = (teller, store)
                    body(store, reactor)
                    Self.stop(reactor, left: 1500) {
                        let isOver = isOver(disks.read().entries.last?.number ?? 0)
                        if isOver { isReached.note() }
                        return isOver
                    }
                }
                kept?.1.close()
                LastMoment.run(atMost: .seconds(30), kept?.1.lastWork ?? [])
                output.flush(atMost: .seconds(30))
                ended.signal()
            }
            thread.start()
            try #require(ended.wait(timeout: .now() + 90) == .success)
            let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
            log = text.split(separator: "\n").compactMap { $0.components(separatedBy: "]: ").last }
            return isReached.isThere
        }

        private static func stop(_ reactor: Reactor, left: Int, when isOver: @escaping () -> Bool) {
            guard !isOver(), left > 0 else { return reactor.stop() }
            reactor.after(.milliseconds(20)) { stop(reactor, left: left - 1, when: isOver) }
        }

        /// Whether a line of the log says so.
        func says(_ words: String) -> Bool { log.contains { $0.contains(words) } }
    }

    private final class Reached: Sendable {
        private let value = Mutex(false)
        var isThere: Bool { value.withLock { $0 } }
        func note() { value.withLock { $0 = true } }
    }

    @Test func `movements are on the disk soon, and the next daemon counts on`() throws {
        let story = try Story()
        let first = try story.run { store, _ in
            for group in ["a", "b"] { _ = store.note(ChronicleTests.movement(group)) }
        } until: {
            $0 == 2
        }
        #expect(first && story.numbers == [1, 2])
        let second = try story.run { store, _ in
            _ = store.note(ChronicleTests.movement("c"))
        } until: {
            $0 == 3
        }
        #expect(second && story.numbers == [1, 2, 3])
        // A boot of the machine.
        try FileManager.default.removeItem(atPath: story.directory + "/run/history")
        let third = try story.run { store, _ in
            _ = store.note(ChronicleTests.movement("d"))
        } until: {
            $0 == 4
        }
        #expect(third && story.numbers == [1, 2, 3, 4] && story.log.isEmpty, "\(story.log)")
    }

    @Test func `a line that was cut off is dropped and told`() throws {
        let story = try Story()
        #expect(story.files.append(["drill\tnumber=6", "movement\tnumber=7\tuni"]) == nil)
        let path = story.directory + "/state/history"
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        try handle.truncate(atOffset: try handle.seekToEnd() - 1)
        let isOver = try story.run { store, _ in
            _ = store.note(ChronicleTests.movement("web"))
        } until: {
            $0 == 7
        }
        #expect(isOver && story.numbers == [7])
        #expect(story.says("The last line of the history was cut off (21 bytes)"), "\(story.log)")
    }

    @Test func `a disk that takes nothing costs nothing in memory's file, is told once, and gets everything later`()
        throws
    {
        let story = try Story()
        let isFull = Mutex(true)
        let files = story.files
        let disk = HistoryDisk(recall: files.recall) { lines in
            isFull.withLock { $0 } ? SystemError(.machine("write"), "/x/history", code: ENOSPC) : files.append(lines)
        }
        let isOver = try story.run(disk: disk) { store, reactor in
            for group in ["a", "b"] { _ = store.note(ChronicleTests.movement(group)) }
            reactor.after(.milliseconds(300)) { _ = store.note(ChronicleTests.movement("c")) }
            reactor.after(.milliseconds(600)) {
                #expect(files.recent().count == 3)
                isFull.withLock { $0 = false }
                _ = store.note(ChronicleTests.movement("d"))
            }
        } until: {
            $0 == 4
        }
        #expect(isOver && story.numbers == [1, 2, 3, 4])
        let told = story.log.filter { $0.contains("Cannot write /x/history: No space left on device") }
        #expect(told.count == 1, "\(story.log)")
        #expect(story.says("written to the disk again; no movement is missing"), "\(story.log)")
    }

    @Test func `a disk that hangs holds up nothing, and is told`() throws {
        let story = try Story()
        let files = story.files
        let gate = DispatchSemaphore(value: 0)
        let disk = HistoryDisk(recall: files.recall) { lines in
            gate.wait()
            return files.append(lines)
        }
        let isOver = try story.run(disk: disk, patience: .milliseconds(200)) { store, reactor in
            let begin = Instant.now
            for number in 0..<50 { _ = store.note(ChronicleTests.movement("g\(number)")) }
            #expect(Instant.now - begin < .seconds(5), "no call waits for the disk")
            reactor.after(.milliseconds(1000)) {
                #expect(files.recent().count == 50, "all are in memory")
                _ = store.note(ChronicleTests.movement("late"))
                for _ in 0..<10 { gate.signal() }
            }
        } until: {
            $0 == 51
        }
        #expect(isOver && story.numbers == Array(1...51))
        #expect(story.says("The disk of the history has not answered for"), "\(story.log)")
        #expect(story.says("written to the disk again; no movement is missing"), "\(story.log)")
    }

    @Test func `a directory that cannot be written is told, for memory and for the disk`() throws {
        let story = try Story()
        try FileManager.default.removeItem(atPath: story.directory + "/run")
        try FileManager.default.removeItem(atPath: story.directory + "/state")
        let isOver = try story.run { store, reactor in
            reactor.after(.milliseconds(200)) { #expect(store.note(ChronicleTests.movement("web"))?.number == 1) }
            reactor.after(.milliseconds(600)) { #expect(store.note(ChronicleTests.movement("mail"))?.number == 2) }
            reactor.after(.milliseconds(1200)) { reactor.stop() }
        } until: { _ in
            false
        }
        #expect(!isOver)
        #expect(story.says("movements that the disk does not have are lost when the daemon ends"), "\(story.log)")
        #expect(story.says("Cannot create \(story.directory)/state/history"), "\(story.log)")
    }
}
