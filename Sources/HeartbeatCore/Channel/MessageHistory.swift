// The sending half of the reliable multicast: the last messages of this node, so that a peer that missed some can have
// exactly the same again.

import HeartbeatModel

/// The messages this node has sent and may be asked for again.
struct MessageHistory: Hashable, Codable, Sendable {
    enum Answer: Hashable {
        case again(Message)
        case gone(SequenceNumber, reason: String)
    }

    /// As many as the original keeps.
    static let capacity = 500
    private static let mostPerRequest: UInt64 = 50
    /// A message asked for by several nodes, or twice, within this time is sent once.
    private static let quietTime = Duration.milliseconds(240)

    /// So many are repeated at once, and then so many a second: a gap as wide as is repaired, twice. Whoever plays a request
    /// again and again gets no more out of us.
    private static let burst = 2 * Int(SequenceTracker.widestGap)
    private static let repeatsPerSecond = 100

    private struct Entry: Hashable, Codable, Sendable {
        var message: Message
        var sequence: SequenceNumber
        var lastRepeat: Instant?
    }

    /// Ascending, without gaps.
    private var entries: [Entry] = []
    private var allowance: Allowance?

    mutating func append(_ message: Message, sequence: SequenceNumber) {
        // Trimmed in batches so that the array is not shifted for every single message.
        if entries.count >= Self.capacity + 100 { entries.removeFirst(entries.count - Self.capacity + 1) }
        entries.append(Entry(message: message, sequence: sequence))
    }

    /// What to send for a retransmit request. Sequences not sent yet are nobody's business and give no answer.
    mutating func answers(
        first: SequenceNumber, last: SequenceNumber, now: Instant
    ) -> [Answer] {
        guard let oldest = entries.first?.sequence, let newest = entries.last?.sequence, first <= last else {
            return []
        }
        let end = min(last.number, newest.number, first.number &+ (Self.mostPerRequest - 1))
        guard first.number <= end else { return [] }
        return (first.number...end).compactMap { number in
            guard isAllowed(at: now) else { return nil }
            return answer(number, oldest: oldest.number, now: now)
        }
    }

    private mutating func answer(_ number: UInt64, oldest: UInt64, now: Instant) -> Answer? {
        guard number >= oldest else {
            allowance?.take(1, at: now)
            return .gone(SequenceNumber(number), reason: "seqno too low")
        }
        let index = Int(number - oldest)
        if let lastRepeat = entries[index].lastRepeat, now - lastRepeat < Self.quietTime { return nil }
        allowance?.take(1, at: now)
        entries[index].lastRepeat = now
        return .again(entries[index].message)
    }

    private mutating func isAllowed(at now: Instant) -> Bool {
        var current = allowance ?? Allowance(most: Self.burst, perSecond: Self.repeatsPerSecond, now: now)
        defer { allowance = current }
        return current.pause(at: now) == nil
    }
}
