// What the answers of scripts mean: the contract that every resource script of heartbeat was written for.

extension ActionResult {
    /// `start` and `stop` are judged by exit code 0 and nothing else (observed).
    public var isSuccess: Bool {
        switch self {
        case .exited(let code, _): code == 0
        case .signalled, .timedOut, .notRun: false
        }
    }

    /// The script never ran: what there was before is there now.
    public var changedNothing: Bool {
        switch self {
        case .notRun: true
        case .exited, .signalled, .timedOut: false
        }
    }

    /// `status` is judged by its text and nothing else (observed).
    public var saysRunning: Bool {
        switch self {
        case .exited(_, let output): statusTextMeansRunning(output)
        case .signalled, .timedOut, .notRun: false
        }
    }

    /// A `status` that gave no answer proves nothing: only a text that does not say "running" does, or none with a code other
    /// than 4, "unknown" (LSB).
    public var provesStopped: Bool {
        switch self {
        case .exited(4, let output) where !output.contains { !$0.isWhitespace }: false
        case .exited(_, let output): !statusTextMeansRunning(output)
        case .signalled, .timedOut, .notRun: false
        }
    }

    /// What has become of the script, as a verb.
    public var text: String {
        switch self {
        case .exited(let code, _): "returned \(code)"
        case .signalled(let signal): "was ended by signal \(signal)"
        case .timedOut: "ran into its timeout and was ended"
        case .notRun(let reason): "could not be run: \(reason)"
        }
    }
}
