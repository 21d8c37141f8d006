// Asks a program on disk whether it could go on from a state, before it takes the place of this one. Whatever it is, it costs a few
// seconds at most and nothing else.

import Glibc
import HeartbeatModel
import HeartbeatSystem

package enum ProgramTrial {
    /// On this descriptor it finds the state.
    package static let descriptor: Int32 = 3
    package static let option = "--accepts-state"
    /// What it says when it can.
    package static let yes = "the state is accepted"
    private static let patience = Duration.seconds(5)
    /// Far more than any answer has.
    private static let longestAnswer = 64 << 10

    /// Why it could not; `nil` when it could. Takes as long as the program, 5 s at most.
    package static func run(_ path: String, state: Int32) -> String? {
        if let doubt = TrustedPath.refusal(of: path) { return "\(doubt)" }
        do throws(SystemError) {
            guard
                let outcome = try ProgramOutcome.of(
                    path, [path, option], extraDescriptor: state, within: patience, atMost: longestAnswer)
            else { return "it has not answered within \(patience.components.seconds) s" }
            let line = outcome.text.split(whereSeparator: \.isNewline).first.map(String.init)
            if outcome.status == 0, line == yes { return nil }
            return line?.printable(atMost: 200) ?? "it ended at once (status \(outcome.status))"
        } catch {
            return "\(error)"
        }
    }
}
