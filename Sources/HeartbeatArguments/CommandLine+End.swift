// The beginning of programs that have exit codes of their own: 2 for a bad command line, as the original has it, instead of the library's.

import ArgumentParser
import Glibc

extension ParsableCommand {
    /// What `take` makes of the command line. Ends the program when there is nothing to be made of it: with 0 when help was asked for, with
    /// 2 when it makes no sense.
    package static func takeCommandLine<Value>(_ take: (Self) throws -> Value) -> Value {
        do {
            return try take(try parse())
        } catch {
            if exitCode(for: error) == .success { exit(withError: error) }
            let text = Array((fullMessage(for: error) + "\n").utf8)
            _ = write(STDERR_FILENO, text, text.count)
            _exit(2)
        }
    }
}
