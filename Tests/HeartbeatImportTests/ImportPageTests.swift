// docs/import.md has every word of keepalived that is known here, and the words that are read by name are in its table.

import Foundation
import Testing

@testable import HeartbeatImport

@Suite struct ImportPageTests {
    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/import.md")
    private static let mark =
        "<!-- the table is made of the words: swift test --filter ImportPageTests -->\n\n"

    /// HEARTBEAT_REWRITE_GOLDEN=1 writes the table of the page anew.
    @Test func `the page has the table that the words make`() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let head = try #require(page.components(separatedBy: Self.mark).first) + Self.mark
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
            try Data((head + KeepalivedWord.table).utf8).write(to: Self.page)
        } else {
            #expect(page == head + KeepalivedWord.table)
        }
    }

    @Test func `no word stands in two rows`() {
        let names = KeepalivedWord.names
        #expect(Set(names).count == names.count)
        for name in names where !name.hasSuffix("*") {
            #expect(
                KeepalivedWord.row(of: name)?.words.split(separator: " ").contains { $0 == name } == true, "\(name)")
        }
    }
}
