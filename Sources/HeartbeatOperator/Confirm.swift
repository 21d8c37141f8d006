// Asks whoever sits at the terminal whether it shall be. Without a terminal nobody can be asked, and nothing is taken for a yes.

import Glibc
import HeartbeatModel
import HeartbeatSystem

/// The question before an order.
package enum Confirm: Hashable, Sendable {
    /// The command line has said yes.
    case yes
    case ask

    package enum Answer: Hashable, Sendable {
        case yes
        case no
        /// Standard input is no terminal.
        case nobody
    }

    /// What is said where nobody can be asked.
    package static let nobodyToAsk = OperatorFailure(
        code: "usage", sentence: "standard input is no terminal, so nobody can be asked whether it shall be done",
        remedy: ["write --yes when it shall be"])

    /// Shows `plan` and waits for a line. Where `isForProgram` says that standard output belongs to a program, it is left alone.
    package func answer(to plan: [String], isForProgram: Bool) -> Answer {
        let text = plan.textOfLines
        guard self == .ask else {
            if !isForProgram { Terminal.write(text) }
            return .yes
        }
        guard isatty(STDIN_FILENO) == 1 else { return .nobody }
        if isForProgram { Self.tell(text) } else { Terminal.write(text) }
        Self.tell("Shall that be done? [y/N] ")
        return Self.isYes(readLine()) ? .yes : .no
    }

    /// `y` and `yes`, in any case; the end of the input is none.
    static func isYes(_ line: String?) -> Bool {
        let word = line?.split(separator: " ").joined().lowercased()
        return word == "y" || word == "yes"
    }

    private static func tell(_ text: String) { _ = Descriptors.write(Array(text.utf8), to: STDERR_FILENO) }
}
