// The live screen, word for word at four sizes, and what holds of it at every size and in every situation. After a wanted change:
//
//     HEARTBEAT_REWRITE_GOLDEN=1 swift test --filter WatchScreenTests    and read the difference.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatStatus

@Suite struct WatchScreenTests {
    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("golden-watch")

    private static let forecast = [
        "if gw-a dies  everything on gw-b in 1.1 s", "if gw-b dies  nothing moves",
        "if all media are cut  both nodes own everything",
    ]

    private static func events(_ count: Int = 30) -> [WatchLog.Event] {
        (0..<count).map { number in
            .init(at: Situation.asked - UInt64((count - number) * 61_000), text: "event \(number) of the test")
        }
    }

    private static func screen(
        _ name: String, columns: Int, rows: Int, page: WatchScreen.Page = .overview, isFrozen: Bool = false,
        movement: [String] = [String(repeating: "long ", count: 60)]
    ) throws -> [String] {
        WatchScreen(
            try Situation(name: name).status, size: .init(columns: columns, rows: rows), page: page,
            isFrozen: isFrozen, forecast: forecast, movement: movement, events: events(), time: Situation.time
        ).lines
    }

    @Test(arguments: ["one-way", "twenty-groups-two-bad", "down-killed"], [(80, 24), (40, 12), (120, 40), (20, 5)])
    func `a live screen is as its files say`(name: String, size: (columns: Int, rows: Int)) throws {
        let lines = try Self.screen(name, columns: size.columns, rows: size.rows)
        let text = lines.map { $0 + "\n" }.joined()
        let file = Self.directory.appendingPathComponent("\(name)-\(size.columns)x\(size.rows)")
        if ProcessInfo.processInfo.environment["HEARTBEAT_REWRITE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(at: Self.directory, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        } else {
            #expect(try text == String(contentsOf: file, encoding: .utf8), "\(file.lastPathComponent)")
        }
    }

    // MARK: - At every size

    private static let sizes = [
        (1, 1), (3, 2), (20, 5), (20, 24), (40, 12), (59, 30), (60, 20), (79, 23), (80, 24), (100, 25), (120, 40),
        (200, 60),
    ]

    @Test(arguments: Situation.all) func `a screen has its rows, and no row is too long`(situation: Situation) throws {
        let pages: [WatchScreen.Page] = [.overview, .events, .help, .movement]
        for (columns, rows) in Self.sizes {
            for page in pages {
                let lines = try Self.screen(situation.name, columns: columns, rows: rows, page: page)
                #expect(lines.count == rows)
                for line in lines {
                    #expect(line.count <= columns && !line.hasSuffix(" "), "\(columns)x\(rows): \(line)")
                    #expect(line.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
                }
                #expect(rows < 2 || (lines.last ?? "").count < max(columns, 2), "the last cell stays free")
            }
        }
        let none = WatchScreen(try situation.status, size: .init(columns: 0, rows: 0))
        #expect(none.lines == [])
    }

    @Test(arguments: Situation.all) func `the verdict comes first`(situation: Situation) throws {
        let level = try situation.status.verdict.level.rawValue
        for (columns, rows) in Self.sizes where columns >= 20 {
            #expect(try Self.screen(situation.name, columns: columns, rows: rows)[0].hasPrefix(level))
        }
    }

    /// Words that a screen of 80 columns has whole.
    @Test(arguments: Situation.all) func `names are never cut`(situation: Situation) throws {
        let status = try situation.status
        guard StatusText(status, width: 80).isLive else { return }
        for (columns, rows) in [(80, 40), (60, 40), (120, 60)] {
            let words = Set(
                try Self.screen(situation.name, columns: columns, rows: rows).joined(separator: " ")
                    .split(separator: " ").map { $0.drop { $0 == "!" } })
            for node in status.nodes where !node.isPing { #expect(words.contains(Substring(node.name.text))) }
            let shown = StatusText(status, width: 80).sortedGroups.prefix(2).filter { $0.key.count <= columns - 2 }
            for group in shown { #expect(words.contains(Substring(group.key)), "\(columns)x\(rows): \(group.key)") }
        }
    }

    @Test func `twenty columns and five rows say who serves`() throws {
        let lines = try Self.screen("healthy-one-serves", columns: 20, rows: 5)
        #expect(lines.joined(separator: " ").contains("gw-a serves all"))
        #expect(lines[0].hasPrefix("OK"))
    }

    // MARK: - What is there

    @Test
    func `a healthy pair is one screen: both nodes beside the groups, lanes both ways, what would happen, events`()
        throws
    {
        let lines = try Self.screen("conf-differs", columns: 80, rows: 24)
        #expect(lines.contains { $0.hasPrefix("node") && $0.contains("group") && $0.contains("runs on") }, "\(lines)")
        let lane = String(repeating: "|", count: 20)
        #expect(lines.contains { $0.hasPrefix("eth0 ") && $0.split(separator: " ").count { $0 == lane } == 2 })
        #expect(lines.contains { $0.contains("gw-a hears gw-b") && $0.contains("gw-b hears gw-a") })
        #expect(lines.contains { $0.hasPrefix("if gw-a dies") && $0.contains("if gw-b dies") }, "\(lines)")
        #expect(lines.contains { $0.hasSuffix("event 29 of the test") }, "\(lines)")
        #expect(lines[0].hasSuffix("11:58:02") || lines[1].hasSuffix("11:58:02"), "\(lines)")
        #expect(lines[23] == "q quit  p pause  e events  w why  ? help")
    }

    @Test func `lanes are halved before a way is left out`() throws {
        for (columns, count) in [(80, 20), (60, 10), (40, 0)] {
            let lines = try Self.screen("one-way", columns: columns, rows: 40)
            let row = try #require(lines.first { $0.hasPrefix("eth0 ") })
            #expect(row.count { $0 == "|" } == count * 2, "\(columns): \(row)")
            #expect(row.contains("0.11 s") && row.contains("0.06 s"), "\(columns): \(row)")
        }
    }

    @Test func `a probe says when it was last answered, and how fast`() throws {
        var status = try Situation(name: "healthy-one-serves").status
        let place = try #require(status.watched.firstIndex { $0.kind == .probe })
        status.watched[place].answer = .init(age: .milliseconds(400), took: .microseconds(3_100))
        func lines() -> [String] { WatchScreen(status, size: .init(columns: 80, rows: 40)).lines }
        #expect(lines().contains("watched  eth0 eth1 sound, isp answered 0.40 s ago in 3.1 ms"), "\(lines())")
        (status.watched[place].state, status.watched[place].reason) = (.lost, "no answer within 500 ms")
        status.watched[place].age = .init(duration: .seconds(192), since: 0)
        status.watched[place].answer?.age = .seconds(193)
        #expect(
            lines().contains { $0.hasPrefix("!watched  isp lost 3:12 (no answer within 500 ms; answered 3:13 ago),") })
        status.watched[place].reason = nil
        #expect(lines().contains("!watched  isp lost 3:12 (answered 3:13 ago), eth0 eth1 sound"), "\(lines())")
    }

    @Test func `long names of nodes cost no lane`() throws {
        var status = try Situation(name: "one-way").status
        for place in status.nodes.indices {
            status.nodes[place].name = NodeName("gateway-\(place).cluster.example.org")
        }
        let lines = WatchScreen(status, size: .init(columns: 80, rows: 40)).lines
        let row = try #require(lines.first { $0.hasPrefix("eth0 ") })
        #expect(row.count { $0 == "|" } == 40 && lines.contains { $0.hasPrefix("medium ") && $0.contains("is heard") })
    }

    @Test func `a screen that was stopped says so`() throws {
        let lines = try Self.screen("one-way", columns: 80, rows: 24, isFrozen: true)
        #expect(lines.joined().contains("frozen at 11:58:02") && lines[23].hasPrefix("FROZEN"))
        #expect(try Self.screen("one-way", columns: 20, rows: 5, isFrozen: true)[4].hasPrefix("FROZEN"))
    }

    @Test func `pages are events, the last movement and help`() throws {
        let events = try Self.screen("one-way", columns: 80, rows: 24, page: .events)
        #expect(events.count { $0.hasSuffix(" of the test") } > 15)
        let why = try Self.screen(
            "one-way", columns: 80, rows: 24, page: .movement, movement: ["no. 412: web came to gw-a"])
        #expect(why.contains("no. 412: web came to gw-a"))
        #expect(
            try Self.screen("one-way", columns: 80, rows: 24, page: .help).joined().contains("| a keepalive in time"))
    }

    @Test func `what cannot be drawn is a question mark`() throws {
        let events = [WatchLog.Event(at: Situation.asked - 1, text: "bad \u{1B}[2J name \u{E9}\n")]
        let lines = WatchScreen(
            try Situation(name: "one-way").status, size: .init(columns: 80, rows: 40), events: events
        ).lines
        #expect(lines.contains { $0.hasSuffix("bad ?[2J name ??") })
    }
}
