// What follows from the calls of a trial: findings, each of which names the call that showed it. Whether a start succeeded and what a
// status says is judged by the daemon's own rule (`ActionResult`), and by no other.

import HeartbeatModel

/// One thing that is wrong with a resource script, or worth a word.
struct ScriptFinding: Hashable, Sendable {
    var fault: ScriptFault
    var severity: FindingCode.Severity
    /// The call that showed it; `nil` for what concerns none.
    var step: ScriptTrial.Step?
    /// One sentence without a full stop.
    var sentence: String
    var remedy: [String]
}

struct ScriptJudge {
    /// A status may take a quarter of its limit.
    private static let slowShare = 4

    private let trial: ScriptTrial
    private var found: [ScriptFinding] = []

    /// The worst first; of one severity in the order of the calls.
    static func findings(of trial: ScriptTrial) -> [ScriptFinding] {
        var judge = Self(trial)
        judge.circumstances()
        for (place, call) in trial.calls.enumerated() where !call.isCut { judge.judge(call, at: place) }
        return judge.found.enumerated().sorted { left, right in
            (right.element.severity, left.offset) < (left.element.severity, right.offset)
        }.map(\.element)
    }

    private init(_ trial: ScriptTrial) {
        self.trial = trial
    }

    /// Of one action each fault is told once.
    private mutating func find(
        _ fault: ScriptFault, _ sentence: String, _ call: ScriptTrial.Call? = nil,
        severity: FindingCode.Severity? = nil
    ) {
        let step = call?.step
        guard !found.contains(where: { $0.fault == fault && $0.step?.action == step?.action }) else { return }
        found.append(
            ScriptFinding(
                fault: fault, severity: severity ?? fault.entry.severity, step: step, sentence: sentence,
                remedy: fault.entry.remedy))
    }

    private mutating func circumstances() {
        if let signal = trial.interruption {
            find(.interrupted, "\(signal) has ended the trial; what was up was stopped")
        }
        if let doubt = trial.circumstances.doubt {
            find(.notTrusted, "heartbeat would not run the script from this place: \(doubt)")
        }
        if !trial.circumstances.isRoot {
            find(.notRoot, "it was not root who tried, and heartbeat runs it as root")
        }
    }

    private mutating func judge(_ call: ScriptTrial.Call, at place: Int) {
        let action = call.step.action
        if call.result == .timedOut {
            find(.timeout, "\(action) ran longer than its limit of \(call.limit.shortText), and was ended", call)
        }
        if case .notRun(let reason) = call.result {
            find(.notRun, "\(action) could not be run: \(reason)", call)
        }
        if call.isOutputHeld {
            find(.outputHeld, "a process that stays after \(action) holds its output open", call)
        }
        if !call.left.isEmpty {
            let (processes, verb) = (call.left.joined(separator: ", "), call.left.count == 1 ? "runs" : "run")
            find(
                .processesLeft, "\(action) is over, and \(processes) that the script has started still \(verb)", call)
        }
        switch call.step.verb {
        case .status: judgeStatus(call, at: place)
        case .start, .stop, nil: judgeAction(call, at: place)
        }
    }

    // MARK: - Actions

    private mutating func judgeAction(_ call: ScriptTrial.Call, at place: Int) {
        // A call that was ended, or never began, is told already.
        switch call.result {
        case .exited, .signalled: break
        case .timedOut, .notRun: return
        }
        if call.step == .unknown {
            if call.result.isSuccess {
                find(.unknownAccepted, "\(call.step.action) is no action, and returned 0", call)
            }
            return
        }
        guard !call.result.isSuccess else { return }
        let end = call.result.text + Self.words(of: call)
        switch call.step {
        case .start:
            find(.startFails, "start \(end)", call, severity: trial.circumstances.isRoot ? nil : .unknown)
        case .startAgain: find(.secondStartFails, "a start of what runs \(end)", call)
        case .stopAgain where status(before: place)?.result.provesStopped == true:
            find(.secondStopFails, "a stop of what does not run \(end)", call)
        case .stop, .stopAgain: find(.stopFails, "stop \(end)", call)
        case .statusBefore, .statusTwice, .statusStarted, .statusRestarted, .statusStopped, .unknown,
            .statusAfterUnknown, .statusAtEnd:
            break
        }
    }

    /// The call just before, if it was a status that was left alone.
    private func status(before place: Int) -> ScriptTrial.Call? {
        guard place > 0, trial.calls[place - 1].step.verb == .status, !trial.calls[place - 1].isCut else { return nil }
        return trial.calls[place - 1]
    }

    private static func words(of call: ScriptTrial.Call) -> String {
        call.lastLine.map { ": \($0.debugDescription)" } ?? " and wrote nothing"
    }

    // MARK: - Status

    private mutating func judgeStatus(_ call: ScriptTrial.Call, at place: Int) {
        guard case .exited(let code, _) = call.result, call.result.saysRunning || call.result.provesStopped else {
            if case .exited(let code, _) = call.result {
                find(.noAnswer, "status gives no answer: it wrote nothing, and \(code) is the code for unknown", call)
            } else if case .signalled = call.result {
                find(.noAnswer, "status gives no answer: it \(call.result.text)", call)
            }
            return
        }
        if call.took * Self.slowShare > call.limit {
            let share = call.limit / Self.slowShare
            find(.slowStatus, "status took \(call.took.shortText), more than \(share.shortText)", call)
        }
        if call.result.saysRunning {
            judgeRunning(call, at: place)
        } else {
            judgeStopped(call)
        }
        if call.result.saysRunning != (code == 0) {
            let word = call.result.saysRunning ? "running" : "stopped"
            find(.codeContradicts, "status says \(word), and exits with \(code)", call)
        }
    }

    private mutating func judgeRunning(_ call: ScriptTrial.Call, at place: Int) {
        let words = Self.words(of: call)
        switch call.step {
        case .statusBefore: find(.alreadyRunning, "status says running before anything was started\(words)", call)
        case .statusTwice:
            find(.statusActs, "status says stopped, then running, and nothing was started between", call)
        case .statusStopped where trial.calls[place - 1].result.isSuccess:
            find(.notStopped, "stop succeeded, and status says running\(words)", call)
        case .statusAfterUnknown where says(.statusStopped)?.provesStopped == true:
            find(.unknownActs, "status says running after \(ScriptTrial.unknownAction), which is no action", call)
        case .statusAtEnd: find(.leftRunning, "status says running after the last stop\(words)", call)
        case .statusStarted, .statusRestarted, .statusStopped, .statusAfterUnknown, .start, .startAgain, .stop,
            .stopAgain, .unknown:
            break
        }
    }

    private mutating func judgeStopped(_ call: ScriptTrial.Call) {
        switch call.step {
        case .statusStarted:
            if ActionResult.exited(code: 0, output: call.errors).saysRunning {
                find(.answerOnErrors, "status says running on standard error only", call)
            } else {
                find(.notRunning, "start succeeded, and status does not say running\(Self.words(of: call))", call)
            }
        case .statusRestarted where says(.statusStarted)?.saysRunning == true:
            find(.secondStartStops, "after a start of what runs status does not say running any more", call)
        case .statusBefore, .statusTwice, .statusRestarted, .statusStopped, .statusAfterUnknown, .statusAtEnd, .start,
            .startAgain, .stop, .stopAgain, .unknown:
            break
        }
    }

    private func says(_ step: ScriptTrial.Step) -> ActionResult? { trial.calls.first { $0.step == step }?.result }
}
