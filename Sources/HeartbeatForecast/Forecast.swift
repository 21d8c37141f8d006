// What would come of something that befalls a pair now: its own decisions are played from where it is, with its own configuration and the
// times that its scripts have taken. What cannot be known is said to be unknown, and a pair that the play does not reach is not guessed.

import HeartbeatModel
import HeartbeatSimulator

/// From one node's configuration, its facts of this moment, and what its scripts have taken.
package struct Forecast {
    private let configuration: Configuration
    private let state: Result<LiveState, CannotTell>
    private let learned: LearnedDurations
    /// So long may nobody serve a group: detection as it is configured, and ten seconds for the scripts, unless somebody says else.
    package var goal: Duration
    /// What else should be known of whatever is played.
    package var notes: [String] = []

    package init(_ configuration: Configuration, _ facts: NodeFacts, learned: LearnedDurations) {
        self.configuration = configuration
        self.learned = learned
        goal = configuration.deadtime + .seconds(10)
        state = Result { () throws(CannotTell) in try LiveState(configuration, facts) }
    }

    /// Plays events, each so long after the first one at the earliest moment, until nothing follows any more.
    package func play(_ events: [(after: Duration, event: PairEvent)]) -> Prediction {
        let clauses = events.map { $0.event.clause(played) }
        var prediction = Prediction(
            events.map(\.event), headline: "If \(clauses.joined(separator: " and ")) now", goal: goal)
        prediction.notes = notes
        do throws(CannotTell) {
            let stage = try Stage(state.get(), times)
            return try Recording(stage, learned).play(events, into: prediction)
        } catch {
            prediction.obstacle = error.reason
            return prediction
        }
    }

    /// Events that happen at once.
    package func play(_ events: [PairEvent]) -> Prediction { play(events.map { (.zero, $0) }) }

    /// Why nothing can be told, whatever is asked; `nil`: something can.
    package var obstacle: String? {
        do throws(CannotTell) {
            _ = try Stage(state.get(), times)
            return nil
        } catch {
            return error.reason
        }
    }

    private var played: Configuration { (try? state.get().configuration) ?? configuration }

    /// The other node's scripts are taken to run as long as this one's.
    private var times: ScriptTimes {
        var times = ScriptTimes()
        for word in configuration.groups.flatMap({ $0.steps.map { $0.resources[0].word } }) {
            for verb in [ResourceVerb.start, .stop, .status] {
                if let duration = learned.high(word, verb) { times.set(word, verb, to: duration) }
            }
        }
        return times
    }
}

// MARK: - Every single one

extension Forecast {
    /// One thing that could happen, and what would come of it.
    package struct IfLine: Hashable, Sendable {
        /// `gw-a dies`, `eth1@gw-a`, `all media`.
        package var cause: String
        /// `everything on gw-b in 1.10 s`.
        package var outcome: String
        package var exitCode: Int32
    }

    /// What a person wants to know before anything has happened: the death of each node, the loss of each interface that counts where
    /// something is served, and the cut of all media.
    package func ifLines() -> [IfLine] {
        guard let state = try? state.get() else { return [] }
        let names = up(state).map { ("\($0) dies", PairEvent.power($0)) }
        let serving = Set(state.owners.compactMap(\.self)).sorted()
        let interfaces = serving.flatMap { host in
            state.configuration.interfaces.filter { $0.role != .heartbeat && !state.lost[host].contains($0.interface) }
                .map { ("\($0.interface)@\(state.name(host))", PairEvent.lose($0.interface, at: state.name(host))) }
        }
        let media = state.peersEnd == nil && !state.configuration.media.isEmpty
        return (names + interfaces + (media ? [("all media", PairEvent.loseMedia)] : [])).map { cause, event in
            let prediction = play([event])
            return IfLine(cause: cause, outcome: prediction.short, exitCode: prediction.exitCode)
        }
    }

    private func up(_ state: LiveState) -> [NodeName] {
        state.configuration.nodes.filter { state.peersEnd == nil || $0 == state.facts.node }
    }

    /// Everything that can be lost or die now, one at a time.
    package func singles() -> [PairEvent] {
        guard let state = try? state.get() else { return [] }
        let configuration = state.configuration
        var things: [String] = []
        let all =
            configuration.interfaces.map(\.interface) + configuration.media.map(\.name.text)
            + configuration.probes.map(\.name) + configuration.lines.lines.map(\.name)
        for thing in all where !things.contains(thing) { things.append(thing) }
        let nodes = up(state)
        let losses = nodes.flatMap { node in
            let host = configuration.nodes.firstIndex(of: node) ?? 0
            return things.filter { !state.lost[host].contains($0) }.map { PairEvent.lose($0, at: node) }
        }
        let media = state.peersEnd == nil && !configuration.media.isEmpty ? [PairEvent.loseMedia] : []
        return nodes.flatMap { [PairEvent.power($0), .kill($0)] } + losses + media
    }
}
