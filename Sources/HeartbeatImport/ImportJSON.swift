// An import for programs: one JSON object whose keys are always there, as schemas/hbctl-import-1.json says.

import HeartbeatModel

package struct ImportJSON {
    private let result: Import
    private let directory: String?

    /// - Parameter directory: where the files were written; `nil`: they stand in the JSON.
    package init(_ result: Import, writtenTo directory: String?) {
        self.result = result
        self.directory = directory
    }

    /// One line and its end.
    package var text: String {
        JSONValue.members([
            ("schema", .string("hbctl/import/1")), ("from", .string(result.source.rawValue)),
            ("exit", .number(result.isWhole ? 0 : 1)), ("nodes", .words(result.nodes.map(\.text))),
            ("output", .word(directory)), ("files", .array(result.files.map(file))),
            ("findings", .array(result.findings.map(Self.finding))), ("next", .words(result.next)),
        ]).text + "\n"
    }

    private func file(_ file: Import.File) -> JSONValue {
        .members([
            ("name", .string(file.name)), ("mode", .string(String(file.mode, radix: 8))),
            ("text", directory == nil ? .string(file.text) : .null),
        ])
    }

    private static func finding(_ finding: ImportFinding) -> JSONValue {
        .members([
            ("outcome", .string(finding.outcome.rawValue)), ("file", .string(finding.place.file)),
            ("line", .number(Int64(finding.place.line))), ("what", .string(finding.what)),
            ("why", .string(finding.why)),
            ("remedy", .word(finding.remedy)),
        ])
    }
}
