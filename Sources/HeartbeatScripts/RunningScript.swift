// One call of a script, from its start to its one answer.

import CLinux
import Glibc
import HeartbeatModel
import HeartbeatSystem
import NIOCore

/// A script call under way; made by `ScriptRunner.run`.
package final class RunningScript {
    private enum State {
        /// Its timeout is pending.
        case running(Scheduled<Void>)
        /// It took too long: its process tree is being ended.
        case ending
        case finished
    }

    /// Its pid, which is also the number of its process group; `nil` when it could not be started.
    package private(set) var pid: pid_t?
    /// The variable all its processes carry in their environment, unless they drop it.
    package let marker: (String, String)

    private let runner: ScriptRunner
    private let onLine: (ScriptLine) -> Void
    private let completion: (ActionResult) -> Void
    private let standardOutput: ScriptOutput
    private let standardError: ScriptOutput
    private var state = State.finished

    package init(
        runner: ScriptRunner, marker: (String, String), onLine: @escaping (ScriptLine) -> Void,
        completion: @escaping (ActionResult) -> Void
    ) {
        self.runner = runner
        self.marker = marker
        self.onLine = onLine
        self.completion = completion
        standardOutput = ScriptOutput { onLine(ScriptLine(.standardOutput, $0)) }
        standardError = ScriptOutput { onLine(ScriptLine(.standardError, $0)) }
    }

    package var isFinished: Bool {
        if case .finished = state { true } else { false }
    }

    /// Somebody may still write to what was its output.
    package var outputIsHeld: Bool { pid != nil && !(standardOutput.hasEnded && standardError.hasEnded) }

    /// Ends it and everything it started now, as if its time were up. Does nothing when it has already ended.
    package func end() {
        guard case .running(let timer) = state, let pid else { return }
        runner.childMayHaveExited()
        // It may have exited this very moment; then it was in time.
        guard case .running = state else { return }
        timer.cancel()
        state = .ending
        TreeEnder.end(
            ProcessTree(root: pid, marker: "\(marker.0)=\(marker.1)", asker: runner.asker), grace: runner.grace,
            on: runner.loop, TreeEnder.Listener(complain: { self.note($0) }, completion: { self.treeHasEnded() }))
    }

    package func note(_ text: String) {
        onLine(ScriptLine(.runner, text))
    }

    package func start(_ child: ChildProcess, timeout: Duration) throws(SystemError) {
        let output = try Descriptors.makePipe()
        defer { close(output.write) }
        let errors: (read: Int32, write: Int32)
        do throws(SystemError) {
            errors = try Descriptors.makePipe()
        } catch {
            close(output.read)
            throw error
        }
        defer { close(errors.write) }
        do throws(SystemError) {
            pid = try startOrInterpret(child, output: output.write, errors: errors.write)
        } catch {
            close(output.read)
            close(errors.read)
            throw error
        }
        note(child)
        standardOutput.start(reading: output.read, on: runner.loop) { self.reapIfEnded() }
        standardError.start(reading: errors.read, on: runner.loop) { self.reapIfEnded() }
        let timer = runner.loop.assumeIsolated().scheduleTask(in: .nanoseconds(timeout.nanoseconds)) { self.end() }
        state = .running(timer)
    }

    /// A script without a note runs as well; only the death of this daemon would leave more behind.
    private func note(_ child: ChildProcess) {
        guard let journal = runner.journal, let pid else { return }
        do throws(SystemError) {
            try journal.begin(marker.1, pid: pid, words: child.arguments)
        } catch {
            note("is not noted as running: \(error)")
        }
    }

    func refuse(reason: String) {
        runner.loop.assumeIsolated().execute { self.completion(.notRun(reason: reason)) }
    }

    /// Asks whether the script has ended, and answers for it if so.
    func reapIfEnded() {
        guard case .running(let timer) = state, let pid, clinux_child_has_ended(pid) == 1 else { return }
        timer.cancel()
        finish(with: result(of: reap(pid)))
    }

    private func startOrInterpret(_ child: ChildProcess, output: Int32, errors: Int32) throws(SystemError) -> pid_t {
        var child = child
        child.standardOutput = output
        child.standardError = errors
        do throws(SystemError) {
            let pid = try child.start()
            if let error = ChildProcess.letTheKernelKill(pid) {
                note("stays protected from the out-of-memory killer: \(SystemError.text(of: error.code))")
            }
            return pid
        } catch  where error.code == ENOEXEC {
            // A script without `#!` is one for the shell, as execvp(3) has it.
            child.arguments.insert("/bin/sh", at: 0)
            child.executable = "/bin/sh"
            return try child.start()
        }
    }

    private func treeHasEnded() {
        if let pid { _ = reap(pid) }
        finish(with: .timedOut)
    }

    private func finish(with result: ActionResult) {
        state = .finished
        runner.journal?.end(marker.1)
        standardOutput.scriptExited()
        standardError.scriptExited()
        var answer = result
        if case .exited(let code, _) = result {
            answer = .exited(code: code, output: String(decoding: standardOutput.captured, as: UTF8.self))
        }
        runner.loop.assumeIsolated().execute { self.completion(answer) }
    }

    private func reap(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) < 0 && errno == EINTR {}
        return status
    }

    /// The layout of a wait status: wait(2), as Linux has it.
    private func result(of status: Int32) -> ActionResult {
        let signal = status & 0x7F
        return signal == 0 ? .exited(code: (status >> 8) & 0xFF, output: "") : .signalled(signal)
    }
}
