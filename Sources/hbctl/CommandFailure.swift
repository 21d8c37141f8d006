// How a command ends that could not do what it was asked for: one sentence and what helps, or the same for programs.

import Glibc
import HeartbeatOperator
import HeartbeatStatus

enum CommandFailure {
    /// For people; `remedy` is empty where the sentence says it.
    static func end(_ code: Int32, _ sentence: String, _ remedy: String = "") -> Never {
        Terminal.complain("hbctl: \(sentence)" + (remedy.isEmpty ? "" : "; \(remedy)"))
        Glibc.exit(code)
    }

    /// For people.
    static func end(_ code: Int32, _ failure: OperatorFailure) -> Never {
        end(code, failure.sentence, failure.remedy.joined(separator: ", "))
    }

    /// - Parameter isForProgram: it asked for JSON.
    static func end(_ command: String, _ code: Int32, _ failure: OperatorFailure, isForProgram: Bool) -> Never {
        end(command, code, failure.code, failure.sentence, failure.remedy, isForProgram: isForProgram)
    }

    /// - Parameters:
    ///   - word: the code of the error, which programs know it by.
    ///   - isForProgram: it asked for JSON.
    static func end(
        _ command: String, _ code: Int32, _ word: String, _ sentence: String, _ remedy: [String], isForProgram: Bool
    ) -> Never {
        guard isForProgram else { end(code, sentence, remedy.joined(separator: ", ")) }
        let error = ErrorJSON(command: command, exit: code, code: word, sentence: sentence, remedy: remedy)
        Terminal.write(error.text)
        Glibc.exit(code)
    }
}
