// docs/failure-modes.md is true: the tests it names exist, the words it quotes are in the sources, and no cell is empty.

import Foundation
import Testing

@Suite struct FailureModesTests {
    struct Row: CustomStringConvertible, Sendable {
        var number: Int
        var cells: [String]
        var description: String { "docs/failure-modes.md:\(number)" }

        /// What stands between backquotes in a cell.
        func quotes(_ cell: Int) -> [String] {
            cells[cell].components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        }
    }

    static let rows: [Row] = {
        let path = TidyTests.root.appendingPathComponent("docs/failure-modes.md")
        guard let text = try? String(contentsOf: path, encoding: .utf8) else { return [] }
        return text.components(separatedBy: "\n").enumerated().compactMap { index, line in
            guard line.hasPrefix("| "), !line.hasPrefix("| what goes wrong |") else { return nil }
            let cells = line.components(separatedBy: "|").dropFirst().dropLast()
            return Row(number: index + 1, cells: cells.map { $0.trimmingCharacters(in: .whitespaces) })
        }
    }()

    /// All Swift files of a directory in one text, each run of blanks made one.
    private static func text(of directory: String) -> String {
        let top = TidyTests.root.appendingPathComponent(directory)
        let files = FileManager.default.enumerator(at: top, includingPropertiesForKeys: nil)
        var text = ""
        for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
            text += (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test func everyRowIsComplete() {
        #expect(Self.rows.count > 40)
        for row in Self.rows {
            #expect(row.cells.count == 5 && row.cells.allSatisfy { !$0.isEmpty }, "\(row)")
            if row.cells.count == 5 { #expect(!row.quotes(4).isEmpty, "\(row) names no test") }
        }
    }

    @Test func everyTestNamedExists() {
        let tests = Self.text(of: "Tests")
        for row in Self.rows where row.cells.count == 5 {
            for name in row.quotes(4) {
                let forms = ["func `\(name)`(", "func \(name)(", "@Test(\"\(name)\"", "@Test( \"\(name)\""]
                #expect(forms.contains(where: tests.contains), "\(row): no test is named \(name)")
            }
        }
    }

    @Test func everyWordQuotedIsInTheSources() {
        let sources = Self.text(of: "Sources")
        for row in Self.rows where row.cells.count == 5 {
            for words in row.quotes(2) {
                let found = sources.contains(words.trimmingCharacters(in: .whitespaces))
                #expect(found, "\(row): no source says \(words)")
            }
        }
    }
}
