// Writes a log file on a thread of its own. A disk that is frozen (fsfreeze), dying or behind a network makes every write wait,
// without limit; the loop only leaves its lines here and goes on.

import Glibc
import HeartbeatModel
import HeartbeatSystem
import Logging
import Synchronization

/// A log file and the lines that wait for it.
final class LogFileWriter: Sendable {
    /// Something for the other destinations to tell.
    enum Trouble: Equatable, Sendable {
        /// Lines are lost from now on.
        case broken(String)
        /// Lines wait, and may be lost later.
        case slow(String)
        /// Written again.
        case recovered(lost: Int)

        /// Level and text of the line that tells it.
        func line(of path: String) -> (Logger.Level, String) {
            switch self {
            case .broken(let text): (.error, text)
            case .slow(let text): (.warning, text)
            case .recovered(let lost): (.warning, "\(path) can be written again; \(lost) lines were lost")
            }
        }
    }

    /// Bytes that may wait; later lines are lost. Some thousand lines: more than a failover has.
    static let mostBytes = 1 << 20
    /// A write that has taken longer is told.
    static let patience = Duration.seconds(2)

    private struct Shared {
        var lines: [String] = []
        /// Of those that wait and those that are being written.
        var bytes = 0
        /// Lines that found no room since the last that did.
        var dropped = 0
        /// When the thread began with the line it is at.
        var since: Instant?
        var isTold = false
        /// A byte in this pipe wakes the thread; there is a thread when there is a pipe.
        var wake: (read: Int32, write: Int32)?
        var isWaiting = false
        var isClosed = false
    }

    let path: String
    private let file: LogFile
    private let onTrouble: @Sendable (Trouble) -> Void
    private let shared = Mutex(Shared())

    /// `onTrouble` is called on the writing thread.
    init(_ file: LogFile, onTrouble: @escaping @Sendable (Trouble) -> Void) {
        path = file.path
        self.file = file
        self.onTrouble = onTrouble
    }

    /// Leaves a line to be written and never waits. Returns what the other destinations should be told.
    func append(_ line: String) -> Trouble? {
        shared.withLock { shared in
            do throws(SystemError) {
                try startThread(&shared)
            } catch {
                return drop(&shared, "\(error)")
            }
            let size = line.utf8.count + 1
            guard shared.bytes + size <= Self.mostBytes else {
                return drop(&shared, "\(path) takes no lines: more than \(Self.mostBytes) bytes wait for its disk")
            }
            shared.lines.append(line)
            shared.bytes += size
            wakeThread(&shared)
            return slowness(&shared)
        }
    }

    /// What the other destinations should be told although no line has come.
    func look() -> Trouble? {
        shared.withLock { slowness(&$0) }
    }

    /// Whether everything has been written, or given up.
    var isIdle: Bool { shared.withLock { $0.bytes == 0 } }

    /// What waits is still written, then the thread ends.
    func close() {
        shared.withLock { shared in
            shared.isClosed = true
            wakeThread(&shared)
        }
    }

    private func wakeThread(_ shared: inout Shared) {
        guard shared.isWaiting, let wake = shared.wake else { return }
        shared.isWaiting = false
        _ = Descriptors.write([0], to: wake.write)
    }

    private func slowness(_ shared: inout Shared) -> Trouble? {
        let now = Instant.now
        guard let since = shared.since, !shared.isTold, now - since > Self.patience else { return nil }
        shared.isTold = true
        return .slow(
            "\(path) has not taken a line for \((now - since).components.seconds) s: does its disk hang? Its lines wait"
        )
    }

    private func drop(_ shared: inout Shared, _ reason: String) -> Trouble? {
        shared.dropped += 1
        return shared.dropped == 1 ? .broken("\(reason); its lines are lost") : nil
    }

    private func startThread(_ shared: inout Shared) throws(SystemError) {
        guard shared.wake == nil else { return }
        let wake = try Descriptors.makePipe()
        if let code = DetachedThread.start({ self.run(reading: wake.read) }) {
            Glibc.close(wake.read)
            Glibc.close(wake.write)
            throw SystemError("start", "the thread that writes \(path)", code: code)
        }
        shared.wake = wake
    }

    // MARK: - The thread

    private func run(reading wake: Int32) {
        var file = file
        while let lines = next(wake) {
            for line in lines { write(line, to: &file) }
        }
        file.close()
    }

    /// The lines that wait, as soon as there are any; `nil` at the end.
    private func next(_ wake: Int32) -> [String]? {
        while true {
            let (lines, isClosed) = shared.withLock { shared in
                defer { shared.lines = [] }
                shared.isWaiting = shared.lines.isEmpty && !shared.isClosed
                return (shared.lines, shared.isClosed)
            }
            if !lines.isEmpty { return lines }
            if isClosed { return nil }
            _ = Descriptors.read(wake, atMost: 1)
        }
    }

    private func write(_ line: String, to file: inout LogFile) {
        shared.withLock { $0.since = .now }
        let outcome = file.append(line)
        if let trouble = trouble(after: outcome) { onTrouble(trouble) }
        // Only now: whoever waits for the end waits for what is told of it, too.
        shared.withLock { $0.bytes -= line.utf8.count + 1 }
    }

    private func trouble(after outcome: LogFile.Outcome) -> Trouble? {
        shared.withLock { shared in
            shared.since = nil
            switch outcome {
            case .broke(let text): return .broken(text)
            case .stillBroken: return nil
            case .written, .recovered:
                let lost = outcome.lost + shared.dropped
                let wasTold = shared.isTold
                (shared.dropped, shared.isTold) = (0, false)
                return lost > 0 || wasTold ? .recovered(lost: lost) : nil
            }
        }
    }

    deinit {
        shared.withLock { shared in
            guard let wake = shared.wake else { return }
            Glibc.close(wake.read)
            Glibc.close(wake.write)
        }
    }
}
