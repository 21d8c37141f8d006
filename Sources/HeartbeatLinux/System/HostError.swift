// A call to the operating system that failed, with everything an operator needs to read in one line.

import Glibc

/// What was tried, on what, and why the system refused.
public struct HostError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The verb of the sentence: `open`, `write`, `lock`.
    public var operation: String
    /// Path or name of what it was tried on.
    public var object: String
    /// The value of errno.
    public var code: Int32

    public init(_ operation: String, _ object: String, code: Int32 = errno) {
        self.operation = operation
        self.object = object
        self.code = code
    }

    public var description: String {
        "Cannot \(operation) \(object): \(HostError.text(of: code))"
    }

    /// The system's words for an errno value, in the C locale.
    public static func text(of code: Int32) -> String {
        String(cString: strerror(code))
    }
}
