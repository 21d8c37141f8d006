// What was made, and what became of words, for a person: files, findings under three headings, and what is left to do. Whose words they were
// it does not know.

import HeartbeatModel

enum FindingText {
    /// Each below a line with its name, and a line behind the last one.
    static func files(_ files: [(name: String, text: String)]) -> String {
        files.map { "==== \($0.name)\n\($0.text)" }.joined() + "====\n"
    }

    /// One line each; `line` of a finding says it without its outcome.
    static func lines<Finding>(
        _ findings: [Finding], outcome: (Finding) -> ImportFinding.Outcome, next: [String], line: (Finding) -> String
    ) -> [String] {
        var lines: [String] = []
        for (wanted, title) in [(ImportFinding.Outcome.kept, "carried over"), (.changed, "changed"), (.lost, "lost")] {
            let some = findings.filter { outcome($0) == wanted }
            guard !some.isEmpty else { continue }
            lines += ["\(title): \(some.count)"] + some.map { "  \(line($0))" } + [""]
        }
        return lines + ["next:"] + next.enumerated().map { "  \($0.offset + 1). \($0.element)" }
    }

    static func sentence(_ what: String, _ why: String, _ remedy: String?) -> String {
        "\(what): \(why)" + (remedy.map { "; \($0)" } ?? "")
    }
}
