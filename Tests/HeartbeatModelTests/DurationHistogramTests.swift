// Each duration counts in one place, the one whose bound it does not exceed, whatever the duration is; and what was counted comes back
// from its line as it was, or not at all.

import HeartbeatModel
import Testing

@Suite struct DurationHistogramTests {
    private typealias Scale = DurationHistogram.Scale
    private typealias Name = NodeFacts.Histogram.Name

    private static func place(of nanoseconds: Int64, _ scale: Scale) -> Int? {
        var histogram = DurationHistogram(scale)
        histogram.note(nanoseconds: nanoseconds)
        let places = histogram.counts.indices.filter { histogram.counts[$0] == 1 }
        return histogram.count == 1 && places.count == 1 ? places[0] : nil
    }

    @Test(arguments: NodeFacts.Histogram.Name.allCases)
    func `a duration counts below the bound that it does not exceed`(
        name: NodeFacts.Histogram.Name
    ) {
        let scale = name.scale
        for place in 0..<scale.count {
            let bound = Int64(scale.bound(place))
            #expect(Self.place(of: bound, scale) == place)
            #expect(Self.place(of: bound + 1, scale) == place + 1, "above the last bound is a place as well")
        }
        for nothing in [0, 1, -1, Int64.min] { #expect(Self.place(of: nothing, scale) == 0) }
        #expect(Self.place(of: .max, scale) == scale.count)
    }

    @Test func `the bounds are where durations of a pair are`() {
        for name in Name.allCases {
            #expect(Scale(first: name.scale.first, power: name.scale.power, count: name.scale.count) == name.scale)
        }
        #expect(Name.beatInterval.scale.bound(0) == 1_000_000)
        #expect(Name.beatInterval.scale.bound(17) > 60_000_000_000, "a keepalive is a minute at most")
        #expect(Name.loopLateness.scale.bound(19) > 5_000_000_000)
        #expect(Name.action.scale.bound(10) > 240_000_000_000)
    }

    @Test func `the sum is that of all durations, and none that is negative takes from it`() {
        var histogram = DurationHistogram(Name.action.scale)
        for duration in [Duration.milliseconds(3), .seconds(1000), .seconds(-5), .zero] { histogram.note(duration) }
        #expect(histogram.sum == 1_000_003_000_000 && histogram.count == 4)
        #expect(histogram.counts.first == 2 && histogram.counts.last == 1)
    }

    @Test func `bounds that no duration reaches are none`() {
        let none: [(UInt64, Int, Int)] = [
            (0, 1, 4), (1, 0, 4), (1, 9, 4), (1, 1, 0), (1, 1, 65), (1, 1, 64), (1 << 62, 1, 2), (.max, 1, 1),
            (1, .max, 2), (1, -1, 2),
        ]
        for (first, power, count) in none { #expect(Scale(first: first, power: power, count: count) == nil) }
        #expect(Scale(first: 1, power: 1, count: 63)?.bound(62) == 1 << 62)
        #expect(Scale(first: 1 << 62, power: 8, count: 1) != nil)
    }

    // MARK: - As lines

    private static func read(_ fields: String) -> NodeFacts.Histogram? {
        NodeFacts(text: ["facts\tformat=1.0\tnode=gw-a", "histogram\t\(fields)"])?.histograms.first
    }

    @Test func `a line carries its bounds, so that other ones are understood`() throws {
        let line = "name=weather\tfirst=7\tpower=3\tcounts=1,0,18446744073709551615\tsum=9\tlabel=sun\tlabel=a%20b"
        let histogram = try #require(Self.read(line))
        #expect(histogram.name == "weather" && histogram.labels == ["sun", "a b"])
        #expect(histogram.durations.counts == [1, 0, .max] && histogram.durations.sum == 9)
        #expect(histogram.durations.scale == Scale(first: 7, power: 3, count: 2))
    }

    @Test(arguments: [
        "first=7\tpower=3\tcounts=1,0\tsum=9", "name=x\tfirst=0\tpower=3\tcounts=1,0\tsum=9",
        "name=x\tfirst=7\tpower=3\tcounts=1\tsum=9", "name=x\tfirst=7\tpower=3\tcounts=%\tsum=9",
        "name=x\tfirst=7\tpower=3\tcounts=1,,0\tsum=9", "name=x\tfirst=7\tpower=3\tcounts=1,-1\tsum=9",
        "name=x\tfirst=7\tpower=64\tcounts=1,0\tsum=9", "name=x\tfirst=7\tpower=3\tcounts=1,0",
        "name=x\tfirst=7\tcounts=1,0\tsum=9", "name=x\tfirst=7\tpower=3\tsum=9",
    ])
    func `what is no histogram spoils the answer`(fields: String) {
        #expect(NodeFacts(text: ["facts\tformat=1.0\tnode=gw-a", "histogram\t\(fields)"]) == nil)
    }
}
