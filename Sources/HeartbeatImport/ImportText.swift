// What became of another program's configuration, for a person: findings under three headings, and what is left to do.

package struct ImportText {
    private let result: Import

    package init(_ result: Import) { self.result = result }

    /// The files, each below a line with its name.
    package var files: String {
        result.files.map { "==== \($0.name)\n\($0.text)" }.joined()
    }

    /// One line each.
    package var lines: [String] {
        var lines: [String] = []
        for (outcome, title) in [(ImportFinding.Outcome.kept, "carried over"), (.changed, "changed"), (.lost, "lost")] {
            let findings = result.findings.filter { $0.outcome == outcome }
            guard !findings.isEmpty else { continue }
            lines += ["\(title): \(findings.count)"] + findings.map(Self.line) + [""]
        }
        return lines + ["next:"] + result.next.enumerated().map { "  \($0.offset + 1). \($0.element)" }
    }

    private static func line(_ finding: ImportFinding) -> String {
        "  \(finding.place): \(finding.what): \(finding.why)" + (finding.remedy.map { "; \($0)" } ?? "")
    }
}
