// Everything a probe has written down, in an order and a shape that can be read while it goes on: a probe of ten minutes
// has hundreds of thousands of samples, and who copies them while the probe appends holds it up.

/// Samples in the order of sending. Copies share all but the last of its pieces.
package struct ProbeSamples: RandomAccessCollection, Sendable {
    private var pieces: [[ProbeSample]] = [[]]
    private static let size = 1024

    init() {}

    package var startIndex: Int { 0 }
    package var endIndex: Int { (pieces.count - 1) * Self.size + pieces[pieces.count - 1].count }

    package subscript(position: Int) -> ProbeSample {
        get { pieces[position / Self.size][position % Self.size] }
        _modify { yield &pieces[position / Self.size][position % Self.size] }
    }

    mutating func append(_ sample: ProbeSample) {
        if pieces[pieces.count - 1].count == Self.size {
            pieces.append([])
            pieces[pieces.count - 1].reserveCapacity(Self.size)
        }
        pieces[pieces.count - 1].append(sample)
    }
}

/// What a probe saw of all its addresses.
package struct ProbeRecord: Sendable {
    package internal(set) var samples = ProbeSamples()
    package internal(set) var announcements: [Announcement] = []
    /// Only when the probe was told how they look.
    package internal(set) var signsOfLife: [LifeSighting] = []
    /// How many addresses are probed.
    package let addresses: Int
    /// The interval at which each address is probed.
    package let period: Duration

    /// The records of each address by itself.
    package func byAddress() -> [ProbeAnalysis] {
        var result = [ProbeAnalysis](
            repeating: ProbeAnalysis(samples: [], announcements: [], period: period), count: addresses)
        for sample in samples { result[sample.address].samples.append(sample) }
        for announcement in announcements { result[announcement.address].announcements.append(announcement) }
        return result
    }

    /// Longest time in which the probe sent nothing at all, beyond the `tick` it meant to keep: what the machine held up.
    package func longestStall(from start: Moment, to end: Moment, tick: Duration) -> Duration {
        var last: Moment?
        var longest = tick
        for sample in samples where start <= sample.sentAt && sample.sentAt < end {
            if let last { longest = Swift.max(longest, sample.sentAt - last) }
            last = sample.sentAt
        }
        return longest - tick
    }
}
