// The words of a scenario about lines to the internet.

import HeartbeatModel

extension LineConfiguration {
    /// `line dsl1 hold=500ms rise=3s`, `class all dsl1 dsl2`: a class with its lines, the best one first, `line_health each`.
    mutating func read(_ words: [String], line number: Int) throws(ScenarioError) {
        switch (words[0], words.count) {
        case ("line", 2...): lines.append(try rule(words, line: number))
        case ("class", 3...):
            classes.append(TrafficClass(name: words[1], sources: [.all], lines: Array(words.dropFirst(2))))
        case ("line_health", 2):
            guard let rule = LineHealth(rawValue: words[1]) else {
                throw ScenarioError(line: number, message: "line_health is last, each or off, not \(words[1])")
            }
            health = rule
        default: throw ScenarioError(line: number, message: "\(words[0]) needs more words, or fewer")
        }
    }

    private func rule(_ words: [String], line number: Int) throws(ScenarioError) -> LineRule {
        var rule = LineRule(
            name: words[1], interface: words[1], gateway: .peer, table: 101 + UInt32(lines.count))
        for word in words.dropFirst(2) {
            let parts = word.split(separator: "=").map(String.init)
            switch parts[0] {
            case "hold" where parts.count == 2: rule.hold = try ScenarioCommand.duration(parts[1], line: number)
            case "rise" where parts.count == 2: rule.rise = try ScenarioCommand.duration(parts[1], line: number)
            default: throw ScenarioError(line: number, message: "\(word) is none of hold=, rise=")
            }
        }
        return rule
    }
}
