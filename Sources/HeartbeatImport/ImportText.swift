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
        FindingText.lines(result.findings, outcome: \.outcome, next: result.next) {
            "\($0.place): " + FindingText.sentence($0.what, $0.why, $0.remedy)
        }
    }
}
