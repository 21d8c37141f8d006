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
        Self.object([
            ("schema", .string("hbctl/import/1")), ("from", .string(result.source.rawValue)),
            ("exit", .number(result.isWhole ? 0 : 1)), ("nodes", .array(result.nodes.map { .string($0.text) })),
            ("output", Self.string(directory)), ("files", .array(result.files.map(file))),
            ("findings", .array(result.findings.map(Self.finding))), ("next", .array(result.next.map { .string($0) })),
        ]).text + "\n"
    }

    private func file(_ file: Import.File) -> JSONValue {
        Self.object([
            ("name", .string(file.name)), ("mode", .string(String(file.mode, radix: 8))),
            ("text", directory == nil ? .string(file.text) : .null),
        ])
    }

    private static func finding(_ finding: ImportFinding) -> JSONValue {
        object([
            ("outcome", .string(finding.outcome.rawValue)), ("file", .string(finding.place.file)),
            ("line", .number(Int64(finding.place.line))), ("what", .string(finding.what)),
            ("why", .string(finding.why)),
            ("remedy", string(finding.remedy)),
        ])
    }

    private static func string(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(members.map { JSONValue.Member($0.0, $0.1) })
    }
}
