// Every finding is in docs/check.md and in the schema, some test provokes it, and what helps against it names only programs that there
// are.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatStatus

@Suite struct FindingCodeTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    @Test func `every code has what the page says of it, once`() {
        #expect(FindingCode.entries.count == FindingCode.allCases.count)
        for code in FindingCode.allCases {
            #expect(FindingCode.entries[code] != nil, "\(code)")
            #expect(code.rawValue.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil)
        }
    }

    /// HEARTBEAT_REWRITE_GOLDEN=1 writes the tables of the page anew.
    @Test func `docs check has the tables that the codes make`() throws {
        let page = try Self.text("docs/check.md")
        let mark = "<!-- the tables are made of the codes: swift test --filter FindingCodeTests -->\n\n"
        let head = try #require(page.components(separatedBy: mark).first) + mark
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
            try Data((head + FindingCode.page).utf8).write(to: Self.root.appendingPathComponent("docs/check.md"))
        } else {
            #expect(page == head + FindingCode.page)
        }
    }

    /// Those of the files are provoked where they are made, by FileFindingsTests.
    @Test func `every other code is provoked by a machine or by a situation`() throws {
        let machines = Set(IllMachine.all.map(\.code))
        let situations = Set(try Situation.all.flatMap { Agreement(try $0.status).findings.map(\.code) })
        let live = Set(LiveCheckTests.provoked.flatMap(\.findings).map(\.code))
        let ofFiles: Set<FindingCode> = [
            .configuration, .fileMissing, .fileUnreadable, .keysExposed, .packageLeftovers, .interfaceMissing,
            .deviceMissing, .addressMisplaced, .addressHeld, .addressAnswered, .scriptMissing, .scriptBroken,
            .scriptNotTrusted, .programMissing, .leaseUnavailable,
        ]
        #expect(Set(FindingCode.allCases).subtracting(machines).subtracting(situations).subtracting(live) == ofFiles)
    }

    @Test func `remedies name programs that there are`() throws {
        let programs = try Self.text("docs/programs.md")
        let remedies =
            IllMachine.all.flatMap { $0.findings.flatMap(\.remedy) } + FindingCode.allCases.map(\.entry.advice)
        for word in remedies.joined(separator: " ").split(separator: " ") {
            let name = word.trimmingCharacters(in: .punctuationCharacters)
            guard name.hasPrefix("hb") || name.hasPrefix("cl_") else { continue }
            #expect(programs.contains("\n\(name) "), "\(name)")
        }
    }

    @Test func `a sentence has no full stop, and something above a note has a remedy in it or beside it`() {
        for machine in IllMachine.all {
            for finding in machine.findings {
                #expect(!finding.sentence.isEmpty && !finding.sentence.hasSuffix("."), "\(finding)")
                #expect(
                    finding.severity == .note || !finding.remedy.isEmpty || finding.sentence.contains("; "),
                    "\(finding)")
            }
        }
    }
}
