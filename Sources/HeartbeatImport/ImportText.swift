// What became of another program's configuration, for a person: findings under three headings, and what is left to do.

package struct ImportText {
    private let result: Import

    package init(_ result: Import) { self.result = result }

    package var files: String { FindingText.files(result.files.map { ($0.name, $0.text) }) }

    /// One line each.
    package var lines: [String] {
        FindingText.lines(result.findings, outcome: \.outcome, next: result.next) {
            "\($0.place): " + FindingText.sentence($0.what, $0.why, $0.remedy)
        }
    }
}
