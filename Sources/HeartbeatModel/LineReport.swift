// How the lines of a node stand, for people.

/// Lines and classes at one moment.
public struct LineReport: Hashable, Sendable {
    /// One line.
    public struct Line: Hashable, Sendable {
        /// What is believed of it.
        public enum Stand: String, Hashable, Sendable {
            case up
            case doubtful
            case down
            case returning
        }

        public var name: String
        public var interface: String
        public var stand: Stand
        /// For how long it is doubtful, or until it is trusted.
        public var time: Duration?
        public var address: IPAddress?
        public var gateway: IPAddress?
        /// Names of probes.
        public var lostProbes: [String]
        public var probeCount: Int
        /// Why it is bad; empty when it is good.
        public var reason: String

        public init(
            name: String, interface: String, stand: Stand, time: Duration? = nil, address: IPAddress? = nil,
            gateway: IPAddress? = nil, lostProbes: [String] = [], probeCount: Int = 0, reason: String = ""
        ) {
            self.name = name
            self.interface = interface
            self.stand = stand
            self.time = time
            self.address = address
            self.gateway = gateway
            self.lostProbes = lostProbes
            self.probeCount = probeCount
            self.reason = reason
        }

        var goodProbes: Int { probeCount - lostProbes.count }
    }

    /// One class of traffic.
    public struct Item: Hashable, Sendable {
        public var name: String
        /// The line that it is on.
        public var line: String?
        /// From 1: the place of the line among those of the class.
        public var tier: Int?
        /// None of its lines is up.
        public var isStranded: Bool

        public init(name: String, line: String?, tier: Int?, isStranded: Bool) {
            self.name = name
            self.line = line
            self.tier = tier
            self.isStranded = isStranded
        }
    }

    public var lines: [Line]
    public var classes: [Item]

    public init(lines: [Line] = [], classes: [Item] = []) {
        self.lines = lines
        self.classes = classes
    }

    /// No line is down, and each class has one.
    public var isWell: Bool { lines.allSatisfy { $0.stand != .down } && !classes.contains(where: \.isStranded) }

    /// Something else than the time is different.
    public func isNews(to old: LineReport?) -> Bool {
        guard var old else { return true }
        var new = self
        for place in new.lines.indices { new.lines[place].time = nil }
        for place in old.lines.indices { old.lines[place].time = nil }
        return new != old
    }

    /// A sentence for each line and each class, such as `line dsl1 up: ppp0 198.51.100.2, 3 of 3 probes good` and
    /// `class servers on dsl1, tier 1`.
    public var sentences: [String] {
        lines.map(\.sentence)
            + classes.map { item in
                let line = item.line.map { "on \($0)" + (item.tier.map { ", tier \($0)" } ?? "") } ?? "nowhere"
                return "class \(item.name) \(line)" + (item.isStranded ? "; none of its lines is up" : "")
            }
    }

    /// The same for programs, words separated by tabs, `-` for what there is not:
    /// `line NAME STAND INTERFACE ADDRESS GATEWAY GOOD-PROBES PROBES` and `class NAME LINE TIER served|stranded`.
    public var words: [String] {
        func word(_ value: (some CustomStringConvertible)?) -> String { value.map { "\($0)" } ?? "-" }
        let lineWords = lines.map { line in
            [
                "line", line.name, line.stand.rawValue, line.interface, word(line.address), word(line.gateway),
                "\(line.goodProbes)", "\(line.probeCount)",
            ]
        }
        let classWords = classes.map { item in
            ["class", item.name, word(item.line), word(item.tier), item.isStranded ? "stranded" : "served"]
        }
        return (lineWords + classWords).map { $0.joined(separator: "\t") }
    }
}

extension LineReport.Line {
    fileprivate var sentence: String {
        let time =
            time.map { stand == .returning ? ", trusted in \($0.decimalSeconds) s" : " for \($0.decimalSeconds) s" }
            ?? ""
        let place = address.map { "\($0)" + (gateway.map { " via \($0)" } ?? "") } ?? "-"
        let probes = probeCount == 0 ? "" : ", \(goodProbes) of \(probeCount) probes good"
        let reason = reason.isEmpty ? "" : " (\(reason))"
        return "line \(name) \(stand.rawValue)\(time): \(interface) \(place)\(probes)\(reason)"
    }
}
