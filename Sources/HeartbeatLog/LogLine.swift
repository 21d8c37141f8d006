// The line forms of the original's log files, which people and programs have parsed for twenty years. Pure text: nothing
// here knows the time or where lines go.

import Logging

/// A wall-clock time in the local zone.
package struct LocalTime: Hashable, Sendable {
    package var year: Int
    /// 1…12.
    package var month: Int
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int

    package init(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// `Nov 20 23:46:59`, the day padded with a blank: `%b %e %T`.
    var syslogText: String {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let name = names.indices.contains(month - 1) ? names[month - 1] : "???"
        return "\(name) \(padded(day, with: " ")) \(clockText)"
    }

    /// `2026/11/20_23:46:59`.
    var plainText: String {
        "\(year)/\(padded(month))/\(padded(day))_\(clockText)"
    }

    private var clockText: String {
        "\(padded(hour)):\(padded(minute)):\(padded(second))"
    }

    private func padded(_ number: Int, with fill: String = "0") -> String {
        number < 10 ? fill + String(number) : String(number)
    }
}

/// One line of a log, before it takes the form of its destination.
package struct LogLine: Hashable, Sendable {
    package var time: LocalTime
    /// The machine's name as `uname -n` has it.
    package var host: String
    /// The program: `heartbeat`.
    package var entity: String
    package var pid: Int32
    package var level: Logger.Level
    package var text: String

    package init(time: LocalTime, host: String, entity: String, pid: Int32, level: Logger.Level, text: String) {
        self.time = time
        self.host = host
        self.entity = entity
        self.pid = pid
        self.level = level
        self.text = LogLine.onOneLine(text)
    }

    /// `Nov 20 23:46:59 nodea heartbeat: [34]: info: text`: with `syslogmsgfmt true`, the default.
    package var syslogForm: String {
        "\(time.syslogText) \(host) \(entity): [\(pid)]: \(level.heartbeatWord): \(text)"
    }

    /// `heartbeat[34]: 2026/11/20_23:46:59 info: text`: with `syslogmsgfmt false`.
    package var plainForm: String {
        "\(entity)[\(pid)]: \(time.plainText) \(level.heartbeatWord): \(text)"
    }

    /// A line end inside a text would begin a forged line.
    static func onOneLine(_ text: String) -> String {
        text.utf8.contains { $0 < 0x20 && $0 != 0x09 }
            ? String(decoding: text.utf8.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self) : text
    }
}

/// A line of a script's output.
package struct ScriptLogLine: Hashable, Sendable {
    package var time: LocalTime
    /// Who wrote it: `NAME(arguments)[pid]`.
    package var tag: String
    package var text: String

    package init(time: LocalTime, tag: String, text: String) {
        self.time = time
        self.tag = tag
        self.text = LogLine.onOneLine(text)
    }

    /// `IPaddr(10.0.0.1)[41]`, the arguments separated by blanks.
    package static func tag(script: String, arguments: [String], pid: Int32?) -> String {
        "\(script)(\(arguments.joined(separator: " ")))" + (pid.map { "[\($0)]" } ?? "")
    }

    /// `2026/11/20_23:47:00  IPaddr(10.0.0.1)[41]:    text`: in the log file.
    package var logFileForm: String {
        "\(time.plainText)  \(tag):    \(text)"
    }

    /// `IPaddr(10.0.0.1)[41]:<TAB>2026/11/20_23:47:00 text`: in the debug file.
    package var debugFileForm: String {
        "\(tag):\t\(time.plainText) \(text)"
    }
}

extension Logger.Level {
    /// The original's word.
    var heartbeatWord: String {
        switch self {
        case .trace, .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warning: "WARN"
        case .error: "ERROR"
        case .critical: "CRIT"
        }
    }

    /// The severity of syslog(3).
    var syslogSeverity: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    var isDebug: Bool { self <= .debug }
}
