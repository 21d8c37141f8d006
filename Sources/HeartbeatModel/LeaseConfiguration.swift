// For how long a node's kernel may answer for the service addresses after its daemon has last said that it is well.

/// `lease`.
public enum LeaseRule: Hashable, Codable, Sendable {
    /// Where the kernel can, with a length that follows from keepalive and deadtime.
    case automatic
    case off
    /// The same as `automatic`, and where the kernel cannot, the daemon does not start.
    case required
    /// `automatic` with this length.
    case length(Duration)
}

/// The lengths of a lease.
public struct LeaseTimes: Hashable, Codable, Sendable {
    /// After a keepalive, while the peer may be alive. Shorter than deadtime by a keepalive and a margin: the peer counts
    /// from the last keepalive that it heard, the lease from the last one that was sent.
    public var length: Duration
    /// The same where the peer may take over as soon as it is over, without waiting for deadtime. Not longer than `length`.
    public var quick: Duration
    /// The same while the peer is dead or has left. A peer that returns takes over unheard only after its initdead.
    public var alone: Duration

    /// What may pass between a packet's being let through and its being on the wire, and what the clocks of two machines
    /// may differ by in one lease.
    public static let margin = Duration.milliseconds(20)
    /// No node waits longer for another one's lease, whatever that announces.
    public static let longest = Duration.seconds(600)

    public init(length: Duration, quick: Duration, alone: Duration) {
        self.length = length
        self.quick = quick
        self.alone = alone
    }
}

extension Configuration {
    /// The lengths that keep a live daemon's lease from running out when one keepalive is late, and that end before the
    /// peer takes over; `nil` when deadtime leaves no room between the two.
    public var leaseLengths: ClosedRange<Duration>? {
        let shortest = keepalive * 2 + LeaseTimes.margin
        let longest = deadtime - keepalive - LeaseTimes.margin
        return shortest <= longest ? shortest...longest : nil
    }

    /// For how long a daemon may have had no turn before its guardian acts: as long as its lease is, or would be.
    package var standstillTimes: LeaseTimes {
        var copy = self
        if lease == .off { copy.lease = .automatic }
        return copy.leaseTimes ?? LeaseTimes(length: deadtime, quick: deadtime, alone: max(deadtime, initdead))
    }

    /// `nil`: there is no lease.
    public var leaseTimes: LeaseTimes? {
        guard let range = leaseLengths else { return nil }
        let wanted: Duration
        switch lease {
        case .off: return nil
        case .automatic, .required: wanted = deadtime / 2
        case .length(let length): wanted = length
        }
        let length = min(max(wanted, range.lowerBound), range.upperBound)
        let alone = max(length, initdead - keepalive - LeaseTimes.margin)
        let quick = if case .length = lease { length } else { range.lowerBound }
        return LeaseTimes(length: length, quick: quick, alone: min(alone, max(length, LeaseTimes.longest)))
    }
}
