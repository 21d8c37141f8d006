// CONTRIBUTING.md leads to places that exist: every file and directory that it names, and every type and function of a recipe.

import Foundation
import Testing

@Suite struct ContributingTests {
    private static func page() throws -> String { try DocumentTests.text("CONTRIBUTING.md") }

    /// What stands between backquotes.
    private static func quotes(_ text: String) -> [String] {
        text.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }

    @Test func `every path that is named exists`() throws {
        let page = try Self.page()
        let links = page.matches(of: try Regex(#"\]\(([^)#]+)"#)).compactMap { $0.output[1].substring.map(String.init) }
        let tops = ["Sources/", "Tests/", "docs/"]
        let quoted = Self.quotes(page).filter { word in tops.contains(where: word.hasPrefix) }
        #expect(quoted.count > 40)
        for path in Set(links + quoted) {
            let exists = FileManager.default.fileExists(atPath: TidyTests.root.appendingPathComponent(path).path)
            #expect(exists, "CONTRIBUTING.md names \(path)")
        }
    }

    /// The words of a row that look like Swift are found in the file that the row names.
    @Test func `what a recipe names in a Swift file is there`() throws {
        var seen = 0
        for line in try Self.page().components(separatedBy: "\n") where line.hasPrefix("| `") {
            let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 5, let path = Self.quotes(cells[1]).first, path.hasSuffix(".swift") else { continue }
            let source = try DocumentTests.text(path)
            // Directives, programs and files are words of other places.
            for word in Self.quotes(cells[2]) where !["udpport", "cl_status"].contains(word) && !word.contains("/") {
                seen += 1
                let name = word.split(separator: ".").last.map(String.init) ?? word
                #expect(source.contains(name), "CONTRIBUTING.md: \(path) has no \(word)")
            }
        }
        #expect(seen > 15)
    }

    @Test func `there are five recipes, and each names a file of the sources and a test`() throws {
        let recipes = try Self.page().components(separatedBy: "\n## Recipe: ").dropFirst()
        #expect(
            recipes.map { $0.components(separatedBy: "\n")[0] } == [
                "a medium", "a directive", "a probe", "an effect", "a command",
            ])
        for recipe in recipes {
            let named = Self.quotes(recipe)
            #expect(named.contains { $0.hasPrefix("Sources/") } && named.contains { $0.hasPrefix("Tests/") })
        }
    }
}
