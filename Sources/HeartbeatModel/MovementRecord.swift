// What a node keeps beside its history of each chain of movements: how the pair was before, and what has befallen it since, as this node
// saw it. `hbctl why` and a replay are made of it. It refuses to know what follows from any of that.

/// The record of one chain, as the node saw it.
package struct MovementRecord: Hashable, Sendable {
    /// Something that the node observed, or was ordered.
    package struct Happening: Hashable, Sendable {
        /// Since the record's zero; negative where it began before the picture was made.
        package var after: Duration
        /// So much later the node knew, or counted it.
        package var delay: Duration
        /// The event of the log, or `order`.
        package var code: String
        /// `nil` for what befalls no pair, and what follows from something else.
        package var event: PairEvent?
        package var text: String

        package init(after: Duration, delay: Duration = .zero, code: String, event: PairEvent? = nil, text: String) {
            self.after = after
            self.delay = delay
            self.code = code
            self.event = event
            self.text = text.printable(atMost: MovementRecord.longestText)
        }
    }

    /// What somebody finds who looks for a record.
    package enum Found: Hashable, Sendable {
        case none
        case record(MovementRecord)
        /// A sentence.
        case unreadable(String)
    }

    package static let mostHappenings = 64
    package static let mostMovements = 64
    /// So far from zero something may have begun: what is played takes its time.
    package static let furthest = Duration.seconds(86_400)
    /// Characters of a happening's text.
    package static let longestText = 300

    /// Number of the chain's first movement.
    package var chain: UInt64
    /// The moment from which times are counted: milliseconds since 1970, and on the clock of the timelines.
    package var unixMilliseconds: UInt64
    package var zero: Instant
    /// In the order in which they were known.
    package var happenings: [Happening] = []
    /// So many more there was no room for.
    package var leftOut = 0
    /// Those of the chain and of chains between the picture and it, by number.
    package var movements: [HistoryEntry] = []
    /// Lines of ha.cf and haresources by which the daemon ran, without keys; empty where they were too long.
    package var haCf: [String] = []
    package var haresources: [String] = []
    /// The node's facts shortly before.
    package var state: NodeFacts

    /// Whether something that began so long after zero has a place in a record.
    package static func reaches(_ after: Duration) -> Bool { after <= furthest && after >= .zero - furthest }

    package init(chain: UInt64, unixMilliseconds: UInt64, zero: Instant, state: NodeFacts) {
        self.chain = chain
        self.unixMilliseconds = unixMilliseconds
        self.zero = zero
        self.state = state
    }

    /// Wall clock of a moment of the node, in milliseconds since 1970.
    package func unix(_ instant: Instant) -> UInt64 { unix(after: instant - zero) }

    package func unix(after duration: Duration) -> UInt64 {
        let milliseconds = duration.milliseconds
        return milliseconds < 0
            ? unixMilliseconds - min(unixMilliseconds, milliseconds.magnitude)
            : unixMilliseconds.addingReportingOverflow(milliseconds.magnitude).partialValue
    }

    /// Whether this is the record of a movement: numbers begin anew when a history is lost.
    package func belongs(to entry: HistoryEntry, among all: [HistoryEntry]) -> Bool {
        entry.chain == chain && entry.node == state.node
            && movements.contains { mine in
                mine.chain == chain
                    && all.contains { $0.number == mine.number && $0.unixMilliseconds == mine.unixMilliseconds }
            }
    }
}
