// One call of a resource script, as the core orders it and as the shell reports it back.

/// Identifies an action for its one answer. It carries the generation, so that an answer to a question asked before a
/// restart can never be taken for a new one.
public struct ActionID: Hashable, Codable, Sendable {
    public var generation: Generation
    /// Counts up from 1 within the generation.
    public var number: UInt64

    public init(generation: Generation, number: UInt64) {
        self.generation = generation
        self.number = number
    }
}

/// A script call, `<script> <arguments…> <verb>`, or the same for addresses that the daemon itself brings up.
public struct ResourceAction: Hashable, Sendable {
    /// Key of the group it belongs to.
    public var groupKey: String
    public var step: ResourceStep
    public var verb: ResourceVerb
    /// After this long the script and everything it started is ended.
    public var timeout: Duration
    /// The peer is not active (`HA_DONTASK=yes` in the script's environment).
    public var peerIsAbsent: Bool

    public init(groupKey: String, step: ResourceStep, verb: ResourceVerb, timeout: Duration, peerIsAbsent: Bool) {
        self.groupKey = groupKey
        self.step = step
        self.verb = verb
        self.timeout = timeout
        self.peerIsAbsent = peerIsAbsent
    }
}

/// How a script call ended.
public enum ActionResult: Hashable, Codable, Sendable {
    /// It exited; `output` is what it wrote to standard output (only `status` is judged by it, at most 4 KiB kept).
    case exited(code: Int32, output: String)
    /// A signal ended it.
    case signalled(Int32)
    /// It ran longer than its timeout; its whole process tree has been ended.
    case timedOut
    /// It never ran: no such script, not executable, out of processes.
    case notRun(reason: String)
}
