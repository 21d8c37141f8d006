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
        let result = readLines(.read(words.file, atMost: 1 << 20), host: hostFacts)
        for diagnostic in result.diagnostics { Descriptors.writeLine("\(diagnostic)", to: STDERR_FILENO) }
        guard let lines = result.lines else { return 6 }
        if words.nft {
            Descriptors.writeLine(String(LineFilter.text(lines).dropLast()), to: STDOUT_FILENO)
            return 0
        }
        return words.check ? check(lines) : keep(lines, result.logging)
    }

    private var hostFacts: HostFacts {
        var facts = HostFacts()
        facts.hasInterface = { if_nametoindex($0) != 0 }
        return facts
    }

    // MARK: - Questions

    private func check(_ lines: LineConfiguration) -> Int32 {
        for line in lines.lines { Descriptors.writeLine("\(line.name): \(lines.times(of: line))", to: STDOUT_FILENO) }
        do throws(SystemError) {
            for conflict in try LineKernel(lines).conflicts(lines) {
                Descriptors.writeLine("warning: \(conflict)", to: STDERR_FILENO)
            }
            for warning in AddressTranslation.warnings(about: lines) {
                Descriptors.writeLine("warning: \(warning)", to: STDERR_FILENO)
            }
        } catch {
            Descriptors.writeLine("warning: \(error)", to: STDERR_FILENO)
        }
        return 0
    }

    private func show() -> Int32 {
        guard let text = status.read() else {
            Descriptors.writeLine("hb_lines does not run (\(status.path) is missing or old)", to: STDERR_FILENO)
            return 1
        }
        Descriptors.writeLine(String(text.dropLast()), to: STDOUT_FILENO)
        return 0
    }

    // MARK: - Keeping

    private func keep(_ lines: LineConfiguration, _ logging: LoggingConfiguration) -> Int32 {
        let log = LogOutput.inForeground(logging, entity: "hb_lines")
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
            if let error = status.write(report.sentences.textOfLines) { log.write(.warning, "\(error)") }
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
