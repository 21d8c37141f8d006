// Which line goes to which destination and in which form. Called under the lock of `LogOutput`.

import Glibc
import HeartbeatModel
import Logging

struct LogDestinations {
    var debugLevel: Int
    private var logFile: LogFile?
    private var debugFile: LogFile?
    private var facility: Int?
    private var usesSyslogFormat: Bool
    private var console: LogOutput.Console
    private var syslog: LocalDatagram
    private var journal: LocalDatagram

    init(_ configuration: LoggingConfiguration, console: LogOutput.Console, sockets: LogOutput.Sockets) {
        syslog = LocalDatagram(path: sockets.syslog)
        journal = LocalDatagram(path: sockets.journal)
        debugLevel = 0
        usesSyslogFormat = true
        self.console = console
        reconfigure(configuration, console: console)
    }

    mutating func reconfigure(_ configuration: LoggingConfiguration, console: LogOutput.Console) {
        self.console = console
        debugLevel = configuration.debugLevel
        usesSyslogFormat = configuration.usesSyslogFormat
        facility = configuration.facility.flatMap(SyslogFacility.number)
        logFile?.close()
        debugFile?.close()
        logFile = configuration.logFile.map(LogFile.init)
        debugFile = configuration.debugFile.map(LogFile.init)
        // Somebody who asks for no log at all still wants to know why a node has failed over.
        if facility == nil && logFile == nil && debugFile == nil && console == .none {
            facility = SyslogFacility.daemon
        }
    }

    mutating func write(_ line: LogLine, fields: [(name: String, value: String)]) {
        guard !line.level.isDebug || debugLevel > 0 else { return }
        let text = usesSyslogFormat ? line.syslogForm : line.plainForm
        let logOutcome = line.level.isDebug ? nil : logFile?.append(text)
        let debugOutcome = debugFile?.append(text)
        writeBesideFiles(line, fields: fields)
        report(logOutcome, of: logFile?.path, like: line) { $0.debugFile?.append($1) }
        report(debugOutcome, of: debugFile?.path, like: line) { $0.logFile?.append($1) }
    }

    mutating func write(_ line: ScriptLogLine, host: String) {
        let like = LogLine(
            time: line.time, host: host, entity: "heartbeat", pid: getpid(), level: .info,
            text: "\(line.tag): \(line.text)")
        let logOutcome = logFile?.append(line.logFileForm)
        let debugOutcome = debugFile?.append(line.debugFileForm)
        if let facility { _ = syslog.send(SyslogMessage.bytes(line, facility: facility)) }
        writeToConsole(like, text: line.debugFileForm, fields: [("HA_SCRIPT", line.tag)])
        report(logOutcome, of: logFile?.path, like: like) { $0.debugFile?.append($1) }
        report(debugOutcome, of: debugFile?.path, like: like) { $0.logFile?.append($1) }
    }

    private mutating func writeBesideFiles(_ line: LogLine, fields: [(name: String, value: String)]) {
        if let facility { _ = syslog.send(SyslogMessage.bytes(line, facility: facility)) }
        writeToConsole(line, text: usesSyslogFormat ? line.syslogForm : line.plainForm, fields: fields)
    }

    private mutating func writeToConsole(_ line: LogLine, text: String, fields: [(name: String, value: String)]) {
        switch console {
        case .none: break
        case .standardError: _ = Descriptors.write(Array((text + "\n").utf8), to: STDERR_FILENO)
        case .journal:
            let own = [
                ("MESSAGE", line.text), ("PRIORITY", String(line.level.syslogSeverity)),
                ("SYSLOG_IDENTIFIER", line.entity),
            ]
            _ = journal.send(JournalMessage.bytes(own + fields))
        }
    }

    /// Tells the other destinations that one has failed or works again. If that fails too, there is nobody left to tell.
    private mutating func report(
        _ outcome: LogFile.Outcome?, of path: String?, like line: LogLine,
        inOtherFile write: (inout LogDestinations, String) -> LogFile.Outcome?
    ) {
        var report = line
        switch outcome {
        case nil, .written, .stillBroken: return
        case .broke(let text):
            report.level = .error
            report.text = text
        case .recovered(let lost):
            report.level = .warning
            report.text = "\(path ?? "log file") can be written again; \(lost) lines were lost"
        }
        _ = write(&self, usesSyslogFormat ? report.syslogForm : report.plainForm)
        let wasSilent = facility == nil && console == .none
        if wasSilent { facility = SyslogFacility.daemon }
        writeBesideFiles(report, fields: [])
        if wasSilent { facility = nil }
    }
}
