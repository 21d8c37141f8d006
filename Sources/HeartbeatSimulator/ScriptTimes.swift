// How long each script takes, where that is known: then no run draws it. It is the same on both machines.

import HeartbeatModel

/// Durations of script calls by step and verb.
package struct ScriptTimes: Hashable, Sendable {
    private struct Call: Hashable {
        /// The word of the step's first resource.
        var word: String
        var verb: ResourceVerb
    }

    private var durations: [Call: Duration] = [:]

    package init() {}

    package mutating func set(_ word: String, _ verb: ResourceVerb, to duration: Duration) {
        durations[Call(word: word, verb: verb)] = duration
    }

    /// What is not known takes no time.
    subscript(action: ResourceAction) -> Duration {
        durations[Call(word: action.step.resources[0].word, verb: action.verb)] ?? .zero
    }
}
