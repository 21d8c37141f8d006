// The life of `faild`: from its arguments to the last route removed. Signals end it; what happens meanwhile is the runner's.

import Glibc
import HeartbeatFaild
import HeartbeatLans
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import Logging

/// One run of the command.
package final class LanProgram {
    private let settings: LanConfiguration
    private let keys: AuthenticationKeys?
    private let log: LogOutput
    private var runner: LanRunner?

    /// `logFile` gets the lines; without, the journal or standard error do, and syslog as `daemon`.
    package init(_ settings: LanConfiguration, keys: AuthenticationKeys?, logFile: String?) {
        self.settings = settings
        self.keys = keys
        var logging = LoggingConfiguration()
        logging.logFile = logFile
        log = LogOutput.inForeground(logging, entity: "faild")
    }

    /// Returns when a signal has ended it and its routes are removed. 1 when it could not begin.
    package func run() -> Int32 {
        defer { log.flush() }
        return ForegroundProgram.run { [unowned self] reactor in
            start(reactor)
        } end: { [unowned self] in
            runner?.close()
            log.write(.info, "faild ends; its routes are removed")
        } fail: { [log] error in
            log.write(.error, "\(error)")
        }
    }

    private func start(_ reactor: Reactor) {
        let runner = LanRunner(settings, keys: keys, reactor: reactor)
        self.runner = runner
        runner.onEvent = { [log] event in log.write(event.isWarning ? .warning : .info, "\(event)") }
        let role = settings.isRequestor ? "asks every \(settings.interval.decimalSeconds) s" : "answers"
        let signature = keys == nil ? "unsigned" : "signed"
        log.write(
            .info,
            "faild \(role) on UDP port \(settings.port), \(signature); \(settings.fall) packets missed make a LAN invalid "
                + "(after \(settings.invalidAfter.decimalSeconds) s at the latest), \(settings.rise) good ones valid again "
                + "(after \(settings.validAfter.decimalSeconds) s)")
        runner.start()
    }
}
