// Whole files and what comes of them, as text to read and to compare: golden/<case>/ holds the files of nodea (a missing
// one is that of `Files`) and `expected`, the diagnostics and the configuration printed again. After a wanted change:
//
//     HEARTBEAT_REWRITE_GOLDEN=1 swift test --filter GoldenTests    and read the difference.

import Foundation
import HeartbeatConfig
import HeartbeatModel
import Testing

struct GoldenCase: CustomTestStringConvertible {
    let name: String
    let directory: URL

    var testDescription: String { name }

    static func all() throws -> [GoldenCase] {
        let root = try #require(Bundle.module.url(forResource: "golden", withExtension: nil))
        return try FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)
            .map { GoldenCase(name: $0.lastPathComponent, directory: $0) }
            .sorted { $0.name < $1.name }
    }

    /// The case in the source tree: the bundle holds a copy.
    var sourceDirectory: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("golden/\(name)")
    }

    func bytes(_ file: String, or standard: String) throws -> [UInt8] {
        let url = directory.appendingPathComponent(file)
        guard FileManager.default.fileExists(atPath: url.path) else { return Array(standard.utf8) }
        return Array(try Data(contentsOf: url))
    }

    func read() throws -> ConfigurationResult {
        let standard = Files()
        return readConfiguration(
            ConfigurationInput(
                haCf: SourceFile(path: "ha.cf", bytes: try bytes("ha.cf", or: standard.haCf)),
                haresources: SourceFile(path: "haresources", bytes: try bytes("haresources", or: standard.haresources)),
                authkeys: SourceFile(path: "authkeys", bytes: try bytes("authkeys", or: standard.authkeys)),
                authkeysMode: 0o600, localNode: NodeName("nodea"), host: .laboratory))
    }
}

extension ConfigurationResult {
    /// Diagnostics, then the three files as understood.
    var summary: String {
        var text = diagnostics.map { "\($0)\n" }.joined()
        guard let configuration else { return text }
        let printer = ConfigurationPrinter(configuration)
        text += "---- ha.cf\n\(printer.haCf)---- haresources\n\(printer.haresources)---- authkeys\n"
        return text + String(decoding: printer.authkeys(showingSecrets: true), as: UTF8.self)
    }
}

@Suite("Golden files")
struct GoldenTests {
    @Test("A case gives what its file expects", arguments: try GoldenCase.all())
    func golden(_ golden: GoldenCase) throws {
        let summary = try golden.read().summary
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
            try Data(summary.utf8).write(to: golden.sourceDirectory.appendingPathComponent("expected"))
            return
        }
        let expected = String(decoding: try golden.bytes("expected", or: ""), as: UTF8.self)
        #expect(summary == expected)
    }

    @Test("What a case prints is read again as the same configuration", arguments: try GoldenCase.all())
    func roundTrip(_ golden: GoldenCase) throws {
        guard let configuration = try golden.read().configuration else { return }
        #expect(configuration.printedAndRead.configuration?.withoutLines == configuration.withoutLines)
    }
}

extension Configuration {
    /// This configuration printed, and the text read on a machine of which nothing is known.
    var printedAndRead: ConfigurationResult {
        let printer = ConfigurationPrinter(self)
        return readConfiguration(
            ConfigurationInput(
                haCf: SourceFile(path: "ha.cf", text: printer.haCf),
                haresources: SourceFile(path: "haresources", text: printer.haresources),
                authkeys: SourceFile(path: "authkeys", bytes: printer.authkeys(showingSecrets: true)),
                authkeysMode: 0o600, localNode: nodes.first ?? NodeName("")))
    }
}
