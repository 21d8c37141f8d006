// What can keep the laboratory from being built or a scene from being played, with the operation it happened in.

import Glibc

/// Why the laboratory gave up.
package enum LabError: Error, Hashable, CustomStringConvertible {
    /// A system call failed: what was tried, and its errno.
    case system(operation: String, code: Int32)
    /// A program failed or ran too long: its words, and what it printed.
    case command(words: [String], output: String)
    /// The laboratory cannot be built here; the text says what is missing.
    case missing(String)
    /// Something did not come about in time; the text says what, and what was there instead.
    case notReached(String)
    /// SIGINT, SIGTERM or SIGHUP came.
    case interrupted

    package var description: String {
        switch self {
        case .system(let operation, let code): "\(operation): \(String(cString: strerror(code)))"
        case .command(let words, let output): "\(words.joined(separator: " ")): \(output)"
        case .missing(let what): what
        case .notReached(let what): what
        case .interrupted: "interrupted"
        }
    }

    /// The error of the system call that has just failed.
    static func last(_ operation: String) -> LabError {
        .system(operation: operation, code: errno)
    }
}

/// Passes on the result of a system call, or throws when it is negative.
@discardableResult
package func check<Result: BinaryInteger>(_ result: Result, _ operation: @autoclosure () -> String) throws -> Result {
    guard result >= 0 else { throw LabError.last(operation()) }
    return result
}
