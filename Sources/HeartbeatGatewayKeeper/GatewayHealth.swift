// How this host is, as the owner's program hostHealth says it, again and again. It is none of the twelve procedures: what it says makes no
// host stop serving, it only makes another one the better choice.

import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts
import HeartbeatSystem

/// Asks one program for as long as it is there.
final class GatewayHealth {
    private let path: String
    private let environment: [(String, String)]
    private let configuration: GatewayConfiguration
    private let runner: ScriptRunner
    private let reactor: Reactor
    private let onText: (String) -> Void
    private let onAnswer: (_ isWell: Bool) -> Void
    private var script: RunningScript?
    private var timer: ReactorTimer?
    private var isOver = false

    /// - Parameter onAnswer: called each time; only exit 0 within the time is well.
    init(
        _ path: String, environment: [(String, String)], configuration: GatewayConfiguration, runner: ScriptRunner,
        reactor: Reactor, onText: @escaping (String) -> Void, onAnswer: @escaping (_ isWell: Bool) -> Void
    ) {
        self.path = path
        self.environment = environment
        self.configuration = configuration
        self.runner = runner
        self.reactor = reactor
        self.onText = onText
        self.onAnswer = onAnswer
    }

    func ask() {
        if let doubt = TrustedPath.refusal(of: path) { return answered("\(path) is not run: \(doubt)") }
        script = runner.run(
            executable: path, arguments: [GatewayConfiguration.healthProgram], environment: environment, directory: "/",
            timeout: configuration.healthTimeout
        ) { [onText] line in
            onText(line.text)
        } completion: { [weak self, path] result in
            self?.answered(result.isSuccess ? nil : "\(path) \(result.text)")
        }
    }

    private func answered(_ lack: String?) {
        guard !isOver else { return }
        script = nil
        if let lack { onText(lack) }
        onAnswer(lack == nil)
        timer = reactor.after(configuration.serviceCheck) { [weak self] in self?.ask() }
    }

    func close() {
        isOver = true
        timer?.cancel()
        script?.end()
    }
}
