// The kinds of things that can be wrong with a resource script, and what is known of each before one is tried: docs/script-test.md is
// made of this. A code is for programs, and does not change.

enum ScriptFault: String, Hashable, Sendable, CaseIterable {
    case alreadyRunning = "already-running"
    case noAnswer = "no-answer"
    case statusActs = "status-acts"
    case slowStatus = "slow-status"
    case codeContradicts = "code-contradicts"
    case startFails = "start-fails"
    case notRunning = "not-running"
    case answerOnErrors = "answer-on-stderr"
    case secondStartFails = "second-start-fails"
    case secondStartStops = "second-start-stops"
    case stopFails = "stop-fails"
    case notStopped = "not-stopped"
    case secondStopFails = "second-stop-fails"
    case processesLeft = "processes-left"
    case leftRunning = "left-running"
    case unknownAccepted = "unknown-accepted"
    case unknownActs = "unknown-acts"
    case timeout
    case outputHeld = "output-held"
    case notRun = "not-run"
    case notTrusted = "not-trusted"
    case notRoot = "not-root"
    case interrupted
}

extension ScriptFault {
    var entry: FindingCode.Entry {
        Self.entries[self] ?? FindingCode.Entry(severity: .unknown, sentence: rawValue, advice: "")
    }

    static let entries: [ScriptFault: FindingCode.Entry] = Dictionary(
        uniqueKeysWithValues: (ofStatus + ofStart + ofStop + ofAnyCall).map { ($0.fault, $0.entry) })

    private typealias Row = (fault: ScriptFault, entry: FindingCode.Entry)

    private static func row(
        _ fault: ScriptFault, _ severity: FindingCode.Severity, unless exception: String = "", _ sentence: String,
        _ advice: String
    ) -> Row {
        (fault, FindingCode.Entry(severity: severity, exception: exception, sentence: sentence, advice: advice))
    }

    private static let ofStatus: [Row] = [
        row(
            .alreadyRunning, .unknown, "status says running before anything was started",
            "stop the service where nobody needs it, and try again; if it does not run, status does not look"),
        row(
            .noAnswer, .error, "status gives no answer: WHY",
            "write running or OK when it runs, and stopped when it does not"),
        row(
            .statusActs, .error, "status says stopped, then running, and nothing was started between",
            "let status only look"),
        row(
            .slowStatus, .warning, "status took T, more than a quarter of its limit",
            "let status look at the process, and ask nobody who may be slow"),
        row(
            .codeContradicts, .note, "status says running or stopped, and exits with CODE",
            "exit 0 when it runs and 3 when it does not; heartbeat reads the text, other programs the code"),
    ]

    private static let ofStart: [Row] = [
        row(
            .startFails, .error, unless: "unknown where it was not root who tried", "start returned CODE",
            "as it says; exit 0 when the service serves"),
        row(
            .notRunning, .error, "start succeeded, and status does not say running",
            "return from start when the service serves; write running or OK on standard output"),
        row(
            .answerOnErrors, .error, "status says running on standard error only", "write it on standard output"),
        row(
            .secondStartFails, .error, "a start of what runs returned CODE",
            "exit 0, and do nothing, when it runs already"),
        row(
            .secondStartStops, .error, "after a start of what runs status does not say running any more",
            "do nothing when it runs already"),
    ]

    private static let ofStop: [Row] = [
        row(
            .stopFails, .error, "stop returned CODE", "as it says; exit 0 when the service has stopped"),
        row(
            .notStopped, .error, "stop succeeded, and status says running",
            "return from stop when the service has ended; a text with OK in it counts as running"),
        row(
            .secondStopFails, .error, "a stop of what does not run returned CODE",
            "exit 0 when it does not run, also where the service is not installed"),
        row(
            .processesLeft, .warning, "stop is over, and PROCESS that the script has started still runs",
            "end it, and wait until it has ended"),
        row(
            .leftRunning, .error, "status says running after the last stop", "end the service by hand"),
    ]

    private static let ofAnyCall: [Row] = [
        row(
            .unknownAccepted, .warning, "a word that is no action returned 0", "exit 2 for it"),
        row(
            .unknownActs, .error, "status says running after a word that is no action", "do nothing for it, and exit 2"),
        row(
            .timeout, .error, "ACTION ran longer than its limit of T, and was ended",
            "give it a limit of its own; ha.cf has start_timeout, stop_timeout and status_timeout"),
        row(
            .outputHeld, .warning, "a process that stays after ACTION holds its output open",
            "start it with `>/dev/null 2>&1`; this heartbeat goes on, others wait for the end of the output"),
        row(.notRun, .unknown, "ACTION could not be run: WHY", "as it says"),
        row(
            .notTrusted, .note, "heartbeat would not run the script from this place: WHY",
            "give it to root where it is installed; `hbctl check` looks there"),
        row(.notRoot, .note, "it was not root who tried, and heartbeat runs it as root", "try it as root"),
        row(
            .interrupted, .unknown, "SIGNAL has ended the trial; what was up was stopped", "try again"),
    ]

    /// The tables of docs/script-test.md.
    static var page: String {
        let parts = [
            ("Of status", ofStatus), ("Of start", ofStart), ("Of stop", ofStop), ("Of every call", ofAnyCall),
        ]
        return parts.map { title, rows in
            "## \(title)\n\n" + FindingCode.table(rows.map { ($0.fault.rawValue, $0.entry) })
        }.joined(separator: "\n")
    }
}
