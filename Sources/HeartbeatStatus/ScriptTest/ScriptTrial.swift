// A trial of a resource script: which calls it is put to, in which order, and when it ends early. It runs nothing; whoever does tells
// what each call came to.

import HeartbeatModel

/// The calls of one trial so far.
package struct ScriptTrial: Hashable, Sendable {
    /// No script may know this word.
    package static let unknownAction = "no-such-action"

    package enum Step: String, Hashable, Sendable, CaseIterable {
        case statusBefore = "status-before"
        case statusTwice = "status-twice"
        case start
        case statusStarted = "status-started"
        case startAgain = "start-again"
        case statusRestarted = "status-restarted"
        case stop
        case statusStopped = "status-stopped"
        case unknown = "unknown-action"
        case statusAfterUnknown = "status-after-unknown"
        /// Of what does not run; after trouble, so that nothing is left.
        case stopAgain = "stop-again"
        case statusAtEnd = "status-at-end"

        /// `nil`: the word that no script knows.
        package var verb: ResourceVerb? {
            switch self {
            case .start, .startAgain: .start
            case .stop, .stopAgain: .stop
            case .unknown: nil
            case .statusBefore, .statusTwice, .statusStarted, .statusRestarted, .statusStopped, .statusAfterUnknown,
                .statusAtEnd:
                .status
            }
        }

        /// What is under way when a signal comes is ended at once, unless it is how the trial ends.
        package var endsEarly: Bool { verb != .stop && self != .statusAtEnd }

        /// The last word of the call.
        package var action: String { verb?.rawValue ?? ScriptTrial.unknownAction }
    }

    package struct Call: Hashable, Sendable {
        package var step: Step
        package var result: ActionResult
        package var took: Duration
        /// Longer it may not take.
        package var limit: Duration
        /// The last line that it wrote; `nil` for none.
        package var lastLine: String?
        /// What it wrote on standard error, as far as it was kept.
        package var errors = ""
        /// When it was over, a process still held its output open.
        package var isOutputHeld = false
        /// `stop`: what the calls before have started and still runs, each as `name (pid)`.
        package var left: [String] = []
        /// It was ended by whoever runs the trial: nothing follows from it.
        var isCut = false

        package init(_ step: Step, _ result: ActionResult, took: Duration, limit: Duration) {
            self.step = step
            self.result = result
            self.took = took
            self.limit = limit
        }
    }

    /// What is known before the first call.
    package struct Circumstances: Hashable, Sendable {
        package var isRoot: Bool
        /// Who but root could change the script; `nil` for nobody.
        package var doubt: String?

        package init(isRoot: Bool, doubt: String? = nil) {
            self.isRoot = isRoot
            self.doubt = doubt
        }
    }

    let circumstances: Circumstances
    private(set) var calls: [Call] = []
    /// The signal that has ended it.
    private(set) var interruption: String?

    package init(_ circumstances: Circumstances) {
        self.circumstances = circumstances
    }

    package mutating func note(_ call: Call) {
        var call = call
        call.isCut = interruption != nil && call.step.endsEarly
        calls.append(call)
    }

    /// From now on only what is up is stopped.
    package mutating func interrupt(by signal: String) {
        interruption = interruption ?? signal
    }

    /// Something may run because of this trial.
    private var hasActed: Bool { calls.contains { $0.step.verb != .status } }

    /// The call to make now; `nil` when it is over.
    package var next: Step? {
        guard let last = calls.last else { return interruption == nil ? .statusBefore : nil }
        switch last.step {
        case .stopAgain: return .statusAtEnd
        case .statusAtEnd: return nil
        case .statusBefore, .statusTwice, .start, .statusStarted, .startAgain, .statusRestarted, .stop, .statusStopped,
            .unknown, .statusAfterUnknown:
            break
        }
        if interruption != nil || last.result == .timedOut { return hasActed ? .stopAgain : nil }
        return following(last)
    }

    private func following(_ last: Call) -> Step? {
        switch last.step {
        case .statusBefore: last.result.provesStopped ? .statusTwice : nil
        case .statusTwice: last.result.provesStopped ? .start : last.result.saysRunning ? .stopAgain : nil
        // As heartbeat does with a group that will not start.
        case .start: last.result.isSuccess ? .statusStarted : .stop
        case .statusStarted: .startAgain
        case .startAgain: .statusRestarted
        case .statusRestarted: .stop
        case .stop: .statusStopped
        case .statusStopped: .unknown
        case .unknown: .statusAfterUnknown
        case .statusAfterUnknown: .stopAgain
        case .stopAgain: .statusAtEnd
        case .statusAtEnd: nil
        }
    }
}
