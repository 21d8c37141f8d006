// Makes the calls of a trial by the daemon's own runner, and looks what each has left: processes, and an output that somebody holds.

import HeartbeatLoop
import HeartbeatModel
import HeartbeatScripts
import HeartbeatStatus

/// Everything here happens on the loop of the program.
final class TrialPlayer {
    /// What ends with a call may end a moment later. Looks are counted, and not time: between two the loop reads what has come.
    private static let looks = 50
    private static let pause = Duration.milliseconds(10)
    /// Bytes of standard error that are kept.
    private static let mostErrors = 1024

    /// What one call has written so far; processes that stay may write more when it is over.
    private final class Words {
        var last: String?
        var errors = ""
    }

    private(set) var trial: ScriptTrial
    private let subject: ScriptSubject
    private let program: ForegroundProgram
    private let runner: ScriptRunner
    /// What the calls so far have started and still runs.
    private var remains = ScriptRemains()
    /// The call under way.
    private var current: (step: ScriptTrial.Step, script: RunningScript)?

    init(_ trial: ScriptTrial, _ subject: ScriptSubject, _ program: ForegroundProgram) {
        self.trial = trial
        self.subject = subject
        self.program = program
        runner = ScriptRunner(loop: program.reactor.eventLoop)
    }

    func childMayHaveExited() { runner.childMayHaveExited() }

    func interrupt(by signal: String) {
        trial.interrupt(by: signal)
        if let current, current.step.endsEarly { current.script.end() }
    }

    /// Makes the next call, or ends the program.
    func goOn() {
        guard let step = trial.next else { return program.end(0) }
        let (begun, words) = (Instant.now, Words())
        let script = runner.run(
            executable: subject.path, arguments: subject.words(of: step), environment: subject.environment(of: step),
            directory: subject.directory, timeout: subject.limit(of: step)
        ) { line in
            guard line.source != .runner else { return }
            if !line.text.isEmpty { words.last = line.text }
            if line.source == .standardError, words.errors.utf8.count < Self.mostErrors {
                words.errors += line.text + "\n"
            }
        } completion: { [self] result in
            var call = ScriptTrial.Call(step, result, took: .now - begun, limit: subject.limit(of: step))
            (call.lastLine, call.errors) = (words.last, words.errors)
            settle(call, looks: Self.looks)
        }
        remains.watch(script)
        current = (step, script)
    }

    private func settle(_ call: ScriptTrial.Call, looks: Int) {
        var call = call
        call.isOutputHeld = current?.script.outputIsHeld == true
        call.left = call.step.verb == .stop ? remains.living() : []
        guard !call.isOutputHeld && call.left.isEmpty || looks == 0 else {
            program.reactor.after(Self.pause) { [self] in settle(call, looks: looks - 1) }
            return
        }
        current = nil
        trial.note(call)
        goOn()
    }
}
