// Every problem is in docs/problems.md, bears the name of the log's event where there is one, is shown by a situation, and its remedies
// name only programs that there are.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatStatus

@Suite struct ProblemCodeTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    @Test func `every code has what the page says of it, once`() {
        #expect(ProblemCode.entries.count == ProblemCode.allCases.count)
        for code in ProblemCode.allCases {
            #expect(ProblemCode.entries[code] != nil, "\(code)")
            #expect(code.rawValue.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil)
        }
    }

    /// HEARTBEAT_REWRITE_GOLDEN=1 writes the tables of the page anew.
    @Test func `docs problems has the tables that the codes make`() throws {
        let page = try Self.text("docs/problems.md")
        let mark = "<!-- the tables are made of the codes: swift test --filter ProblemCodeTests -->\n\n"
        let head = try #require(page.components(separatedBy: mark).first) + mark
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
            let url = Self.root.appendingPathComponent("docs/problems.md")
            try Data((head + ProblemCode.page).utf8).write(to: url)
        } else {
            #expect(page == head + ProblemCode.page)
        }
    }

    @Test func `a code that is an event of the log is in the list of events, and no other is`() throws {
        let events = try Self.text("docs/log-events.md").split(separator: "\n").compactMap { line in
            line.prefixMatch(of: /\| `([a-z-]+)`/).map { String($0.output.1) }
        }
        for code in ProblemCode.allCases {
            #expect(events.contains(code.rawValue) == code.entry.isEvent, "\(code.rawValue)")
        }
    }

    @Test func `every code is shown by a situation`() throws {
        let shown = Set(try Situation.all.flatMap { try $0.status.problems.map(\.code) })
        #expect(Set(ProblemCode.allCases).subtracting(shown) == [])
    }

    @Test(arguments: Situation.all) func `remedies name programs that there are`(situation: Situation) throws {
        let programs = try Self.text("docs/programs.md")
        let others: Set = ["journalctl", "systemctl"]
        for word in try situation.status.problems.flatMap(\.remedy).joined(separator: " ").split(separator: " ") {
            let name = word.trimmingCharacters(in: .punctuationCharacters)
            guard name.hasPrefix("hb") || name.contains("_") || name.hasSuffix("ctl") else { continue }
            let isArgument = name.contains("=")
            #expect(isArgument || others.contains(name) || programs.contains("\n\(name) "), "\(name)")
        }
    }

    @Test(arguments: Situation.all) func `a sentence has no full stop, and what is to be done is said`(
        situation: Situation
    ) throws {
        for problem in try situation.status.problems {
            #expect(!problem.sentence.hasSuffix(".") && !problem.sentence.isEmpty)
            #expect(problem.sentence.count <= 200, "\(problem.sentence)")
            if problem.severity == .critical, problem.healed == nil { #expect(!problem.remedy.isEmpty, "\(problem)") }
        }
    }
}
