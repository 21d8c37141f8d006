// A point in time as the laboratory measures it: the monotonic clock, which probes, scripts and log followers of one
// machine share. It refuses to know the wall clock, because a failover that is measured across a clock step is not measured.

/// Nanoseconds since boot (CLOCK_MONOTONIC).
public struct Moment: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public static func < (left: Moment, right: Moment) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    public static func + (moment: Moment, duration: Duration) -> Moment {
        Moment(nanoseconds: moment.nanoseconds + duration.inNanoseconds)
    }

    public static func - (moment: Moment, duration: Duration) -> Moment {
        Moment(nanoseconds: moment.nanoseconds - duration.inNanoseconds)
    }

    /// The time from `right` to `left`; negative when `right` is later.
    public static func - (left: Moment, right: Moment) -> Duration {
        .nanoseconds(left.nanoseconds - right.nanoseconds)
    }
}

extension Duration {
    /// The duration in nanoseconds. Laboratory durations are minutes at most, so this cannot overflow.
    var inNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// The duration in milliseconds, rounded to the nearest.
    public var roundedMilliseconds: Int64 {
        let nanoseconds = inNanoseconds
        return (nanoseconds + (nanoseconds < 0 ? -500_000 : 500_000)) / 1_000_000
    }

    /// The duration in milliseconds with its fraction, for figures.
    public var inMilliseconds: Double {
        Double(inNanoseconds) / 1_000_000
    }
}
