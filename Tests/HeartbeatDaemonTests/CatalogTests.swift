// The journal's catalog says of every event of the log what docs/log-events.md and docs/problems.md say of it. After a wanted change:
//
//     HEARTBEAT_REWRITE_GOLDEN=1 swift test --filter CatalogTests    and read the difference.

import Foundation
import HeartbeatCore
import Testing

@Suite struct CatalogTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let file = root.appendingPathComponent("systemd/swift-heartbeat.catalog")

    /// Severity and sentence of the problems that are events, by their codes.
    private static func problems() throws -> [String: (severity: String, sentence: String)] {
        let page = try String(contentsOf: root.appendingPathComponent("docs/problems.md"), encoding: .utf8)
        var result: [String: (String, String)] = [:]
        for line in page.split(separator: "\n") where line.hasPrefix("| `") && !line.contains("` * |") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4 else { continue }
            result[cells[0].trimmingCharacters(in: ["`"])] = (cells[1], cells[2])
        }
        return result
    }

    /// Lines of at most 78 characters, where words are no longer.
    private static func wrapped(_ text: String) -> String {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= 78 {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func entry(_ row: LogEventTests.Row, _ problem: (severity: String, sentence: String)?) -> String {
        let text = row.pieces.joined(separator: "…").replacingOccurrences(of: "`", with: "")
        let advice = row.advice.replacing(/\[([^\]]*)\]\([^)]*\)/) { "\($0.output.1)" }
        var parts = ["The log of @HA_NODE@ says at level \(row.level): \(text)"]
        if let problem { parts.append("hbctl status (\(problem.severity)): \(problem.sentence).") }
        parts.append("What to do: \(advice).")
        return """
            -- \(Fact.messageID(of: row.event))
            Subject: heartbeat: \(row.event)
            Defined-By: swift-heartbeat
            Documentation: file:///usr/share/doc/swift-heartbeat/docs/log-events.md

            \(parts.map(wrapped).joined(separator: "\n\n"))


            """
    }

    private static func catalog() throws -> String {
        let problems = try problems()
        return "# Made of docs/log-events.md and docs/problems.md: swift test --filter CatalogTests\n\n"
            + LogEventTests.rows.map { entry($0, problems[$0.event]) }.joined()
    }

    @Test func `the catalog has what the pages say of each event`() throws {
        let catalog = try Self.catalog()
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
            try Data(catalog.utf8).write(to: Self.file)
        } else {
            #expect(try String(contentsOf: Self.file, encoding: .utf8) == catalog)
        }
    }

    @Test func `every event has one entry, and problems that are events say so`() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        let ids = text.matches(of: /(?m)^-- ([0-9a-f]{32})$/).map { String($0.output.1) }
        let events = LogEventTests.rows.map(\.event)
        #expect(ids == events.map { Fact.messageID(of: $0) } && Set(ids).count == ids.count && ids.count > 150)
        #expect(try Self.problems().keys.allSatisfy(events.contains))
        #expect(try Self.problems()["link-dead"]?.severity == "degraded")
    }
}
