// What stands behind every logger of the process: stamps a line with time, host and pid and passes it on, one at a time – or
// holds it back while something more urgent than a log is done.

import Glibc
import HeartbeatModel
import HeartbeatSystem
import Logging
import Synchronization

/// The destinations, shared by all loggers.
package final class LogBackEnd: Sendable {
    let entity: String
    private let host: String
    private let destinations: Mutex<LogDestinations>
    private let heldBack = Mutex(HeldBack())

    private struct HeldBack {
        /// How many have something more urgent to do.
        var holders = 0
        var lines: [Line] = []
    }

    private enum Line {
        case own(LogLine, fields: [(name: String, value: String)])
        case script(ScriptLogLine, fields: [(name: String, value: String)])
    }

    init(
        _ configuration: LoggingConfiguration, console: LogOutput.Console, sockets: LogOutput.Sockets, host: String,
        entity: String
    ) {
        self.host = host
        self.entity = entity
        destinations = Mutex(LogDestinations(sockets: sockets))
        destinations.withLock { destinations in
            destinations.onTrouble = { [weak self] in self?.tell($0, of: $1) }
            destinations.reconfigure(configuration, console: console)
        }
    }

    deinit {
        destinations.withLock { $0.close() }
    }

    /// Waits until the files have every line, or for so long. What is held back is not meant.
    func flush(atMost limit: Duration) {
        let deadline = Instant.now + limit
        while !isWritten, Instant.now < deadline { usleep(1000) }
    }

    /// Whether no line waits for a file.
    var isWritten: Bool { destinations.withLock { $0.writers.allSatisfy(\.isIdle) } }

    /// Tells of files that have stood still for too long. To be called now and then: nobody may have a line for them.
    func lookAfterFiles() {
        destinations.withLock { $0.lookAfterFiles(like: line(.info, "")) }
    }

    private func tell(_ trouble: LogFileWriter.Trouble, of file: LogDestinations.File) {
        destinations.withLock { $0.tell(trouble, of: file, like: line(.info, "")) }
    }

    private func line(_ level: Logger.Level, _ text: String) -> LogLine {
        LogLine(time: .now(), host: host, entity: entity, pid: getpid(), level: level, text: text)
    }

    /// Until `release` lines only get their time.
    func holdBack() {
        heldBack.withLock { $0.holders += 1 }
    }

    func release() {
        let isLast = heldBack.withLock { held in
            held.holders -= 1
            return held.holders == 0
        }
        if isLast { writeHeldBack() }
    }

    /// Writes what is held back so far.
    func writeHeldBack() {
        let lines = heldBack.withLock { held in
            defer { held.lines = [] }
            return held.lines
        }
        lines.forEach(write)
    }

    var debugLevel: Int {
        get { destinations.withLock { $0.debugLevel } }
        set { destinations.withLock { $0.debugLevel = max(0, newValue) } }
    }

    func reconfigure(_ configuration: LoggingConfiguration, console: LogOutput.Console?) {
        destinations.withLock { $0.reconfigure(configuration, console: console) }
    }

    func write(_ level: Logger.Level, _ text: String, fields: [(name: String, value: String)]) {
        take(.own(line(level, text), fields: fields))
    }

    func writeScriptLine(tag: String, text: String, fields: [(name: String, value: String)]) {
        take(.script(ScriptLogLine(time: .now(), tag: tag, text: text), fields: fields))
    }

    private func take(_ line: Line) {
        let isHeldBack = heldBack.withLock { held in
            if held.holders > 0 { held.lines.append(line) }
            return held.holders > 0
        }
        if !isHeldBack { write(line) }
    }

    private func write(_ line: Line) {
        destinations.withLock { destinations in
            switch line {
            case .own(let line, let fields): destinations.write(line, fields: fields)
            case .script(let line, let fields):
                destinations.write(line, host: host, entity: entity, fields: fields)
            }
        }
    }
}

extension LocalTime {
    /// The time on the machine's clock.
    package static func now() -> LocalTime {
        var seconds = time(nil)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return LocalTime(
            year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
            hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: Int(parts.tm_sec))
    }
}
