// The two log services of a machine, as messages for their sockets: syslog (RFC 3164, as syslog(3) sends it) and the
// journal (systemd's native journal protocol).

import Logging

/// Names and numbers of syslog facilities (syslog(3)).
public enum SyslogFacility {
    /// The number of a facility by its name in ha.cf; `nil` for an unknown one.
    public static func number(of name: String) -> Int? {
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

enum JournalMessage {
    /// Fields in the journal's native form: `NAME=value` lines, or the name, a length of 64 bits little endian and the
    /// value when it spans lines. Names the journal would refuse are left out.
    static func bytes(_ fields: [(name: String, value: String)]) -> [UInt8] {
        fields.filter { isValid($0.name) }.flatMap { field -> [UInt8] in
            let name = Array(field.name.utf8)
            let value = Array(field.value.utf8)
            guard value.contains(UInt8(ascii: "\n")) else { return name + [UInt8(ascii: "=")] + value + [10] }
            let length = withUnsafeBytes(of: UInt64(value.count).littleEndian) { Array($0) }
            return name + [10] + length + value + [10]
        }
    }

    private static func isValid(_ name: String) -> Bool {
        let isLetter: (UInt8) -> Bool = { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        return name.utf8.first.map(isLetter) == true && name.utf8.count <= 64
            && name.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
    }
}
