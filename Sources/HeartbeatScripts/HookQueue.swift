// Programs of the owner that are told what happens: one at a time, in the order of the events. Nothing waits for them, and what they do
// decides nothing.

import HeartbeatModel
import HeartbeatSystem
import NIOCore

/// Runs them.
package final class HookQueue {
    /// One program, told one thing.
    package struct Call {
        /// What people call it.
        package var title: String
        package var executable: String
        /// What the executable runs in its turn: nobody but root may be able to change that either.
        package var script: String
        package var arguments: [String]
        package var environment: [(String, String)]
        package var directory: String
        package var timeout: Duration
        /// What people call the timeout.
        package var timeoutName: String

        package init(
            title: String, executable: String, script: String, arguments: [String], environment: [(String, String)],
            directory: String = "/",
            timeout: Duration, timeoutName: String
        ) {
            self.title = title
            self.executable = executable
            self.script = script
            self.arguments = arguments
            self.environment = environment
            self.directory = directory
            self.timeout = timeout
            self.timeoutName = timeoutName
        }
    }

    /// It begins now.
    package var onStart: (Call) -> Void = { _ in }
    /// A line of its output.
    package var onLine: (Call, String) -> Void = { _, _ in }
    /// It was not run, or did not succeed: a sentence.
    package var onFailure: (Call, String) -> Void = { _, _ in }

    private static let longestQueue = 100

    private let runner: ScriptRunner
    private var queue: [Call] = []
    private var isRunning = false
    /// Nothing runs or waits.
    package var isIdle: Bool { !isRunning && queue.isEmpty }

    package init(loop: any EventLoop) {
        runner = ScriptRunner(loop: loop)
    }

    package func childMayHaveExited() { runner.childMayHaveExited() }

    package func add(_ call: Call) {
        guard queue.count < Self.longestQueue else {
            return fail(call, "is not run for this event: \(queue.count) others wait for a program that does not end")
        }
        queue.append(call)
        runNext()
    }

    private func runNext() {
        guard !isRunning, !queue.isEmpty else { return }
        isRunning = true
        let call = queue.removeFirst()
        if let doubt = [call.executable, call.script].lazy.compactMap(TrustedPath.refusal).first {
            return ended(call, .notRun(reason: "\(doubt)"))
        }
        onStart(call)
        runner.run(
            executable: call.executable, arguments: call.arguments, environment: call.environment,
            directory: call.directory, timeout: call.timeout
        ) { [weak self] line in
            self?.onLine(call, line.text)
        } completion: { [weak self] result in
            self?.ended(call, result)
        }
    }

    private func ended(_ call: Call, _ result: ActionResult) {
        switch result {
        case .exited(0, _): break
        case .exited(let code, _): fail(call, "exited with \(code)")
        case .signalled(let signal): fail(call, "was ended by signal \(signal)")
        case .timedOut: fail(call, "was ended: it took longer than \(call.timeoutName)")
        case .notRun(let reason): fail(call, "cannot be run: \(reason)")
        }
        isRunning = false
        runNext()
    }

    private func fail(_ call: Call, _ text: String) {
        onFailure(call, "\(call.title) \(text)")
    }
}
