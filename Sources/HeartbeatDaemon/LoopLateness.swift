// By how much the loop comes later than the core wanted: a few counters, because it is asked at every turn.

import HeartbeatModel

/// How late the turns of the last ten minutes were, and the latest ever.
///
/// Counted by size, four sizes for each power of two, so that what is told is at most a quarter too much. There are two spans of five
/// minutes: the one under way and the one before it.
struct LoopLateness {
    private static let span = Duration.seconds(300)
    /// Sizes from 1 ns to 2^40 ns, which is 18 minutes.
    private static let sizes = 160

    private struct Span {
        var counts = [UInt32](repeating: 0, count: LoopLateness.sizes)
        var most = Duration.zero
    }

    private var now = Span()
    private var before = Span()
    private var turns: Instant?
    private var most = Duration.zero
    /// Since the daemon began.
    private(set) var all = DurationHistogram(NodeFacts.Histogram.Name.loopLateness.scale)

    /// A turn that was due has come at `instant`, so much later.
    mutating func note(_ lateness: Duration, at instant: Instant) {
        if let begun = turns {
            if instant - begun >= Self.span {
                (before, now) = (instant - begun >= Self.span * 2 ? Span() : now, Span())
                turns = instant
            }
        } else {
            turns = instant
        }
        let nanoseconds = lateness.nanoseconds
        all.note(nanoseconds: nanoseconds)
        now.counts[Self.size(of: nanoseconds)] &+= 1
        if lateness > now.most { now.most = lateness }
        if lateness > most { most = lateness }
    }

    /// Nothing before the first turn.
    var fact: NodeFacts.Lateness? {
        let counts = zip(now.counts, before.counts).map { UInt64($0) + UInt64($1) }
        let sum = counts.reduce(0, +)
        guard sum > 0 else { return nil }
        let recent = max(now.most, before.most)
        func share(_ percent: UInt64) -> Duration {
            var rest = (sum * percent + 99) / 100
            for (size, count) in counts.enumerated() {
                guard count < rest else { return min(recent, Self.largest(of: size)) }
                rest -= count
            }
            return recent
        }
        return NodeFacts.Lateness(median: share(50), high: share(99), recentMost: recent, most: most)
    }

    private static func size(of lateness: Int64) -> Int {
        let nanoseconds = UInt64(max(4, lateness))
        let power = 63 - nanoseconds.leadingZeroBitCount
        return min(sizes - 1, power * 4 + Int(nanoseconds >> (power - 2)) & 3)
    }

    /// The largest lateness of a size.
    private static func largest(of size: Int) -> Duration {
        let (power, quarter) = (size / 4, size % 4)
        guard power >= 2 else { return .nanoseconds(4) }
        return .nanoseconds((Int64(4 + quarter + 1) << Int64(power - 2)) - 1)
    }
}
