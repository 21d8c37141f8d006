// An export for programs: one JSON object whose keys are always there, as schemas/hbctl-export-1.json says.

import HeartbeatModel

package struct ExportJSON {
    private let result: PacemakerExport
    private let directory: String?

    /// - Parameter directory: where the files were written; `nil`: they stand in the JSON.
    package init(_ result: PacemakerExport, writtenTo directory: String?) {
        self.result = result
        self.directory = directory
    }

    /// One line and its end.
    package var text: String {
        JSONValue.members([
            ("schema", .string("hbctl/export/1")), ("to", .string("pacemaker")),
            ("exit", .number(result.isWhole ? 0 : 1)), ("output", .word(directory)),
            ("files", .array(result.files.map(file))), ("findings", .array(result.findings.map(Self.finding))),
            ("next", .words(PacemakerExport.steps)),
        ]).text + "\n"
    }

    private func file(_ file: (name: String, text: String)) -> JSONValue {
        .members([("name", .string(file.name)), ("text", directory == nil ? .string(file.text) : .null)])
    }

    private static func finding(_ finding: PacemakerExport.Finding) -> JSONValue {
        .members([
            ("outcome", .string(finding.outcome.rawValue)), ("what", .string(finding.what)),
            ("why", .string(finding.why)),
            ("remedy", .word(finding.remedy)),
        ])
    }
}
