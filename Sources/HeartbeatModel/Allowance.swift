// How much somebody may ask of the node: so much at once, and then so much a second. It takes `now` as a parameter and
// refuses to know who asks and what is being counted.

/// A bucket that fills by itself and is never emptied by more than one portion beyond what it holds.
public struct Allowance: Hashable, Codable, Sendable {
    /// What the full bucket holds.
    public let most: Int
    /// What flows in a second.
    public let perSecond: Int

    /// Negative after a portion that was larger than what was left.
    private var left: Int
    private var filledAt: Instant

    /// Begins full.
    public init(most: Int, perSecond: Int, now: Instant) {
        self.most = most
        self.perSecond = perSecond
        left = most
        filledAt = now
    }

    /// How long it takes until the next portion may be taken; `nil` when it may be taken now.
    public mutating func pause(at now: Instant) -> Duration? {
        fill(at: now)
        guard left <= 0 else { return nil }
        return .nanoseconds((Int64(1 - left) * 1_000_000_000 + Int64(perSecond) - 1) / Int64(perSecond))
    }

    /// Takes a portion, also one larger than what is left: it only makes the pause after it longer.
    public mutating func take(_ portion: Int, at now: Instant) {
        fill(at: now)
        left -= portion
    }

    private mutating func fill(at now: Instant) {
        let elapsed = max(0, (now - filledAt).nanoseconds)
        // Enough time for any bucket; a longer one would only overflow.
        guard elapsed < 3_600_000_000_000 else {
            left = most
            filledAt = now
            return
        }
        let gained = elapsed / 1_000_000 * Int64(perSecond) / 1000
        guard gained > 0 else { return }
        left = min(most, left + Int(gained))
        // Whole portions only, so that many looks in a row lose nothing.
        filledAt = filledAt + .nanoseconds(gained * 1_000_000_000 / Int64(perSecond))
    }
}
