// What the daemon answers, and its text form: lines that begin with what they are and an end that cannot be missed, so
// that half an answer is never taken for a whole one.

import HeartbeatModel

/// An answer for a command-line tool to print and exit with.
package struct ControlReply: Hashable, Sendable {
    /// The tool's exit code, one of `ControlExit`.
    package var exitCode: Int32
    /// Lines for standard output.
    package var lines: [String]
    /// Lines for standard error. One that begins with `ERROR:` gets date, node and tool put in front.
    package var errors: [String]

    package init(exitCode: Int32 = ControlExit.success, lines: [String] = [], errors: [String] = []) {
        self.exitCode = exitCode
        self.lines = lines
        self.errors = errors
    }
}

/// Exit codes of the tools, as the original has them.
package enum ControlExit {
    package static let success: Int32 = 0
    /// The answer is "no": stopped, dead, down, unset.
    package static let failure: Int32 = 1
    /// A parameter is missing or names nothing.
    package static let badParameter: Int32 = 11
    /// The daemon did not answer in time.
    package static let timeout: Int32 = 12
    /// Anything else.
    package static let unknown: Int32 = 13
}

extension ControlReply {
    /// `exit N`, then `out TEXT` and `err TEXT` lines, then `end`; every line ends in a newline.
    package var text: String {
        let out = lines.map { "out \(WordText.encodeText($0))" }
        let err = errors.map { "err \(WordText.encodeText($0))" }
        return (["exit \(exitCode)"] + out + err + ["end"]).textOfLines
    }

    /// Reads a whole answer; `nil` for anything else, also for one that was cut.
    package init?(text: String) {
        var rest = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard rest.popLast() == "", rest.popLast() == "end", let first = rest.popFirst(), first.hasPrefix("exit "),
            let exitCode = Int32(first.dropFirst(5))
        else { return nil }
        self.init(exitCode: exitCode)
        for line in rest {
            guard let content = WordText.decodeText(line.dropFirst(4)) else { return nil }
            switch line.prefix(4) {
            case "out ": lines.append(content)
            case "err ": errors.append(content)
            default: return nil
            }
        }
    }
}
