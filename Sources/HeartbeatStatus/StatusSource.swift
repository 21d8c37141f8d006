// What was found when a daemon was asked how its pair is. Whoever asks makes it; what follows from it is PairStatus's.

import HeartbeatModel

/// How the question went.
package enum StatusSource: Hashable, Sendable {
    case answered(NodeFacts)
    /// By a daemon that does not tell facts yet: only what its other answers say is known.
    case answeredByOlder(NodeFacts)
    /// The daemon tells facts only as this later version.
    case newer(major: Int)
    case down(LastWords)
    case silent(after: Duration, LastWords)
    /// Whoever asks may not use the socket.
    case refused(path: String)
    case garbled
}

/// What a daemon that does not answer has left on its machine.
package struct LastWords: Hashable, Sendable {
    /// How it ended.
    package enum End: Hashable, Sendable {
        case orderly
        case signal(Int32)
        case exit(Int32)
        case timeout
        case watchdog
        /// It is there and does not answer.
        case running(pid: Int32)
        case unknown
    }

    /// A service address that this machine has.
    package struct Held: Hashable, Sendable {
        package var word: String
        /// Empty where it is not known.
        package var interface: String
        /// A heartbeat of ours has brought it up.
        package var isOurs: PairStatus.Answer

        package init(word: String, interface: String, isOurs: PairStatus.Answer) {
            self.word = word
            self.interface = interface
            self.isOurs = isOurs
        }
    }

    /// The last state that was kept, and when.
    package var facts: NodeFacts?
    package var saved: PairStatus.Age?
    /// The last keepalive that left.
    package var lastKeepalive: PairStatus.Age?
    package var end = End.unknown
    package var ended: PairStatus.Age?
    /// The line that the guardian has left.
    package var guardian: String?
    /// Service addresses that this machine has; whether it has any is unknown where nobody could look.
    package var held: [Held] = []
    package var hasAddresses = PairStatus.Answer.unknown
    /// Whether there is an ha.cf.
    package var isConfigured = PairStatus.Answer.unknown

    package init() {}
}
