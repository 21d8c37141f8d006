// Which line goes to which destination and in which form. Called under the lock of `LogBackEnd`.

import Glibc
import HeartbeatModel
import HeartbeatSystem
import Logging

struct LogDestinations {
    /// The destinations that are written on threads of their own.
    enum File {
        case log
        case debug
        case console
    }

    var debugLevel: Int
    /// Told on the thread of the file, at any time.
    var onTrouble: @Sendable (LogFileWriter.Trouble, File) -> Void = { _, _ in }
    private var logFile: LogFileWriter?
    private var debugFile: LogFileWriter?
    /// Standard error, if it is a file on a disk.
    private var consoleFile: LogFileWriter?
    private var facility: Int?
    private var usesSyslogFormat: Bool
    private var console: LogOutput.Console
    private var syslog: LocalDatagram
    private var journal: Journal
    private let sockets: LogOutput.Sockets
    /// What is sent to syslog arrives in the journal.
    private var syslogIsJournal = false

    /// Lines go nowhere before the first `reconfigure`.
    init(sockets: LogOutput.Sockets) {
        self.sockets = sockets
        syslog = LocalDatagram(path: sockets.syslog)
        journal = Journal(path: sockets.journal)
        debugLevel = 0
        usesSyslogFormat = true
        console = .none
    }

    mutating func reconfigure(_ configuration: LoggingConfiguration, console: LogOutput.Console? = nil) {
        if let console {
            self.console = console
            consoleFile = console == .standardError ? standardErrorFile() : nil
        }
        debugLevel = configuration.debugLevel
        usesSyslogFormat = configuration.usesSyslogFormat
        facility = configuration.facility.flatMap(SyslogFacility.number)
        keep(&logFile, at: configuration.logFile, .log)
        keep(&debugFile, at: configuration.debugFile, .debug)
        syslogIsJournal = Self.leads(sockets.syslog, to: sockets.journalSyslog)
        // Somebody who asks for no log at all still wants to know why a node has failed over.
        if facility == nil && logFile == nil && debugFile == nil && self.console == .none {
            facility = SyslogFacility.daemon
        }
    }

    /// What waits for the files is still written.
    mutating func close() {
        for writer in writers { writer.close() }
        (logFile, debugFile, consoleFile) = (nil, nil, nil)
    }

    /// Those that may still have to write something.
    var writers: [LogFileWriter] { [logFile, debugFile, consoleFile].compactMap(\.self) }

    private func keep(_ writer: inout LogFileWriter?, at path: String?, _ file: File) {
        guard writer?.path != path else { return }
        writer?.close()
        writer = path.map { self.writer(LogFile(path: $0), file) }
    }

    private func writer(_ file: LogFile, _ name: File) -> LogFileWriter {
        LogFileWriter(file) { [onTrouble] in onTrouble($0, name) }
    }

    /// A terminal or a pipe can be asked whether it would take a line at once, a file cannot.
    private func standardErrorFile() -> LogFileWriter? {
        var status = stat()
        guard fstat(STDERR_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return writer(LogFile(borrowing: STDERR_FILENO, name: "standard error"), .console)
    }

    mutating func write(_ line: LogLine, fields: [(name: String, value: String)]) {
        guard !line.level.isDebug || debugLevel > 0 else { return }
        let text = form(of: line)
        let logTrouble = line.level.isDebug ? nil : logFile?.append(text)
        let debugTrouble = debugFile?.append(text)
        let consoleTrouble = writeBesideFiles(line, fields: fields)
        tell([(logTrouble, .log), (debugTrouble, .debug), (consoleTrouble, .console)], like: line)
    }

    mutating func write(
        _ line: ScriptLogLine, host: String, entity: String, fields: [(name: String, value: String)]
    ) {
        let like = LogLine(
            time: line.time, host: host, entity: entity, pid: getpid(), level: .info, text: "\(line.tag): \(line.text)")
        let logTrouble = logFile?.append(line.logFileForm)
        let debugTrouble = debugFile?.append(line.debugFileForm)
        if let facility, !isJournalTwice { _ = syslog.send(SyslogMessage.bytes(line, facility: facility)) }
        let consoleTrouble = writeToConsole(like, text: line.debugFileForm, fields: fields)
        tell([(logTrouble, .log), (debugTrouble, .debug), (consoleTrouble, .console)], like: like)
    }

    private func form(of line: LogLine) -> String {
        usesSyslogFormat ? line.syslogForm : line.plainForm
    }

    /// Under systemd the journal would get each line twice; the one with the fields stays, and the journal passes it on
    /// to a syslog daemon with the facility.
    private var isJournalTwice: Bool { console == .journal && syslogIsJournal }

    private mutating func writeBesideFiles(
        _ line: LogLine, fields: [(name: String, value: String)]
    ) -> LogFileWriter.Trouble? {
        if let facility, !isJournalTwice { _ = syslog.send(SyslogMessage.bytes(line, facility: facility)) }
        return writeToConsole(line, text: form(of: line), fields: fields)
    }

    private mutating func writeToConsole(
        _ line: LogLine, text: String, fields: [(name: String, value: String)]
    ) -> LogFileWriter.Trouble? {
        switch console {
        case .none: break
        case .standardError:
            if let consoleFile { return consoleFile.append(text) }
            Descriptors.writeWithoutWaiting(text + "\n", to: STDERR_FILENO)
        case .journal: journal.write(line, facility: isJournalTwice ? facility : nil, fields: fields)
        }
        return nil
    }

    /// Tells of files that have stood still for too long; `line` is the line to tell it in.
    mutating func lookAfterFiles(like line: @autoclosure () -> LogLine) {
        let troubles: [(LogFileWriter.Trouble?, File)] = [
            (logFile?.look(), .log), (debugFile?.look(), .debug), (consoleFile?.look(), .console),
        ]
        for case (let trouble?, let file) in troubles { tell(trouble, of: file, like: line()) }
    }

    private mutating func tell(_ troubles: [(LogFileWriter.Trouble?, File)], like line: LogLine) {
        for case (let trouble?, let file) in troubles { tell(trouble, of: file, like: line) }
    }

    /// Tells the other destinations that one has failed or works again. If that fails too, there is nobody left to tell.
    mutating func tell(_ trouble: LogFileWriter.Trouble, of file: File, like line: LogLine) {
        var report = line
        (report.level, report.text) = trouble.line(of: writer(of: file)?.path ?? "log file")
        let text = form(of: report)
        if file != .log { _ = logFile?.append(text) }
        if file != .debug { _ = debugFile?.append(text) }
        let wasSilent = facility == nil && console == .none
        if wasSilent { facility = SyslogFacility.daemon }
        if let facility, !isJournalTwice { _ = syslog.send(SyslogMessage.bytes(report, facility: facility)) }
        if file != .console { _ = writeToConsole(report, text: text, fields: []) }
        if wasSilent { facility = nil }
    }

    private func writer(of file: File) -> LogFileWriter? {
        switch file {
        case .log: logFile
        case .debug: debugFile
        case .console: consoleFile
        }
    }

    private static func leads(_ path: String, to target: String) -> Bool {
        var first = stat()
        var second = stat()
        return stat(path, &first) == 0 && stat(target, &second) == 0 && first.st_dev == second.st_dev
            && first.st_ino == second.st_ino
    }
}
