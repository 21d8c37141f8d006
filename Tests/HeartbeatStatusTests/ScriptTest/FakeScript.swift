// A resource script as a value: it keeps the contract but for one thing, and each kind of fault has one that shows it.

import HeartbeatModel

@testable import HeartbeatStatus

struct FakeScript: Sendable, CustomStringConvertible {
    /// What a good script's call came to is changed, and whether the service runs after it.
    typealias Vice = @Sendable (inout ScriptTrial.Call, inout Bool) -> Void

    var faults: Set<ScriptFault>
    var circumstances = ScriptTrial.Circumstances(isRoot: true)
    /// A signal comes while this call is under way.
    var interruption: ScriptTrial.Step?
    var vice: Vice = { _, _ in }

    var description: String { faults.map(\.rawValue).sorted().joined(separator: ", ") }

    func played() -> ScriptTrial {
        var trial = ScriptTrial(circumstances)
        var runs = false
        while let step = trial.next, trial.calls.count < 20 {
            var call = ScriptTrial.Call(
                step, Self.good(step, &runs), took: .milliseconds(3), limit: .seconds(step.verb == .status ? 20 : 60))
            vice(&call, &runs)
            if step == interruption {
                trial.interrupt(by: "SIGINT")
                if step.endsEarly { call.result = .timedOut }
            }
            trial.note(call)
        }
        return trial
    }

    private static func good(_ step: ScriptTrial.Step, _ runs: inout Bool) -> ActionResult {
        switch step.verb {
        case .start: runs = true
        case .stop: runs = false
        case .status: return .exited(code: runs ? 0 : 3, output: runs ? "running\n" : "stopped\n")
        case nil: return .exited(code: 2, output: "")
        }
        return .exited(code: 0, output: "")
    }

    /// Whoever does this at that step.
    private static func at(
        _ step: ScriptTrial.Step, _ faults: Set<ScriptFault>, _ vice: @escaping Vice
    ) -> FakeScript {
        FakeScript(faults: faults) { call, runs in if call.step == step { vice(&call, &runs) } }
    }

    private static func returning(_ code: Int32, _ text: String = "") -> Vice {
        { call, _ in call.result = .exited(code: code, output: text) }
    }

    static let good = FakeScript(faults: [])

    private static let ofStatus = [
        at(.statusBefore, [.alreadyRunning], returning(0, "running\n")),
        at(.statusBefore, [.noAnswer], returning(4)),
        at(.statusAtEnd, [.noAnswer]) { call, _ in call.result = .signalled(9) },
        at(.statusTwice, [.statusActs]) { call, runs in
            runs = true
            call.result = .exited(code: 0, output: "running\n")
        },
        at(.statusStarted, [.slowStatus]) { call, _ in call.took = .seconds(6) },
        at(.statusStarted, [.codeContradicts], returning(3, "running\n")),
        at(.statusStopped, [.codeContradicts], returning(0, "stopped\n")),
    ]

    private static let ofStart = [
        at(.start, [.startFails]) { call, runs in
            runs = false
            call.result = .exited(code: 1, output: "")
        },
        at(.statusStarted, [.notRunning], returning(3, "is active\n")),
        at(.statusStarted, [.answerOnErrors]) { call, _ in
            call.result = .exited(code: 3, output: "")
            call.errors = "running\n"
        },
        at(.startAgain, [.secondStartFails], returning(1)),
        at(.startAgain, [.secondStartStops]) { _, runs in runs = false },
    ]

    private static let ofStop = [
        at(.stop, [.stopFails]) { call, runs in
            runs = true
            call.result = .exited(code: 1, output: "")
        },
        at(.stop, [.notStopped]) { _, runs in runs = true },
        at(.stopAgain, [.secondStopFails], returning(1)),
        at(.stop, [.processesLeft]) { call, _ in call.left = ["sleep (4711)"] },
        at(.stopAgain, [.leftRunning]) { _, runs in runs = true },
    ]

    private static let ofAnyCall = [
        at(.unknown, [.unknownAccepted], returning(0)),
        at(.unknown, [.unknownActs]) { _, runs in runs = true },
        at(.start, [.timeout]) { call, _ in call.result = .timedOut },
        at(.statusTwice, [.timeout]) { call, _ in call.result = .timedOut },
        at(.start, [.outputHeld]) { call, _ in call.isOutputHeld = true },
        at(.start, [.notRun]) { call, runs in
            runs = false
            call.result = .notRun(reason: "too many processes")
        },
        FakeScript(faults: [.notTrusted], circumstances: .init(isRoot: true, doubt: "everybody can change it")),
        FakeScript(faults: [.notRoot], circumstances: .init(isRoot: false)),
        FakeScript(faults: [.interrupted], interruption: .startAgain),
    ]

    static let bad = ofStatus + ofStart + ofStop + ofAnyCall
}
