// How the lines stand, for people.

import HeartbeatModel

/// Lines and classes at one moment.
package struct LineReport: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        package var name: String
        package var interface: String
        /// `up`, `doubtful`, `down` or `returning`.
        package var stand: String
        /// For how long it is doubtful, or until it is trusted.
        package var time: Duration?
        package var address: IPAddress?
        package var gateway: IPAddress?
        package var lostProbes: [String]
        package var probeCount: Int
        /// Why it is bad; empty when it is good.
        package var reason: String
    }

    package struct Item: Hashable, Sendable {
        package var name: String
        package var line: String?
        /// From 1: the place of the line among those of the class.
        package var tier: Int?
        package var isStranded: Bool
    }

    package var lines: [Line]
    package var classes: [Item]

    package init(_ machine: LineMachine, at now: Instant) {
        let stranded = Set(machine.strandedClasses)
        lines = machine.lines.map { state in
            let (stand, time): (String, Duration?) =
                switch state.stand {
                case .up: ("up", nil)
                case .doubtful(let since): ("doubtful", now - since)
                case .down: ("down", nil)
                case .returning(let until): ("returning", max(.zero, until - now))
                }
            return Line(
                name: state.rule.name, interface: state.rule.interface, stand: stand, time: time,
                address: state.facts?.address, gateway: state.facts?.gateway, lostProbes: state.lostProbes,
                probeCount: machine.configuration.probes(of: state.rule.name).count,
                reason: state.isGood ? "" : state.reason)
        }
        classes = machine.configuration.classes.map { item in
            let line = machine.chosen[item.name]
            return Item(
                name: item.name, line: line, tier: line.flatMap(item.lines.firstIndex).map { $0 + 1 },
                isStranded: stranded.contains(item.name))
        }
    }

    /// Something else than the time is different.
    package func isNews(to old: LineReport?) -> Bool {
        guard var old else { return true }
        var new = self
        for place in new.lines.indices { new.lines[place].time = nil }
        for place in old.lines.indices { old.lines[place].time = nil }
        return new != old
    }

    /// A line for each line and each class.
    package var text: String {
        let lineTexts = lines.map { line in
            let time =
                line.time.map {
                    line.stand == "returning" ? ", trusted in \($0.decimalSeconds) s" : " for \($0.decimalSeconds) s"
                } ?? ""
            let place = line.address.map { "\($0)" + (line.gateway.map { " via \($0)" } ?? "") } ?? "-"
            let probes =
                line.probeCount == 0
                ? "" : ", \(line.probeCount - line.lostProbes.count) of \(line.probeCount) probes good"
            let reason = line.reason.isEmpty ? "" : " (\(line.reason))"
            return "line \(line.name) \(line.stand)\(time): \(line.interface) \(place)\(probes)\(reason)"
        }
        let classTexts = classes.map { item in
            let line = item.line.map { "on \($0)" + (item.tier.map { ", tier \($0)" } ?? "") } ?? "nowhere"
            return "class \(item.name) \(line)" + (item.isStranded ? "; none of its lines is up" : "")
        }
        return (lineTexts + classTexts).map { $0 + "\n" }.joined()
    }
}
