// A log file whose disk hangs, and log files in places where others may write. What hangs here is a pipe that nobody reads:
// a write into it waits as one to a frozen disk does.

import Glibc
import Synchronization
import Testing

@testable import HeartbeatLog
@testable import HeartbeatSystem

@Suite struct LogFileTests {
    /// A writer, the other end of what it writes into, and what it has told.
    private final class Hanging {
        let ends: (read: Int32, write: Int32)
        let writer: LogFileWriter
        let troubles: Troubles

        final class Troubles: Sendable {
            let list = Mutex<[LogFileWriter.Trouble]>([])
        }

        init() throws {
            ends = try Descriptors.makePipe()
            let troubles = Troubles()
            self.troubles = troubles
            writer = LogFileWriter(LogFile(borrowing: ends.write, name: "the log")) { trouble in
                troubles.list.withLock { $0.append(trouble) }
            }
        }

        /// Everything that is written until the writer has nothing left.
        func drain() -> [String] {
            Descriptors.makeNonBlocking(ends.read)
            var bytes: [UInt8] = []
            _ = waitUntil {
                while let more = Descriptors.read(ends.read, atMost: 65536) { bytes += more }
                return writer.isIdle
            }
            while let more = Descriptors.read(ends.read, atMost: 65536) { bytes += more }
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
        }

        deinit {
            writer.close()
            close(ends.read)
            // The end of writing is the thread's to see first.
            _ = waitUntil { writer.isIdle }
            close(ends.write)
        }
    }

    private static let filling = String(repeating: "x", count: 99)

    @Test func `a disk that hangs costs the loop nothing, and every line once more than fits is counted`() throws {
        let log = try Hanging()
        var told: [LogFileWriter.Trouble] = []
        // Each is a thousandth of what may wait.
        let sent = 3 * LogFileWriter.mostBytes / 1000
        for number in 0..<sent {
            if let trouble = log.writer.append("\(number) \(String(repeating: "x", count: 1000))") {
                told.append(trouble)
            }
        }
        #expect(told.count == 1, "the first line lost is told at once, to those who still take lines: \(told)")
        guard case .broken(let text) = told.first else { return }
        #expect(text.hasPrefix("the log takes no lines: ") && text.hasSuffix("; its lines are lost"))
        let written = log.drain().compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
        #expect(written == Array(0..<written.count), "in order, none left out")
        #expect(written.count < sent)
        #expect(log.troubles.list.withLock { $0 } == [.recovered(lost: sent - written.count)])
        #expect(log.writer.append("after") == nil)
        #expect(log.drain() == ["after"])
    }

    @Test func `a write that does not return is told once, and so is its end`() throws {
        let log = try Hanging()
        for _ in 0..<2000 { _ = log.writer.append(Self.filling) }
        var told: [LogFileWriter.Trouble] = []
        var sent = 2000
        #expect(
            waitUntil {
                sent += 1
                if let trouble = log.writer.append("one more") { told.append(trouble) }
                return !told.isEmpty
            })
        for _ in 0..<10 { if let trouble = log.writer.append("and more") { told.append(trouble) } }
        guard case .slow(let text) = told.first, told.count == 1 else {
            Issue.record("\(told)")
            return
        }
        #expect(text.hasPrefix("the log has not taken a line for ") && text.contains("does its disk hang?"))
        #expect(log.drain().count == sent + 10)
        #expect(log.troubles.list.withLock { $0 } == [.recovered(lost: 0)])
    }

    @Test func `what waits when the file is closed is still written`() throws {
        let log = try Hanging()
        for _ in 0..<2000 { _ = log.writer.append(Self.filling) }
        log.writer.close()
        #expect(log.drain().count == 2000)
    }

    // MARK: - Where others may write

    private static let asRoot = geteuid() == 0

    @Test(.enabled(if: asRoot, "needs root"))
    func `in a directory of another's neither a link nor a second name leads out of it`() throws {
        let base = try temporaryDirectory()
        defer { removeTree(base) }
        let (victim, place) = (base + "/passwd", base + "/log")
        writeFile(victim, "root\n")
        #expect(mkdir(place, 0o755) == 0 && chown(place, 4711, 4711) == 0)
        let path = place + "/ha-log"
        for plant in [symlink, link] {
            #expect(plant(victim, path) == 0)
            var file = LogFile(path: path)
            guard case .broke(let text) = file.append("forged") else {
                Issue.record("written")
                continue
            }
            #expect(text.contains("Cannot open \(path)") && text.contains("remove it"), "\(text)")
            unlink(path)
            #expect(file.append("line") == .recovered(lost: 1))
            unlink(path)
        }
        // Nor does a link on the way.
        #expect(mkdir(base + "/etc", 0o755) == 0 && symlink(base + "/etc", place + "/sub") == 0)
        var file = LogFile(path: place + "/sub/ha-log")
        #expect(file.append("forged") != .written && Directories.names(in: base + "/etc") == [])
        var status = stat()
        #expect(readFile(victim) == "root\n" && stat(victim, &status) == 0 && status.st_uid == 0)
    }

    @Test(.enabled(if: asRoot, "needs root"))
    func `root's own link is followed where nobody else can make one, another's is not`() throws {
        let base = try temporaryDirectory()
        defer { removeTree(base) }
        let path = base + "/ha-log"
        #expect(symlink(base + "/elsewhere", path) == 0)
        var file = LogFile(path: path)
        #expect(file.append("one") == .written && readFile(base + "/elsewhere") == "one\n")
        file.close()
        #expect(chmod(base, 0o1777) == 0 && lchown(path, 4711, 4711) == 0)
        #expect(file.append("two") != .written && readFile(base + "/elsewhere") == "one\n")
        #expect(lchown(path, 0, 0) == 0 && chmod(base, 0o777) == 0)
        #expect(file.append("three") != .written && readFile(base + "/elsewhere") == "one\n")
    }

    @Test(.enabled(if: asRoot, "needs root"))
    func `root's own link into another's directory is followed, but not what lies there`() throws {
        let base = try temporaryDirectory()
        defer { removeTree(base) }
        let (victim, place, path) = (base + "/passwd", base + "/place", base + "/ha-log")
        writeFile(victim, "root\n")
        #expect(mkdir(place, 0o755) == 0 && chown(place, 4711, 4711) == 0)
        #expect(symlink("place/log", path) == 0)
        for plant in [symlink, link] {
            #expect(plant(victim, place + "/log") == 0)
            var file = LogFile(path: path)
            #expect(file.append("forged") != .written && readFile(victim) == "root\n")
            unlink(place + "/log")
        }
        var file = LogFile(path: path)
        #expect(file.append("one") == .written && readFile(place + "/log") == "one\n")
    }
}
