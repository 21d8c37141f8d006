// What a daemon has counted since it began, as values and as lines of text. A reader passes over what it does not know the name of.

extension NodeFacts {
    /// Something that only grows while the daemon lives.
    package struct Counter: Hashable, Sendable {
        package enum Name: String, Hashable, Sendable, CaseIterable {
            /// Messages that were not believed; medium and reason.
            case rejected
            /// Movements that ended with a group running here; group and cause.
            case takeovers
            /// Calls of scripts, and addresses brought up or down; verb and outcome.
            case actions
            /// For how long both nodes claimed the same groups, in nanoseconds.
            case twoOwnersTime = "two-owners-time"
            /// How often the lease of this node has ended before it was renewed.
            case leaseExpired = "lease-expired"
        }

        /// That of a later daemon may be none of `Name`.
        package var name: String
        /// What it is counted for, in the order that its name says.
        package var labels: [String]
        package var value: UInt64

        package init(_ name: Name, _ labels: [String] = [], value: UInt64) {
            self.name = name.rawValue
            self.labels = labels
            self.value = value
        }

        init?(_ line: FactLine) {
            guard let name = line["name"], let value: UInt64 = line.number("value") else { return nil }
            self.name = name
            self.value = value
            labels = line.all("label")
        }

        var factLine: FactLine {
            var line = FactLine("counter", ["name": name, "value": "\(value)"])
            line.fields += labels.map { FactLine.Field("label", $0) }
            return line
        }
    }
}
