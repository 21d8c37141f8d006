// Tells the owner's programs what happens to the lines: those of a directory, by their names.

import Glibc
import HeartbeatLines
import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts
import HeartbeatSystem

/// Runs the programs.
package final class LineHooks {
    /// A line of a program's output.
    package var onText: (_ program: String, _ text: String) -> Void = { _, _ in }
    /// A sentence about one that did not succeed.
    package var onFailure: (String) -> Void = { _ in }

    private let directory: String
    private let timeout: Duration
    private let queue: HookQueue

    /// - Parameters:
    ///   - directory: where the programs are; it need not exist.
    ///   - timeout: how long each may take.
    package init(directory: String, timeout: Duration, reactor: Reactor) {
        self.directory = directory
        self.timeout = timeout
        queue = HookQueue(loop: reactor.eventLoop)
        queue.onLine = { [weak self] call, text in
            self?.onText(String(call.script.split(separator: "/").last ?? ""), text)
        }
        queue.onFailure = { [weak self] _, text in self?.onFailure(text) }
    }

    package var isIdle: Bool { queue.isIdle }

    package func childMayHaveExited() { queue.childMayHaveExited() }

    package func run(_ hook: LineHook) {
        let environment = [("PATH", standardSearchPath)] + hook.variables
        for name in Directories.names(in: directory).sorted() {
            let path = "\(directory)/\(name)"
            guard access(path, X_OK) == 0 else { continue }
            queue.add(
                HookQueue.Call(
                    title: "\(path) \(hook.word)", executable: path, script: path, arguments: [hook.word],
                    environment: environment, timeout: timeout,
                    timeoutName: "\(timeout.decimalSeconds) s"))
        }
    }
}
