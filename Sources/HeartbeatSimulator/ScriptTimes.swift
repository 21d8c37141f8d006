// How long each script takes on each machine, where that is known: then no run draws it.

import HeartbeatModel

/// Durations of script calls by node, step and verb.
package struct ScriptTimes: Hashable, Sendable {
    private struct Call: Hashable {
        var node: NodeName
        /// The word of the step's first resource.
        var word: String
        var verb: ResourceVerb
    }

    private var durations: [Call: Duration] = [:]

    package init() {}

    package mutating func set(_ word: String, _ verb: ResourceVerb, on node: NodeName, to duration: Duration) {
        durations[Call(node: node, word: word, verb: verb)] = duration
    }

    /// What is not known takes no time.
    subscript(node: NodeName, action: ResourceAction) -> Duration {
        durations[Call(node: node, word: action.step.resources[0].word, verb: action.verb)] ?? .zero
    }
}
