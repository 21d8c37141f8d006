// How often something took how long: counters by size, so that noting one costs an increment and nothing of it is kept. Whoever draws
// curves makes percentiles of them, over any span and of several nodes together.

/// Durations counted by size. Each bound is a power of two times the one before.
package struct DurationHistogram: Hashable, Codable, Sendable {
    /// Where the bounds are.
    package struct Scale: Hashable, Codable, Sendable {
        private static let mostBounds = 64

        /// The first bound, in nanoseconds.
        package let first: UInt64
        /// Each further bound is 2 to this power times the one before.
        package let power: Int
        package let count: Int

        /// `nil` for bounds that are none, or that no duration reaches.
        package init?(first: UInt64, power: Int, count: Int) {
            guard first > 0, (1...8).contains(power), (1...Self.mostBounds).contains(count),
                power * (count - 1) < first.leadingZeroBitCount
            else { return nil }
            self.init(checked: first, power, count)
        }

        /// Of the program itself; `doublings` between two bounds.
        init(first: Duration, doublings: Int, count: Int) {
            self.init(checked: UInt64(first.nanoseconds), doublings, count)
        }

        private init(checked first: UInt64, _ power: Int, _ count: Int) {
            self.first = first
            self.power = power
            self.count = count
        }

        /// In nanoseconds; what is exactly as long is below it.
        package func bound(_ place: Int) -> UInt64 { first << UInt64(power * place) }
    }

    package let scale: Scale
    /// One for each bound, and the last for what is above all of them. They are not summed up.
    package private(set) var counts: [UInt64]
    /// Of all that were noted, in nanoseconds.
    package private(set) var sum: UInt64 = 0

    package init(_ scale: Scale) {
        self.scale = scale
        counts = [UInt64](repeating: 0, count: scale.count + 1)
    }

    /// `nil` when there are not as many counts as the scale has places.
    init?(_ scale: Scale, counts: [UInt64], sum: UInt64) {
        guard counts.count == scale.count + 1 else { return nil }
        self.scale = scale
        self.counts = counts
        self.sum = sum
    }

    /// How many were noted.
    package var count: UInt64 { counts.reduce(0, &+) }

    package mutating func note(_ duration: Duration) { note(nanoseconds: duration.nanoseconds) }

    /// What is negative counts as nothing. Called with every keepalive: it asks for no memory.
    package mutating func note(nanoseconds: Int64) {
        let size = UInt64(max(0, nanoseconds))
        let doublings = UInt64.bitWidth - ((max(1, size) - 1) / scale.first).leadingZeroBitCount
        let place = (doublings + scale.power - 1) / scale.power
        counts[min(place, scale.count)] &+= 1
        sum &+= size
    }
}
