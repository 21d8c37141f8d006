// How often something took how long on a daemon, as values and as lines of text that carry their bounds. A reader passes over what it does
// not know the name of.

extension NodeFacts {
    /// Counted since the daemon began.
    package struct Histogram: Hashable, Sendable {
        package enum Name: String, Hashable, Sendable, CaseIterable {
            /// Between two statuses of the other node over one medium; node and medium.
            case beatInterval = "beat-interval"
            /// By how much turns of the loop came later than they were due.
            case loopLateness = "loop-lateness"
            /// Movements that ended with a group running here; phase.
            case takeover
            /// Scripts, and addresses brought up or down; resource and verb.
            case action

            package var scale: DurationHistogram.Scale {
                switch self {
                case .beatInterval, .takeover: .init(first: .milliseconds(1), doublings: 1, count: 18)
                case .loopLateness: .init(first: .microseconds(10), doublings: 1, count: 20)
                // There are many of these.
                case .action: .init(first: .microseconds(250), doublings: 2, count: 11)
                }
            }
        }

        /// That of a later daemon may be none of `Name`.
        package var name: String
        /// What it is counted for, in the order that its name says.
        package var labels: [String]
        package var durations: DurationHistogram

        package init(_ name: Name, _ labels: [String] = [], durations: DurationHistogram) {
            self.name = name.rawValue
            self.labels = labels
            self.durations = durations
        }

        init?(_ line: FactLine) {
            guard let name = line["name"], let first: UInt64 = line.number("first"),
                let power: Int = line.number("power"), let sum: UInt64 = line.number("sum"), let text = line["counts"]
            else { return nil }
            let words = text.split(separator: ",", omittingEmptySubsequences: false)
            let counts = words.compactMap { UInt64($0) }
            guard counts.count == words.count,
                let scale = DurationHistogram.Scale(first: first, power: power, count: counts.count - 1),
                let durations = DurationHistogram(scale, counts: counts, sum: sum)
            else { return nil }
            self.name = name
            self.durations = durations
            labels = line.all("label")
        }

        /// `histogram name=… first=1000000 power=1 counts=0,3,… sum=… label=…`.
        var factLine: FactLine {
            var line = FactLine(
                "histogram",
                [
                    "name": name, "first": "\(durations.scale.first)", "power": "\(durations.scale.power)",
                    "counts": durations.counts.map { "\($0)" }.joined(separator: ","), "sum": "\(durations.sum)",
                ])
            line.fields += labels.map { FactLine.Field("label", $0) }
            return line
        }
    }
}
