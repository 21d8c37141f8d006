// Whether the peer hears us. It says with every status what it has heard last, so a peer that speaks on and on and has heard
// nothing newer is deaf – which it cannot know, as little as we could in its place. A value without a clock of its own.

import HeartbeatModel

/// What the peer has said about hearing us.
struct PeerHearing: Hashable, Codable, Sendable {
    /// So many words without anything newer, and so many messages of ours that it should have heard, are no accident.
    private static let fewest: UInt64 = 3

    /// The last of our messages that it has told it had heard.
    private(set) var newest: UInt64 = 0
    /// Since when it has heard nothing newer, although it could be heard itself.
    private var stillSince: Instant?
    private var words: UInt64 = 0
    /// It tells with every status, not only when it is asked.
    private(set) var isToldInStatuses = false

    /// It is heard again, or asked: what it said before proves nothing.
    mutating func startOver(at now: Instant) {
        stillSince = now
        words = 0
    }

    /// A status or a report has arrived that names what it had heard.
    mutating func heard(_ sequence: SequenceNumber?, inStatus: Bool, sent: UInt64, at now: Instant) {
        if inStatus, sequence != nil { isToldInStatuses = true }
        if let number = sequence?.number, number > newest, number <= sent {
            newest = number
            startOver(at: now)
            return
        }
        if stillSince == nil { stillSince = now }
        if inStatus { words += 1 }
    }

    /// For `patience` it has spoken and has heard nothing of what we have `sent` meanwhile.
    func isDeaf(for patience: Duration, sent: UInt64, at now: Instant) -> Bool {
        guard let stillSince, now - stillSince >= patience else { return false }
        return words >= Self.fewest && sent - newest >= Self.fewest
    }
}
