// Plays the record of a movement: the two cores of the pair in virtual time, with the configuration that the record holds, from the state
// before on. It touches no machine and no daemon, so that a record can be played wherever it is. What every run needs is made once.

import HeartbeatConfig
import HeartbeatForecast
import HeartbeatModel
import HeartbeatStatus

package struct RecordReplay {
    private let state: NodeFacts
    private let read: ConfigurationResult
    private let learned: LearnedDurations

    package init(_ record: MovementRecord) {
        state = record.state
        read = Self.configuration(of: record)
        learned = Self.learned(from: record)
    }

    /// Runs the pair of the record once, as `MovementCauses` wants it.
    package func run(_ question: ReplayQuestion) -> ReplayEnd {
        guard var configuration = read.configuration else {
            let mistake = read.diagnostics.first { $0.severity == .error }
            return .impossible("its configuration is not understood here (\(mistake.map { "\($0)" } ?? "no reason"))")
        }
        var state = state
        if let rule = question.autoFailback {
            configuration.autoFailback = rule
            state.timings?.autoFailback = rule
        }
        let forecast = Forecast(configuration, state, learned: learned)
        let prediction = forecast.play(question.events.map { ($0.after, $0.event) })
        if let obstacle = prediction.obstacle { return .impossible(obstacle) }
        let ends = prediction.groups.compactMap { group in group.to.map { (group.key, $0) } }
        return .served(Dictionary(ends) { first, _ in first })
    }

    private static func configuration(of record: MovementRecord) -> ConfigurationResult {
        func file(_ name: String, _ lines: [String]) -> SourceFile {
            SourceFile(path: name, text: lines.textOfLines)
        }
        // A record has no keys, and nobody is talked to.
        let authkeys = SourceFile(path: "authkeys", text: "auth 1\n1 sha1 replay\n")
        return readConfiguration(
            ConfigurationInput(
                haCf: file("ha.cf", record.haCf), haresources: file("haresources", record.haresources),
                authkeys: authkeys, authkeysMode: 0o600, localNode: record.state.node))
    }

    /// Scripts take as long as they did.
    private static func learned(from record: MovementRecord) -> LearnedDurations {
        var learned = LearnedDurations()
        for timeline in record.movements.map(\.timeline) {
            for step in timeline.steps where !step.hasFailed {
                // `10.0.0.1/24 and 3 more`: a step goes by its first word.
                guard let word = step.name.split(separator: " ").first else { continue }
                switch timeline.outcome {
                case .running: learned.note(String(word), .start, took: step.duration)
                case .released: learned.note(String(word), .stop, took: step.duration)
                case .failed, .stuck: break
                }
            }
        }
        return learned
    }
}
