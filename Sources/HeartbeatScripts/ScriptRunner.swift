// Runs resource scripts beside the loop: starts them, reads what they write, learns that they have ended, and ends those
// that take too long together with everything they started. It refuses to know what a script is for.
//
// A child's end is learned from SIGCHLD, which the daemon reads from a signalfd on the loop and passes on here; each of
// our own pids is then asked for (never "any child": others may have children too). A pidfd would do without the signal,
// but SwiftNIO can only watch what can be read, and reading a pidfd fails. As signals are a thin thread to hang a
// failover on, the end of a script's output and a slow poll lead to the same question.

import CLinux
import Glibc
import HeartbeatModel
import HeartbeatSystem
import NIOCore

/// Runs scripts on one event loop. Everything here is called on that loop.
package final class ScriptRunner {
    /// Name of the variable by which the processes of one call recognise each other.
    package static let markerName = "HA_ACTION_ID"

    package let loop: any EventLoop
    package let grace: Duration
    package let journal: ScriptJournal?
    /// How the processes of a script that takes too long are known.
    var asker = EnvironmentAsker()
    private var running: [RunningScript] = []
    private var started: UInt64 = 0
    private var isPolling = false

    /// `grace` is the time between SIGTERM and SIGKILL for a script that took too long; `journal` is where the next daemon
    /// learns what this one had under way.
    ///
    /// A script itself is killed when the loop's thread ends.
    package init(loop: any EventLoop, grace: Duration = .seconds(2), journal: ScriptJournal? = nil) {
        loop.preconditionInEventLoop()
        self.loop = loop
        self.grace = grace
        self.journal = journal
    }

    /// Starts `executable arguments…` in `directory` with exactly `environment`, plus `HA_ACTION_ID`.
    ///
    /// - `onOutputLine` gets each line of its output (at most 1 KiB, no control characters), also lines that background
    ///   processes write after the script has exited.
    /// - `completion` is called exactly once, never before `run` has returned: when the script itself has exited, whoever
    ///   still holds its output; after `timeout`, when its whole process tree has been ended.
    @discardableResult
    package func run(
        executable: String, arguments: [String], environment: [(String, String)], directory: String, timeout: Duration,
        onOutputLine: @escaping (ScriptLine) -> Void, completion: @escaping (ActionResult) -> Void
    ) -> RunningScript {
        loop.preconditionInEventLoop()
        let script = RunningScript(runner: self, marker: nextMarker(), onLine: onOutputLine, completion: completion)
        let child = ChildProcess(
            executable: executable, arguments: [executable] + arguments, environment: environment + [script.marker],
            directory: usableDirectory(directory, script: script), standardOutput: -1, standardError: -1,
            diesWithUs: true)
        do throws(SystemError) {
            try script.start(child, timeout: timeout)
            running.append(script)
            pollWhileRunning()
        } catch {
            script.refuse(reason: ScriptRunner.reason(for: error))
        }
        return script
    }

    /// To be called for every SIGCHLD: asks whether any of our scripts has ended.
    package func childMayHaveExited() {
        loop.preconditionInEventLoop()
        running.forEach { $0.reapIfEnded() }
        running.removeAll { $0.isFinished }
    }

    /// Scripts that have not been answered for.
    package var count: Int { running.lazy.filter { !$0.isFinished }.count }

    private func nextMarker() -> (String, String) {
        started += 1
        return (ScriptRunner.markerName, "\(getpid()).\(Instant.now.nanoseconds).\(started)")
    }

    private func pollWhileRunning() {
        guard !isPolling, !running.isEmpty else { return }
        isPolling = true
        loop.assumeIsolated().scheduleTask(in: .milliseconds(250)) {
            self.isPolling = false
            self.childMayHaveExited()
            self.pollWhileRunning()
        }
    }

    /// A missing working directory is no reason not to start a service.
    private func usableDirectory(_ directory: String, script: RunningScript) -> String {
        guard access(directory, X_OK) != 0 else { return directory }
        script.note("working directory \(directory) is missing, using /")
        return "/"
    }

    /// Why a script does not run, and what helps.
    package static func reason(for error: SystemError) -> String {
        switch error.code {
        case ENOENT: "\(error.object) (or the interpreter its first line names) does not exist: install it"
        case EACCES: "\(error.object) is not an executable file: chmod 755 \(error.object)"
        case EAGAIN:
            "Cannot run \(error.object): too many processes; end some, or raise TasksMax of the service or "
                + "kernel.pid_max"
        case ENOMEM: "Cannot run \(error.object): out of memory; end what uses it"
        default: "\(error)"
        }
    }
}

/// A line of a script's output.
package struct ScriptLine: Hashable, Sendable {
    package var source: Source
    package var text: String

    package init(_ source: Source, _ text: String) {
        self.source = source
        self.text = text
    }

    package enum Source: Hashable, Sendable {
        case standardOutput
        case standardError
        /// Not the script's words: a remark about how it is being run.
        case runner
    }
}
