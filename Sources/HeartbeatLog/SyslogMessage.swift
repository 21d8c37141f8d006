// Messages for the syslog socket of a machine (RFC 3164, as syslog(3) sends them).

import Logging

/// Names and numbers of syslog facilities (syslog(3)).
package enum SyslogFacility {
    /// The number of a facility by its name in ha.cf; `nil` for an unknown one.
    package static func number(of name: String) -> Int? {
        let names = [
            "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
        ]
        if let index = names.firstIndex(of: name) { return index }
        if name == "security" { return 4 }
        guard name.hasPrefix("local"), let digit = Int(name.dropFirst(5)), (0...7).contains(digit) else { return nil }
        return 16 + digit
    }

    static let daemon = 3
}

enum SyslogMessage {
    /// `<29>Nov 20 23:46:59 heartbeat: [34]: info: text`.
    static func bytes(_ line: LogLine, facility: Int) -> [UInt8] {
        let priority = facility * 8 + line.level.syslogSeverity
        let head = "<\(priority)>\(line.time.syslogText) \(line.entity): [\(line.pid)]: "
        return Array((head + "\(line.level.heartbeatWord): \(line.text)").utf8)
    }

    /// `<30>Nov 20 23:46:59 IPaddr(10.0.0.1)[41]: text`, as logger(1) would send it.
    static func bytes(_ line: ScriptLogLine, facility: Int) -> [UInt8] {
        Array("<\(facility * 8 + 6)>\(line.time.syslogText) \(line.tag): \(line.text)".utf8)
    }
}
