// The lines of this node: the `line` and `class` lines of ha.cf, kept by the same runner as hb_lines's, its words told as facts, and what
// is lost of them told to the core.

import HeartbeatCore
import HeartbeatLineKeeper
import HeartbeatLines
import HeartbeatLoop
import HeartbeatModel

/// Runs while ha.cf has a `line`.
final class LineService {
    private let directory: String
    private let facts: FactTeller
    private let reactor: Reactor
    private let feed: (Event) -> Void
    private var running: (settings: LineConfiguration, runner: LineRunner)?
    private var told: LineLoss?

    /// - Parameter directory: where the owner's programs are.
    init(directory: String, facts: FactTeller, reactor: Reactor, feed: @escaping (Event) -> Void) {
        self.directory = directory
        self.facts = facts
        self.reactor = reactor
        self.feed = feed
    }

    /// Begins, ends, or begins anew when the lines have changed: rules stay meanwhile.
    func adopt(_ configuration: Configuration) {
        let settings = configuration.lines
        if let running, running.settings == settings { return }
        running?.runner.close(keepsRules: !settings.lines.isEmpty)
        running = nil
        tell(nil)
        guard !settings.lines.isEmpty else { return }
        let runner = LineRunner(
            settings, hookDirectory: directory, hookTimeout: configuration.actionTimeouts.start, reactor: reactor)
        running = (settings, runner)
        runner.onEvent = { [facts] event in facts.tell(event.shellEvent, "\(event)", event.fields) }
        runner.onChange = { [unowned self, unowned runner] in tell(runner.loss) }
        runner.start()
    }

    /// What is lost of them.
    var loss: LineLoss? { told }

    /// How they stand; empty without lines.
    var report: LineReport { running?.runner.report ?? LineReport() }

    /// No program runs for them.
    var isIdle: Bool { running?.runner.isIdle ?? true }

    /// A new core knows nothing.
    func tellAgain() {
        if let told { feed(.linesObserved(told)) }
    }

    func childMayHaveExited() {
        running?.runner.childMayHaveExited()
    }

    /// Removes its rules and routes.
    func close() {
        running?.runner.close()
        running = nil
    }

    private func tell(_ loss: LineLoss?) {
        guard loss != told else { return }
        told = loss
        feed(.linesObserved(loss))
    }
}

extension LineRunner.Event {
    fileprivate var shellEvent: ShellEvent {
        switch self {
        case .notice(.down): .lineDown
        case .notice(.up), .notice(.returning), .notice(.gone), .notice(.address): .lineUp
        case .notice(.moved), .adopted, .ended: .lineMoved
        case .notice(.stranded): .lineStranded
        case .notice(.probeLost): .lineProbeLost
        case .notice(.probeGood): .lineProbeGood
        case .said: .lineSaid
        case .notice(.sharedFate), .repaired, .loosened, .conflict, .hookFailed, .trouble: .lineTrouble
        }
    }

    fileprivate var fields: [Fact.Field] {
        switch self {
        case .notice(.down(let line, _)), .notice(.up(let line)), .notice(.returning(let line, _)),
            .notice(.gone(let line, _, _, _)), .notice(.address(let line, _, _)), .notice(.stranded(_, let line)):
            [Fact.Field(.path, line)]
        case .notice(.probeLost(let probe, _, _)), .notice(.probeGood(let probe, _)): [Fact.Field(.path, probe)]
        case .notice(.moved(_, let from, let to)):
            (from.map { [Fact.Field(.from, $0)] } ?? []) + [Fact.Field(.to, to)]
        case .ended(let count), .repaired(let count): [Fact.Field(.count, count)]
        case .notice(.sharedFate), .adopted, .loosened, .conflict, .said, .hookFailed, .trouble: []
        }
    }
}
