// Where the lines of a process go, as ha.cf wants it: files, syslog, the console or the journal. Everything is written
// through a swift-log `Logger`; a destination that fails is reported once to the others and never stops anything.

import Glibc
import HeartbeatModel
import HeartbeatSystem
import Logging

/// The place all loggers of the process write to.
package final class LogOutput: Sendable {
    /// Where lines go besides the files and syslog.
    package enum Console: Hashable, Sendable {
        case none
        case standardError
        /// The journal, each `HA_` field searchable.
        case journal
    }

    /// Paths of the log services' sockets; tests bring their own.
    package struct Sockets: Hashable, Sendable {
        package var syslog = "/dev/log"
        package var journal = "/run/systemd/journal/socket"
        /// What `syslog` leads to when the journal is the machine's syslog too.
        package var journalSyslog = "/run/systemd/journal/dev-log"

        package init() {}
    }

    /// Writes here.
    package let logger: Logger
    let backEnd: LogBackEnd

    /// `host` is the machine's name as `uname -n` has it, `entity` the program's.
    package convenience init(
        _ configuration: LoggingConfiguration, host: String, entity: String = "heartbeat", console: Console,
        sockets: Sockets = Sockets()
    ) {
        let backEnd = LogBackEnd(configuration, console: console, sockets: sockets, host: host, entity: entity)
        self.init(backEnd, Logger(label: entity) { _ in HeartbeatLogHandler(backEnd) })
    }

    private init(_ backEnd: LogBackEnd, _ logger: Logger) {
        self.backEnd = backEnd
        self.logger = logger
    }

    /// The same place, where every line has these values besides its own; `HA_…` is shown in the journal.
    package func adding(_ metadata: Logger.Metadata) -> LogOutput {
        var logger = logger
        for (key, value) in metadata { logger[metadataKey: key] = value }
        return LogOutput(backEnd, logger)
    }

    /// The log of a program that stays in the foreground: the file that is named, else syslog and the console.
    package static func inForeground(_ logging: LoggingConfiguration, entity: String) -> LogOutput {
        var logging = logging
        if logging.logFile == nil, logging.facility == nil { logging.facility = "daemon" }
        return LogOutput(
            logging, host: Machine.name, entity: entity,
            console: logging.logFile == nil ? foregroundConsole() : .none)
    }

    /// The console for a process that stays in the foreground: the journal if standard error goes there anyway
    /// (`JOURNAL_STREAM` names its device and inode, systemd.exec(5)), else standard error.
    package static func foregroundConsole() -> Console {
        console(of: STDERR_FILENO, journalStream: getenv("JOURNAL_STREAM").map { String(cString: $0) })
    }

    /// The same for any descriptor and value of `JOURNAL_STREAM`. A variable that was inherited by a process whose output
    /// has been sent elsewhere names another file.
    package static func console(of descriptor: Int32, journalStream: String?) -> Console {
        var status = stat()
        guard let journalStream, fstat(descriptor, &status) == 0 else { return .standardError }
        return journalStream == "\(status.st_dev):\(status.st_ino)" ? .journal : .standardError
    }

    /// `debug` of ha.cf, changed by SIGUSR1 and SIGUSR2: 0 shows no debug lines.
    package var debugLevel: Int {
        get { backEnd.debugLevel }
        set { backEnd.debugLevel = newValue }
    }

    /// Changes destinations, at start-up once ha.cf has been read and after a reload. `nil` leaves the console as it is.
    package func reconfigure(_ configuration: LoggingConfiguration, console: Console? = nil) {
        backEnd.reconfigure(configuration, console: console)
    }

    /// Does something urgent first: what is logged meanwhile is written when `body` has returned, in order and with its own
    /// times. A disk or a terminal that takes its time must not keep a service down.
    package func holdingBack(_ body: () -> Void) {
        backEnd.holdBack()
        body()
        backEnd.release()
    }

    /// Hands on what is held back so far, and waits for nothing: what is done next must not be done without its line.
    package func writeHeldBack() {
        backEnd.writeHeldBack()
    }

    /// Tells the other destinations of a file that has not taken a line for long. To be called now and then.
    package func lookAfterFiles() {
        backEnd.lookAfterFiles()
    }

    /// Waits until the files have every line that was written, at most for `limit`: a disk that hangs must not hold up the end
    /// of the process either. Never on the loop, unless nothing counts any more.
    package func flush(atMost limit: Duration = .seconds(3)) {
        backEnd.writeHeldBack()
        backEnd.flush(atMost: limit)
    }

    /// Writes one line through `logger`. `fields` go to the journal beside the text.
    package func write(_ level: Logger.Level, _ text: String, fields: [(name: String, value: String)] = []) {
        logger.log(level: level, "\(text)", metadata: Self.metadata(fields))
    }

    /// Writes a line of a script's output through `logger`; `tag` is `ScriptLogLine.tag`.
    package func writeScriptLine(tag: String, text: String, fields: [(name: String, value: String)] = []) {
        logger.info("\(text)", metadata: Self.metadata(fields + [(HeartbeatLogHandler.scriptKey, tag)]))
    }

    private static func metadata(_ fields: [(name: String, value: String)]) -> Logger.Metadata? {
        guard !fields.isEmpty else { return nil }
        return Logger.Metadata(fields.map { ($0.name, .string($0.value)) }) { _, last in last }
    }
}
