// What would happen, for a live screen: played anew when the pair is in another state, because that takes longer than a look.

import HeartbeatForecast
import HeartbeatModel
import HeartbeatStatus

/// Says what would come of each death and each cut, as the pair is now.
struct WhatIf {
    /// What decides what would happen; ages do not.
    private struct State: Hashable {
        var nodes: [[String]]
        var groups: [[String]]
        var watched: [[String]]
        var links: [[String]]
        var peersHealth: NodeHealth?
        var isMaintained: Bool
        var marks: ConfigurationMarks?

        init(_ facts: NodeFacts) {
            nodes = facts.nodes.map { [$0.name.text, $0.status.rawValue, $0.standing?.rawValue ?? ""] }
            groups = facts.groups.map { [$0.key, $0.state.rawValue, $0.onPeer.rawValue] }
            watched = facts.watched.map { [$0.name, $0.state.rawValue] }
            links = facts.links.map { [$0.medium.text, $0.state.rawValue] }
            peersHealth = facts.peer?.health
            isMaintained = facts.maintenance != nil
            marks = facts.marks
        }
    }

    private let places: Places
    private var known: (state: State, lines: [String])?

    init(_ places: Places) {
        self.places = places
    }

    /// `if gw-a dies  everything on gw-b in 1.10 s`, a line each.
    mutating func lines(_ facts: NodeFacts) -> [String] {
        let state = State(facts)
        if let known, known.state == state { return known.lines }
        let lines = play(facts)
        known = (state, lines)
        return lines
    }

    private func play(_ facts: NodeFacts) -> [String] {
        do throws(OperatorFailure) {
            let forecast = try PlanReading(places, of: facts).forecast
            if let obstacle = forecast.obstacle { return ["what would happen cannot be told: \(obstacle)"] }
            let lines = forecast.ifLines()
            let width = lines.map(\.cause.count).max() ?? 0
            return lines.map { line in
                let gap = String(repeating: " ", count: width - line.cause.count)
                return "if \(line.cause)\(gap)  \(line.outcome)"
            }
        } catch {
            return ["what would happen cannot be told: \(error.sentence)"]
        }
    }
}
