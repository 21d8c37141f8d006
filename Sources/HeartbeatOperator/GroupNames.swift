// Names of groups for a shell that completes a command line: whoever presses a key waits for no daemon.

import HeartbeatControl
import HeartbeatModel

package enum GroupNames {
    /// Longer is felt at the keyboard.
    private static let patience = Duration.milliseconds(200)

    /// Of the daemon of this run directory; none when it does not tell them at once.
    package static func known(below runDirectory: String) -> [String] {
        let client = ControlClient(runDirectory: runDirectory, timeout: patience)
        let question = ClusterQuestion.facts(format: FactsFormat.current.major)
        guard let reply = try? client.ask(.question(question, inProse: false)),
            reply.exitCode == ControlExit.success, let facts = NodeFacts(text: reply.lines)
        else { return [] }
        return facts.groups.map(\.key)
    }
}
