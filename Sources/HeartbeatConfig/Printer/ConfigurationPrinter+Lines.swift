// The lines of a gateway as ha.cf has them. Behind each line stands how long it takes to be left, and to be trusted again.

import HeartbeatModel

extension ConfigurationPrinter {
    var lineLines: [String] {
        let lines = configuration.lines
        guard lines != LineConfiguration() else { return [] }
        return lines.lines.map { "\($0.text)  # \(lines.times(of: $0))" }
            + lines.probes.map { item in "\(text(item.probe, line: item.line))  # \(item.probe.times)" }
            + lines.classes.map(\.text) + (lines.health == .last ? [] : ["line_health \(lines.health.rawValue)"])
    }
}

extension LineConfiguration {
    /// `left after 18 s at most, trusted again after 30 s`.
    package func times(of line: LineRule) -> String {
        "left after \(leftAfter(line).shortSeconds) s at most, trusted again after \(trustedAfter(line).shortSeconds) s"
    }
}

extension LineRule {
    fileprivate var text: String {
        let via =
            switch gateway {
            case .address(let address): "\(address)"
            case .peer: "peer"
            case .found: "dhcp"
            }
        let words = [
            "line \(name) \(interface) via=\(via) table=\(table)", mark.map { "mark=\($0)" }, "alive=\(alive)",
            "hold=\(hold.milliseconds)ms", "rise=\(rise.milliseconds)ms", "flush=\(flush.rawValue)",
            isOptional ? "optional" : nil,
        ]
        return words.compactMap(\.self).joined(separator: " ")
    }
}

extension TrafficClass {
    fileprivate var text: String {
        let to = destinations.isEmpty ? "" : " to \(destinations.map(\.description).joined(separator: " "))"
        return "class " + ([name] + sources.map(\.description)).joined(separator: " ") + to
            + " prefer \(lines.joined(separator: " "))"
    }
}
