// Which line goes to which destination and in which form. Called under the lock of `LogBackEnd`.

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
    private var journal: Journal
    private let sockets: LogOutput.Sockets
    /// What is sent to syslog arrives in the journal.
    private var syslogIsJournal = false

    init(_ configuration: LoggingConfiguration, console: LogOutput.Console, sockets: LogOutput.Sockets) {
        self.sockets = sockets
        syslog = LocalDatagram(path: sockets.syslog)
        journal = Journal(path: sockets.journal)
        debugLevel = 0
        usesSyslogFormat = true
        self.console = console
        reconfigure(configuration, console: console)
    }

    mutating func reconfigure(_ configuration: LoggingConfiguration, console: LogOutput.Console? = nil) {
        if let console { self.console = console }
        debugLevel = configuration.debugLevel
        usesSyslogFormat = configuration.usesSyslogFormat
        facility = configuration.facility.flatMap(SyslogFacility.number)
        logFile?.close()
        debugFile?.close()
        logFile = configuration.logFile.map(LogFile.init)
        debugFile = configuration.debugFile.map(LogFile.init)
        syslogIsJournal = Self.leads(sockets.syslog, to: sockets.journalSyslog)
        // Somebody who asks for no log at all still wants to know why a node has failed over.
        if facility == nil && logFile == nil && debugFile == nil && self.console == .none {
            facility = SyslogFacility.daemon
        }
    }

    mutating func write(_ line: LogLine, fields: [(name: String, value: String)]) {
        guard !line.level.isDebug || debugLevel > 0 else { return }
        let text = form(of: line)
        let logOutcome = line.level.isDebug ? nil : logFile?.append(text)
        let debugOutcome = debugFile?.append(text)
        writeBesideFiles(line, fields: fields)
        report(logOutcome, of: logFile?.path, like: line) { $0.debugFile?.append($1) }
        report(debugOutcome, of: debugFile?.path, like: line) { $0.logFile?.append($1) }
    }

    mutating func write(
        _ line: ScriptLogLine, host: String, entity: String, fields: [(name: String, value: String)]
    ) {
        let like = LogLine(
            time: line.time, host: host, entity: entity, pid: getpid(), level: .info, text: "\(line.tag): \(line.text)")
        let logOutcome = logFile?.append(line.logFileForm)
        let debugOutcome = debugFile?.append(line.debugFileForm)
        if let facility, !isJournalTwice { _ = syslog.send(SyslogMessage.bytes(line, facility: facility)) }
        writeToConsole(like, text: line.debugFileForm, fields: fields)
        report(logOutcome, of: logFile?.path, like: like) { $0.debugFile?.append($1) }
        report(debugOutcome, of: debugFile?.path, like: like) { $0.logFile?.append($1) }
    }

    private func form(of line: LogLine) -> String {
        usesSyslogFormat ? line.syslogForm : line.plainForm
    }

    /// Under systemd the journal would get each line twice; the one with the fields stays, and the journal passes it on
    /// to a syslog daemon with the facility.
    private var isJournalTwice: Bool { console == .journal && syslogIsJournal }

    private mutating func writeBesideFiles(_ line: LogLine, fields: [(name: String, value: String)]) {
        if let facility, !isJournalTwice { _ = syslog.send(SyslogMessage.bytes(line, facility: facility)) }
        writeToConsole(line, text: form(of: line), fields: fields)
    }

    private mutating func writeToConsole(_ line: LogLine, text: String, fields: [(name: String, value: String)]) {
        switch console {
        case .none: break
        case .standardError: Descriptors.writeWithoutWaiting(text + "\n", to: STDERR_FILENO)
        case .journal: journal.write(line, facility: isJournalTwice ? facility : nil, fields: fields)
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
        _ = write(&self, form(of: report))
        let wasSilent = facility == nil && console == .none
        if wasSilent { facility = SyslogFacility.daemon }
        writeBesideFiles(report, fields: [])
        if wasSilent { facility = nil }
    }

    private static func leads(_ path: String, to target: String) -> Bool {
        var first = stat()
        var second = stat()
        return stat(path, &first) == 0 && stat(target, &second) == 0 && first.st_dev == second.st_dev
            && first.st_ino == second.st_ino
    }
}
