// What a trial of a resource script comes to, for people and for programs: each call, then what is wrong, the worst first.

import HeartbeatModel

package struct ScriptTestReport: Hashable, Sendable {
    private let script: String
    private let arguments: [String]
    private let trial: ScriptTrial
    let findings: [ScriptFinding]
    private let took: Duration

    /// `script`: its path.
    package init(_ script: String, _ arguments: [String], _ trial: ScriptTrial, took: Duration) {
        (self.script, self.arguments, self.trial, self.took) = (script, arguments, trial, took)
        findings = ScriptJudge.findings(of: trial)
    }

    package var level: CheckReport.Level { CheckReport.Level(worst: findings.first?.severity) }

    /// Without a full stop.
    var sentence: String {
        switch level {
        case .ok: "\(script) keeps the contract of a resource script"
        case .warning: "\(script) keeps the contract of a resource script, with remarks"
        case .error: "\(script) breaks the contract of a resource script"
        case .unknown: "\(script) could not be tried to the end"
        }
    }
}

// MARK: - For people

extension ScriptTestReport {
    package func lines(width: Int) -> [String] {
        let word = level.rawValue.uppercased()
        let verdict = wrapped(sentence, width: width, first: word + blanks(10 - word.count), rest: blanks(10))
        let parts = [verdict, findings.flatMap { lines(of: $0, width: width) }, table(width: width)]
        return Array(parts.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    private func lines(of finding: ScriptFinding, width: Int) -> [String] {
        let indent = blanks(3)
        return wrapped(finding.sentence, width: width, first: finding.severity.mark, rest: indent)
            + finding.remedy.flatMap { wrapped($0, width: width, first: indent, rest: indent) }
    }

    private func table(width: Int) -> [String] {
        let marks = trial.calls.map { call in
            (findings.first { $0.step == call.step }?.severity ?? .note).mark
        }
        // Half a line for the last words, so that they never cost a column.
        let room = max(10, width / 2)
        let columns = [
            TextTable.Column(title: "CALL", cells: trial.calls.map(\.step.rawValue), weight: 3, isNeeded: true),
            TextTable.Column(title: "END", cells: trial.calls.map(\.end), weight: 2, isNeeded: true),
            TextTable.Column(title: "TOOK", cells: trial.calls.map(\.took.shortText), weight: 1),
            TextTable.Column(
                title: "LAST LINE", cells: trial.calls.map { String(($0.lastLine ?? "").prefix(room)) }, weight: 0),
        ]
        return TextTable(marks: marks, columns: columns).lines(width: width)
    }
}

extension ScriptTrial.Call {
    /// Few words of a table.
    fileprivate var end: String {
        if isCut { return "cut short" }
        switch result {
        case .exited(let code, _): return "exit \(code)"
        case .signalled(let signal): return "signal \(signal)"
        case .timedOut: return "timeout"
        case .notRun: return "not run"
        }
    }
}

// MARK: - For programs

extension ScriptTestReport {
    /// As schemas/hbctl-script-test-1.json says: one line and its end.
    package var json: String {
        JSONValue.members([
            ("schema", .string("hbctl/script-test/1")), ("script", .string(script)),
            ("arguments", .words(arguments)),
            (
                "verdict",
                .members([
                    ("level", .string(level.rawValue)), ("exit", .number(Int64(level.exitCode))),
                    ("sentence", .string(sentence)),
                ])
            ),
            ("interrupted", .word(trial.interruption)),
            ("took_s", .seconds(took, places: 3)), ("calls", .array(trial.calls.map(Self.value))),
            ("findings", .array(findings.map(value))),
        ]).text + "\n"
    }

    private static func value(_ call: ScriptTrial.Call) -> JSONValue {
        var (code, signal) = (JSONValue.null, JSONValue.null)
        var kind = call.isCut ? "cut" : "exited"
        switch call.result {
        case .exited(let number, _): code = .number(Int64(number))
        case .signalled(let number):
            kind = call.isCut ? kind : "signalled"
            signal = .number(Int64(number))
        case .timedOut: kind = call.isCut ? kind : "timed-out"
        case .notRun: kind = "not-run"
        }
        return .members([
            ("step", .string(call.step.rawValue)), ("action", .string(call.step.action)), ("end", .string(kind)),
            ("exit", code), ("signal", signal), ("says", .word(says(call))),
            ("took_s", .seconds(call.took, places: 3)), ("limit_s", .seconds(call.limit, places: 3)),
            ("last_line", .word(call.lastLine)), ("output_held", .bool(call.isOutputHeld)),
            ("processes_left", .words(call.left)),
        ])
    }

    /// What heartbeat takes a status for; `nil` for no answer, and for what is no status.
    private static func says(_ call: ScriptTrial.Call) -> String? {
        guard call.step.verb == .status, !call.isCut else { return nil }
        return call.result.saysRunning ? "running" : call.result.provesStopped ? "stopped" : nil
    }

    private func value(_ finding: ScriptFinding) -> JSONValue {
        .members([
            ("code", .string(finding.fault.rawValue)), ("severity", .string(finding.severity.rawValue)),
            (
                "object",
                .members([
                    ("kind", .string("script")), ("name", .string(script)),
                    ("action", .word(finding.step?.action)), ("step", .word(finding.step?.rawValue)),
                ])
            ),
            ("sentence", .string(finding.sentence)), ("remedy", .words(finding.remedy)),
        ])
    }
}
