// Takes log lines to wherever ha.cf wants them: files, syslog, the console or the journal. A destination that fails is
// reported once to the others and never stops anything.

import Glibc
import HeartbeatModel
import Logging
import Synchronization

/// The place all loggers of the process write to.
public final class LogOutput: Sendable {
    /// Where lines go besides the files and syslog.
    public enum Console: Hashable, Sendable {
        case none
        case standardError
        /// The journal, each `HA_` field searchable.
        case journal
    }

    /// Paths of the log services' sockets; tests bring their own.
    public struct Sockets: Hashable, Sendable {
        public var syslog = "/dev/log"
        public var journal = "/run/systemd/journal/socket"

        public init() {}
    }

    private let host: String
    private let entity: String
    private let destinations: Mutex<LogDestinations>

    /// `host` is the machine's name as `uname -n` has it, `entity` the program's.
    public init(
        _ configuration: LoggingConfiguration, host: String, entity: String = "heartbeat", console: Console,
        sockets: Sockets = Sockets()
    ) {
        self.host = host
        self.entity = entity
        destinations = Mutex(LogDestinations(configuration, console: console, sockets: sockets))
    }

    /// The console for a process that stays in the foreground: the journal if standard error goes there anyway
    /// (`JOURNAL_STREAM`, systemd.exec(5)), else standard error.
    public static func foregroundConsole() -> Console {
        var status = stat()
        guard let stream = getenv("JOURNAL_STREAM"), fstat(STDERR_FILENO, &status) == 0 else { return .standardError }
        return String(cString: stream) == "\(status.st_dev):\(status.st_ino)" ? .journal : .standardError
    }

    /// `uname -n`, its case kept.
    public static func hostName() -> String {
        var names = utsname()
        guard uname(&names) == 0 else { return "localhost" }
        return withUnsafeBytes(of: &names.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// `debug` of ha.cf, changed by SIGUSR1 and SIGUSR2: 0 shows no debug lines.
    public var debugLevel: Int {
        get { destinations.withLock { $0.debugLevel } }
        set { destinations.withLock { $0.debugLevel = max(0, newValue) } }
    }

    /// Changes destinations, at start-up once ha.cf has been read and after a reload.
    public func reconfigure(_ configuration: LoggingConfiguration, console: Console) {
        destinations.withLock { $0.reconfigure(configuration, console: console) }
    }

    /// Writes one line. `fields` go to the journal beside the text.
    public func write(_ level: Logger.Level, _ text: String, fields: [(name: String, value: String)] = []) {
        let line = LogLine(
            time: .now(), host: host, entity: entity, pid: getpid(), level: level, text: text)
        destinations.withLock { $0.write(line, fields: fields) }
    }

    /// Writes a line of a script's output; `tag` is `ScriptLogLine.tag`.
    public func writeScriptLine(tag: String, text: String) {
        let line = ScriptLogLine(time: .now(), tag: tag, text: text)
        destinations.withLock { $0.write(line, host: host) }
    }
}

extension LocalTime {
    /// The time on the machine's clock.
    static func now() -> LocalTime {
        var seconds = time(nil)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return LocalTime(
            year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
            hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: Int(parts.tm_sec))
    }
}
