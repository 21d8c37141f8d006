// Tells the owner's programs what happens to the lines: those of a directory, by their names, one after the other. Nothing waits for
// them, and what they do decides nothing.

import Glibc
import HeartbeatLines
import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts
import HeartbeatSystem

/// Runs the programs.
package final class LineHooks {
    /// A line of a program's output, and what became of one that did not succeed.
    package var onText: (_ program: String, _ text: String, _ isFailure: Bool) -> Void = { _, _, _ in }

    private static let longestQueue = 100

    private let directory: String
    private let timeout: Duration
    private let runner: ScriptRunner
    private var queue: [(program: String, word: String, environment: [(String, String)])] = []
    private var isRunning = false

    /// - Parameters:
    ///   - directory: where the programs are; it need not exist.
    ///   - timeout: how long each may take.
    package init(directory: String, timeout: Duration, reactor: Reactor) {
        self.directory = directory
        self.timeout = timeout
        runner = ScriptRunner(loop: reactor.eventLoop)
    }

    package func childMayHaveExited() { runner.childMayHaveExited() }

    package func run(_ hook: LineHook) {
        let environment = [("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")] + hook.variables
        for name in Directories.names(in: directory).sorted() where access("\(directory)/\(name)", X_OK) == 0 {
            guard queue.count < Self.longestQueue else {
                onText(name, "is not run: \(queue.count) others wait for a program that does not end", true)
                continue
            }
            queue.append((name, hook.word, environment))
        }
        runNext()
    }

    private func runNext() {
        guard !isRunning, !queue.isEmpty else { return }
        isRunning = true
        let (name, word, environment) = queue.removeFirst()
        let path = "\(directory)/\(name)"
        if let doubt = TrustedPath.refusal(of: path) {
            return ended(name, word, .notRun(reason: "\(doubt)"))
        }
        runner.run(
            executable: path, arguments: [word], environment: environment, directory: "/", timeout: timeout
        ) { [weak self] line in
            self?.onText(name, line.text, false)
        } completion: { [weak self] result in
            self?.ended(name, word, result)
        }
    }

    private func ended(_ name: String, _ word: String, _ result: ActionResult) {
        let failure: String? =
            switch result {
            case .exited(0, _): nil
            case .exited(let code, _): "exited with \(code)"
            case .signalled(let signal): "was ended by signal \(signal)"
            case .timedOut: "was ended: it took longer than \(timeout.decimalSeconds) s"
            case .notRun(let reason): "cannot be run: \(reason)"
            }
        if let failure { onText(name, "\(directory)/\(name) \(word) \(failure)", true) }
        isRunning = false
        runNext()
    }
}
