// A program that asks in its own way; its exit status is the answer.

import HeartbeatModel
import HeartbeatScripts

/// The program a probe has started last. One that cannot even be killed must not become many.
final class CommandSlot {
    fileprivate var script: RunningScript?
}

final class CommandQuestion: ProbeQuestion {
    /// The first line it wrote.
    var remark: String? { firstLine.map { "it says: \($0)" } }

    private let scripts: ScriptRunner
    private let slot: CommandSlot
    private let path: String
    private let arguments: [String]
    private let environment: [(String, String)]
    private let timeout: Duration
    private var firstLine: String?
    private var isAsking = false

    init(
        _ scripts: ScriptRunner, _ slot: CommandSlot, path: String, arguments: [String],
        environment: [(String, String)], timeout: Duration
    ) {
        self.scripts = scripts
        self.slot = slot
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.timeout = timeout
    }

    func ask(_ answer: @escaping (PathAnswer) -> Void) {
        if let script = slot.script, !script.isFinished {
            return answer(.failed("the program started before could not be ended yet (process \(script.pid ?? 0))"))
        }
        isAsking = true
        slot.script = scripts.run(
            executable: path, arguments: arguments, environment: environment, directory: "/", timeout: timeout,
            onOutputLine: { [weak self] line in
                guard let self, firstLine == nil, line.source != .runner else { return }
                firstLine = line.text
            },
            completion: { [weak self] result in
                guard let self, isAsking else { return }
                isAsking = false
                answer(judge(result))
            })
    }

    /// The program and everything it has started are killed, if it still runs.
    func end() {
        if isAsking { slot.script?.end() }
        isAsking = false
    }

    private func judge(_ result: ActionResult) -> PathAnswer {
        let words = remark.map { "; \($0)" } ?? ""
        return switch result {
        case .exited(0, _): .answered
        // What a shell says of a program that it cannot run.
        case .exited(let code, _) where code == 126 || code == 127: .unknown("\(path) exits with \(code)\(words)")
        case .exited(let code, _): .failed("\(path) exits with \(code)\(words)")
        case .signalled(let signal): .failed("\(path) is ended by signal \(signal)\(words)")
        case .timedOut: .failed("no answer within \(timeout.milliseconds) ms\(words)")
        case .notRun(let reason): .unknown(reason)
        }
    }
}
