// The journal as a destination. journald that hangs or restarts costs lines, never time; how many is told as soon as it
// takes messages again.

import Logging

struct Journal {
    private var socket: LocalDatagram
    private var lost = 0

    init(path: String) {
        socket = LocalDatagram(path: path)
    }

    /// Writes one line. `facility` lets the journal pass it on to a syslog daemon.
    mutating func write(_ line: LogLine, facility: Int?, fields: [(name: String, value: String)]) {
        if lost > 0 {
            var report = line
            report.level = .warning
            report.text = "\(lost) lines were lost: the journal did not take them"
            guard send(report, facility: facility, fields: []) else {
                lost += 1
                return
            }
            lost = 0
        }
        if !send(line, facility: facility, fields: fields) { lost += 1 }
    }

    private mutating func send(_ line: LogLine, facility: Int?, fields: [(name: String, value: String)]) -> Bool {
        var own = [
            ("MESSAGE", line.text), ("PRIORITY", String(line.level.syslogSeverity)), ("SYSLOG_IDENTIFIER", line.entity),
        ]
        if let facility { own.append(("SYSLOG_FACILITY", String(facility))) }
        return socket.send(JournalMessage.bytes(own + fields))
    }
}
