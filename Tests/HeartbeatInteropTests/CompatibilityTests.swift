// docs/compatibility.md is complete: every directive has its row, every declared difference is named in one, and nothing is
// named that does not exist. Other parts of the page may follow with tables of their own.

import Foundation
import HeartbeatConfig
import Testing

@testable import HeartbeatInterop

@Suite struct CompatibilityTests {
    struct Row: CustomStringConvertible, Sendable {
        var number: Int
        var part: String
        var cells: [String]
        var description: String { "docs/compatibility.md:\(number)" }

        /// What stands between backquotes in a cell.
        func quotes(_ cell: Int) -> [String] {
            cells[cell].components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        }
    }

    /// The tables below `## Configuration`.
    static func rows() throws -> [Row] {
        let page = CaseCollection.directory + "/../../docs/compatibility.md"
        let text = try String(contentsOfFile: page, encoding: .utf8)
        var part = ""
        var isConfiguration = false
        return text.components(separatedBy: "\n").enumerated().compactMap { index, line in
            if line.hasPrefix("## ") { isConfiguration = line == "## Configuration" }
            if line.hasPrefix("### ") { part = String(line.dropFirst(4)) }
            guard isConfiguration, line.hasPrefix("| "), !line.hasSuffix("| here | how | cases |") else { return nil }
            let cells = line.components(separatedBy: "|").dropFirst().dropLast()
            return Row(number: index + 1, part: part, cells: cells.map { $0.trimmingCharacters(in: .whitespaces) })
        }
    }

    @Test func `every row says same, better or absent, and the last two say how`() throws {
        let rows = try Self.rows()
        #expect(rows.count > 80)
        for row in rows {
            #expect(row.cells.count == 4, "\(row)")
            guard row.cells.count == 4 else { continue }
            #expect(["same", "better", "absent"].contains(row.cells[1]), "\(row)")
            #expect(!row.cells[0].isEmpty && (row.cells[1] == "same" || !row.cells[2].isEmpty), "\(row)")
            #expect(row.cells[3] == "–" || !row.quotes(3).isEmpty, "\(row)")
        }
    }

    @Test func `every directive has one row, and no other word has one`() throws {
        let named = try Self.rows().filter { $0.part == "Directives of ha.cf" }.flatMap { $0.quotes(0) }
        let known = Set(try CaseCollection.directives()).union(directiveDefaults().map(\.name))
        for directive in known.sorted() {
            #expect(named.count { $0 == directive } == 1, "\(directive) has \(named.count { $0 == directive }) rows")
        }
        #expect(Set(named).isSubset(of: known), "\(Set(named).subtracting(known))")
    }

    @Test func `every directive of the original is known here by name`() throws {
        for directive in try CaseCollection.directives() {
            var given = ConfigurationCase(name: directive, original: .starts, own: .starts)
            given.files = [.init(name: "ha.cf", text: Array("\(directive) \u{1}\n".utf8))]
            let messages = try given.read().diagnostics.map(\.message)
            #expect(!messages.contains { $0.contains("is not a directive") }, "\(directive): \(messages)")
        }
    }

    @Test func `every declared difference is in a row, and every case that is named declares one`() throws {
        let named = try Self.rows().flatMap { $0.quotes(3) }
        let differing = try CaseCollection.all().filter { $0.reason != nil || !$0.differences.isEmpty }.map(\.name)
        #expect(Set(differing).subtracting(named).sorted() == [])
        #expect(Set(named).subtracting(differing).sorted() == [])
        #expect(named.count == Set(named).count)
    }
}
