// The monotonic time of one node. Nothing below the shell reads a clock: an `Instant` always arrives as a parameter,
// which is what lets the simulator run years in seconds. It refuses to know about wall-clock time.

/// A point on one node's monotonic clock, in nanoseconds since an arbitrary origin (on Linux: boot).
///
/// Two nodes' instants are never comparable; only differences measured on the same node mean anything.
public struct Instant: Hashable, Codable, Comparable, Sendable {
    /// Nanoseconds since the node's own origin.
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The origin of the clock.
    public static let zero = Instant(nanoseconds: 0)

    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant `duration` later. Saturates instead of overflowing, so that "never" durations are harmless.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.nanoseconds)
        return Instant(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    /// The instant `duration` earlier; saturates like `+`.
    public static func - (instant: Instant, duration: Duration) -> Instant {
        let (difference, overflow) = instant.nanoseconds.subtractingReportingOverflow(duration.nanoseconds)
        return Instant(nanoseconds: overflow ? (duration < .zero ? .max : .min) : difference)
    }

    /// The time that passed from `right` to `left`; negative when `right` is later. Saturates like `+`.
    public static func - (left: Instant, right: Instant) -> Duration {
        let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
        return .nanoseconds(overflow ? (left < right ? .min : .max) : difference)
    }
}

extension Duration {
    /// Seconds as a decimal number with at least one digit behind the point, exact to the millisecond: `3.5`, `1.0`.
    public var decimalSeconds: String { "\(Double(milliseconds) / 1000)" }

    /// The whole duration in nanoseconds, saturating at ±292 years.
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return sumOverflow ? (seconds < 0 ? .min : .max) : sum
    }

    /// The whole duration in milliseconds, rounded toward zero: the unit of every interval in ha.cf and on the wire.
    public var milliseconds: Int64 {
        nanoseconds / 1_000_000
    }

    /// How many of `unit` it is, rounded to the nearest; 0 for what is negative. `unit` is an even number of nanoseconds.
    package func nearest(_ unit: Duration) -> Int64 {
        let (all, one) = (max(0, nanoseconds), unit.nanoseconds)
        return all / one + (all % one >= one / 2 ? 1 : 0)
    }
}
