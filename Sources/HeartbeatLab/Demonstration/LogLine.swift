// Reads one line of a node's log into what a person wants to see of it. It only cuts; it never decides what a line means.

/// A line of a node's log.
package struct LogLine: Hashable, Sendable {
    /// `info`, `WARN`, `ERROR`, …
    package var level: String
    package var text: String

    package init(level: String, text: String) {
        self.level = level
        self.text = text
    }

    /// Levels of a line in either of the original's formats, worst last.
    private static let levels = ["debug", "info", "notice", "WARN", "ERROR", "CRIT", "ALERT", "EMERG"]

    /// Reads `Nov 20 23:46:59 node heartbeat: [34]: info: text` and `heartbeat[34]: 2026/11/20_23:46:59 info: text`;
    /// `nil` for lines of other shapes.
    package init?(_ line: some StringProtocol) {
        var rest = Substring(line)
        while let space = rest.firstIndex(of: " ") {
            rest = rest[rest.index(after: space)...]
            for level in Self.levels where rest.hasPrefix(level + ": ") {
                self.init(level: level, text: String(rest.dropFirst(level.utf8.count + 2)))
                return
            }
        }
        return nil
    }

    /// Worse than a notice.
    package var isAlarming: Bool {
        ["WARN", "ERROR", "CRIT", "ALERT", "EMERG"].contains(level)
    }
}
