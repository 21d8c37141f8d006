// The life of `hb_lines`: from its file to the last rule removed. Signals end it; what happens meanwhile is the runner's.

import Glibc
import HeartbeatConfig
import HeartbeatLineKeeper
import HeartbeatLines
import HeartbeatLog
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import Logging

/// One run of the command.
final class LinesProgram {
    private let words: HbLines
    /// How the lines stand, for `--show`.
    private let status: StatusFile
    private var runner: LineRunner?
    private var told: LineReport?

    init(_ words: HbLines) {
        self.words = words
        status = StatusFile(path: words.status)
    }

    /// Returns the exit code.
    func run() -> Int32 {
        if words.show { return show() }
        let result = readLines(file, host: hostFacts)
        for diagnostic in result.diagnostics { say("\(diagnostic)", to: STDERR_FILENO) }
        guard let lines = result.lines else { return 6 }
        if words.nft {
            say(String(LineFilter.text(lines).dropLast()), to: STDOUT_FILENO)
            return 0
        }
        return words.check ? check(lines) : keep(lines, result.logging)
    }

    private var file: SourceFile {
        do throws(SystemError) {
            return SourceFile(path: words.file, bytes: try WholeFile.read(words.file, atMost: 1 << 20))
        } catch {
            return SourceFile(path: words.file, contents: .unreadable(reason: SystemError.text(of: error.code)))
        }
    }

    private var hostFacts: HostFacts {
        var facts = HostFacts()
        facts.hasInterface = { if_nametoindex($0) != 0 }
        return facts
    }

    // MARK: - Questions

    private func check(_ lines: LineConfiguration) -> Int32 {
        for line in lines.lines { say("\(line.name): \(lines.times(of: line))", to: STDOUT_FILENO) }
        do throws(SystemError) {
            for conflict in try LineKernel(lines).conflicts(lines) { say("warning: \(conflict)", to: STDERR_FILENO) }
            for warning in AddressTranslation.warnings(about: lines) { say("warning: \(warning)", to: STDERR_FILENO) }
        } catch {
            say("warning: \(error)", to: STDERR_FILENO)
        }
        return 0
    }

    private func show() -> Int32 {
        guard let text = status.read() else {
            say("hb_lines does not run (\(status.path) is missing or old)", to: STDERR_FILENO)
            return 1
        }
        say(String(text.dropLast()), to: STDOUT_FILENO)
        return 0
    }

    private func say(_ text: String, to descriptor: Int32) {
        let bytes = Array((text + "\n").utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    // MARK: - Keeping

    private func keep(_ lines: LineConfiguration, _ logging: LoggingConfiguration) -> Int32 {
        var logging = logging
        if logging.logFile == nil, logging.facility == nil { logging.facility = "daemon" }
        let log = LogOutput(
            logging, host: Machine.name, entity: "hb_lines",
            console: logging.logFile == nil ? LogOutput.foregroundConsole() : .none)
        defer { log.flush() }
        return ForegroundProgram.run { [unowned self] reactor in
            start(lines, log, reactor)
        } childMayHaveExited: { [unowned self] in
            runner?.childMayHaveExited()
        } end: { [unowned self] in
            end(log)
        } fail: { error in
            log.write(.error, "\(error)")
        }
    }

    private func start(_ lines: LineConfiguration, _ log: LogOutput, _ reactor: Reactor) {
        let hooks = words.hooks ?? "\(Directories.directory(of: words.file))/line.d"
        let runner = LineRunner(lines, hookDirectory: hooks, hookTimeout: .seconds(60), reactor: reactor)
        self.runner = runner
        runner.onEvent = { event in log.write(event.isWarning ? .warning : .info, "\(event)") }
        runner.onChange = { [unowned self, unowned runner] in
            guard let report = runner.report, report.isNews(to: told) else { return }
            told = report
            if let error = status.write(report.sentences.map { $0 + "\n" }.joined()) { log.write(.warning, "\(error)") }
        }
        for line in lines.lines { log.write(.info, "Line \(line.name): \(lines.times(of: line))") }
        runner.start()
    }

    private func end(_ log: LogOutput) {
        runner?.close(keepsRules: words.keep)
        status.remove()
        log.write(.info, "hb_lines ends; its rules and routes \(words.keep ? "stay" : "are removed")")
    }
}
