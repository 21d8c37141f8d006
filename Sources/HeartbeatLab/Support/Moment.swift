// A point in time as the laboratory measures it: the monotonic clock, which probes, scripts and log followers of one
// machine share. It refuses to know the wall clock, because a failover that is measured across a clock step is not measured.

/// Nanoseconds since boot (CLOCK_MONOTONIC).
package struct Moment: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    package static func < (left: Moment, right: Moment) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    package static func + (moment: Moment, duration: Duration) -> Moment {
        Moment(nanoseconds: moment.nanoseconds + duration.inNanoseconds)
    }

    package static func - (moment: Moment, duration: Duration) -> Moment {
        Moment(nanoseconds: moment.nanoseconds - duration.inNanoseconds)
    }

    /// The time from `right` to `left`; negative when `right` is later.
    package static func - (left: Moment, right: Moment) -> Duration {
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
    package var roundedMilliseconds: Int64 {
        let nanoseconds = inNanoseconds
        return (nanoseconds + (nanoseconds < 0 ? -500_000 : 500_000)) / 1_000_000
    }

    /// The duration in milliseconds with its fraction, for figures.
    package var inMilliseconds: Double {
        Double(inNanoseconds) / 1_000_000
    }
}
