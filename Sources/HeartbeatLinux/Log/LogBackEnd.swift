// What stands behind every logger of the process: stamps a line with time, host and pid and passes it on, one at a time.

import Glibc
import HeartbeatModel
import Logging
import Synchronization

/// The destinations, shared by all loggers.
final class LogBackEnd: Sendable {
    let entity: String
    private let host: String
    private let destinations: Mutex<LogDestinations>

    init(_ destinations: sending LogDestinations, host: String, entity: String) {
        self.host = host
        self.entity = entity
        self.destinations = Mutex(destinations)
    }

    var debugLevel: Int {
        get { destinations.withLock { $0.debugLevel } }
        set { destinations.withLock { $0.debugLevel = max(0, newValue) } }
    }

    func reconfigure(_ configuration: LoggingConfiguration, console: LogOutput.Console?) {
        destinations.withLock { $0.reconfigure(configuration, console: console) }
    }

    func write(_ level: Logger.Level, _ text: String, fields: [(name: String, value: String)]) {
        let line = LogLine(time: .now(), host: host, entity: entity, pid: getpid(), level: level, text: text)
        destinations.withLock { $0.write(line, fields: fields) }
    }

    func writeScriptLine(tag: String, text: String, fields: [(name: String, value: String)]) {
        let line = ScriptLogLine(time: .now(), tag: tag, text: text)
        destinations.withLock { $0.write(line, host: host, entity: entity, fields: fields) }
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
