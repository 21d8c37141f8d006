// The cases below corpus/: a directory holds the files, the words behind `hbctl import` in `call`, and what came of it in `expected`.

import Foundation
import HeartbeatConfig
import HeartbeatModel
import Testing

@testable import HeartbeatImport

struct ImportCase: CustomTestStringConvertible, Sendable {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("corpus")
    static let secret = "0123456789abcdef0123456789abcdef01234567"

    let name: String
    var testDescription: String { name }

    static let all: [ImportCase] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.sorted().map { ImportCase(name: $0) }
    }()

    init(name: String) { self.name = name }

    private func url(_ path: String) -> URL { Self.directory.appendingPathComponent("\(name)/\(path)") }

    var expected: URL { url("expected") }

    func source(_ path: String) throws -> SourceFile {
        SourceFile(path: path, bytes: Array(try Data(contentsOf: url(path))))
    }

    /// The source, the paths of files, and the nodes.
    func call() throws -> (source: ImportSource, files: [String], nodes: [ImportNode]) {
        var words = try String(contentsOf: url("call"), encoding: .utf8).split(whereSeparator: \.isWhitespace)[...]
        let source = try #require(ImportSource(rawValue: String(words.popFirst() ?? "")))
        var (files, nodes): ([String], [ImportNode]) = ([], [])
        while let word = words.popFirst() {
            if word == "--node" {
                nodes.append(try #require(ImportNode(String(words.popFirst() ?? ""))))
            } else {
                files.append(String(word))
            }
        }
        return (source, files, nodes)
    }

    /// Files that an `include` names: `DIRECTORY/*.conf`, or one path.
    func included(_ pattern: String) -> [SourceFile] {
        guard pattern.hasSuffix("/*.conf") else { return (try? source(pattern)).map { [$0] } ?? [] }
        let directory = String(pattern.dropLast("/*.conf".count))
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url(directory).path)) ?? []
        return names.filter { $0.hasSuffix(".conf") }.sorted().compactMap { try? source("\(directory)/\($0)") }
    }

    /// Made of the files as they are, or as `change` makes them.
    func run(_ change: ([UInt8]) -> [UInt8] = { $0 }) throws -> Result<Import, ImportMistake> {
        let (source, paths, nodes) = try call()
        let files = try paths.map { path in
            SourceFile(path: path, bytes: change(Array(try Data(contentsOf: url(path)))))
        }
        return Self.make(source, files, nodes) { pattern, _ in included(pattern) }
    }

    static func make(
        _ source: ImportSource, _ files: [SourceFile], _ nodes: [ImportNode], _ included: IncludedFiles? = nil
    ) -> Result<Import, ImportMistake> {
        do throws(ImportMistake) {
            return .success(
                try Import.make(from: source, files, nodes: nodes, secret: secret, included: included))
        } catch {
            return .failure(error)
        }
    }

    /// What a person sees.
    static func text(_ result: Result<Import, ImportMistake>) -> String {
        switch result {
        case .success(let made):
            let text = ImportText(made)
            return text.files + text.lines.map { $0 + "\n" }.joined() + "exit \(made.isWhole ? 0 : 1)\n"
        case .failure(let mistake):
            return "\(mistake.text); \(mistake.remedy)\nexit \(mistake.kind == .file ? 2 : 64)\n"
        }
    }

    /// What heartbeat's own readers say of the files of each node.
    static func diagnostics(of made: Import) -> [Diagnostic] {
        made.nodes.flatMap { node -> [Diagnostic] in
            func file(_ names: String...) -> SourceFile {
                let file = made.files.first { names.contains($0.name) }
                return SourceFile(path: file?.name ?? names[0], text: file?.text ?? "")
            }
            return readConfiguration(
                ConfigurationInput(
                    haCf: file("ha.cf", "ha.cf.\(node)"), haresources: file("haresources"), authkeys: file("authkeys"),
                    authkeysMode: made.files.first { $0.name == "authkeys" }?.mode ?? 0o777, localNode: node)
            ).diagnostics
        }
    }
}
