// The history as it is told, word for word, at 60, 80 and 120 columns, as JSON and as a picture. After a wanted change:
//
//     HEARTBEAT_REWRITE_GOLDEN=1 swift test --filter GoldenHistoryTests    and read the difference.

import Foundation
import HeartbeatModel
import HeartbeatStatus
import Testing

@Suite struct GoldenHistoryTests {
    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("golden-history")

    static let lines = ((try? text("history.txt")) ?? "").split(separator: "\n").map(String.init)
    static let entries = lines.compactMap { HistoryEntry($0) }

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
    }

    private static func expect(_ text: String, _ name: String) throws {
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: directory.appendingPathComponent(name))
        } else {
            #expect(try text == Self.text(name), "\(name)")
        }
    }

    private static func report(
        _ choice: HistoryReport.Choice = .all, most: Int = 20, notes: [String] = []
    ) -> HistoryReport {
        var report = HistoryReport(entries, choice, most: most, asked: Situation.asked)
        report.notes = notes
        return report
    }

    private static func joined(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    @Test func `the sample has something of everything`() {
        #expect(Self.entries.count == Self.lines.count && Self.entries.count >= 6)
        #expect(Set(Self.entries.map(\.timeline.outcome)) == Set(GroupTimeline.Outcome.allCases))
        #expect(Self.entries.contains { $0.chain != $0.number })
    }

    @Test(arguments: [40, 60, 80, 120]) func `a history is told as its files say`(width: Int) throws {
        let note =
            "Cannot open /var/lib/heartbeat/history.1: Permission denied; run as root, and look at the modes of the directories on the way"
        let text = HistoryText(Self.report(most: 5, notes: [note]), width: width, time: Situation.time)
        try Self.expect(Self.joined(text.lines), "\(width)")
        for line in text.lines where width < 60 || line.hasPrefix("!") {
            #expect(line.count <= width || line.split(separator: " ").contains { $0.count > width - 16 }, "\(line)")
        }
    }

    @Test func `each movement is told with all that is known of it`() throws {
        let texts = Self.entries.map { entry in
            Self.joined(
                HistoryText(Self.report(), width: 80, time: Situation.time).lines(of: entry, among: Self.entries))
        }
        try Self.expect(texts.joined(separator: "\n"), "details")
    }

    @Test func `programs are told as the file says`() throws {
        try Self.expect(HistoryJSON(Self.report(most: 6), time: Situation.time).text, "json")
    }

    @Test func `movements of one cause are one picture`() throws {
        let chain = try #require(Self.entries.first { $0.chain != $0.number }).chain
        let picture = HistoryPicture(Self.entries.filter { $0.chain == chain }, time: Situation.time).svg
        try Self.expect(picture, "svg")
        #expect(!picture.contains("& ") && picture.hasSuffix("</svg>\n"))
        #expect(HistoryPicture([]).svg.hasSuffix("</svg>\n"), "a picture of nothing is one, too")
    }

    /// The parts of the time are all of it.
    @Test func `the budget is the whole time, and until neighbours knew`() {
        for entry in Self.entries {
            let sum = entry.budget.filter { $0.name != "confirm" }.reduce(Duration.zero) { $0 + $1.duration }
            #expect(sum == entry.took, "\(entry.number)")
        }
    }

    @Test func `what is asked for is told`() throws {
        #expect(HistoryReport.Choice(nil, among: []) == .all && HistoryReport.Choice("412", among: []) == .number(412))
        #expect(HistoryReport.Choice("web", among: []) == .group("web"))
        let first = try #require(Self.entries.first)
        var called = first
        called.timeline = GroupTimeline(
            group: "412", origin: .decision, zero: .zero, marks: [:], steps: [], outcome: .running, end: .zero)
        #expect(HistoryReport.Choice("412", among: [called]) == .group("412"), "a group that is called so")
        let own = Self.report(.group(first.timeline.group))
        #expect(own.movements.allSatisfy { $0.timeline.group == first.timeline.group } && !own.movements.isEmpty)
        #expect(Self.report(.number(first.number)).movements == [first])
        let last = Self.report(most: 2)
        #expect(last.movements == Array(Self.entries.suffix(2)) && last.leftOut == Self.entries.count - 2)
        #expect(HistoryText(HistoryReport([], .all, most: 5, asked: 0), width: 80).lines.count == 1)
    }
}
