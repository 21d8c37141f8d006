// The built hbctl reads the history from the files of a daemon that is not there: all of it, of one group, one movement; and says what it
// may not read.

import Foundation
import HeartbeatLab
import HeartbeatModel
import HeartbeatStatus
import Testing

@Suite struct HbctlHistoryTests {
    private static func line(_ number: UInt64, group: String, chain: UInt64? = nil) -> String {
        let timeline = GroupTimeline(
            group: group, origin: .lastHeard(NodeName("gw-a")), zero: .zero + .seconds(5),
            marks: [.decided: .zero + .milliseconds(6000)],
            steps: [.init(name: group, begin: .zero + .milliseconds(6001), end: .zero + .milliseconds(6014))],
            outcome: .running, end: .zero + .milliseconds(6015))
        var entry = HistoryEntry(
            number: number, unixMilliseconds: 1_795_863_482_000 + number, node: NodeName("gw-b"), timeline: timeline)
        entry.chain = chain ?? number
        (entry.from, entry.to) = (NodeName("gw-a"), NodeName("gw-b"))
        return entry.text + "\n"
    }

    /// 30 movements: some in the older file, some in the newer, the last below /run.
    private static func daemon() throws -> FakeDaemon {
        let daemon = try FakeDaemon(nil)
        func write(_ numbers: ClosedRange<UInt64>, _ name: String, _ more: String = "") throws {
            let lines = numbers.map {
                line($0, group: $0.isMultiple(of: 2) ? "web" : "mail", chain: $0 == 30 ? 29 : nil)
            }
            try (lines.joined() + more).write(toFile: daemon.directory + "/" + name, atomically: false, encoding: .utf8)
        }
        try write(1...10, "history.1")
        try write(11...28, "history", "movement\tnumber=29\tcut o")
        try write(28...30, "swift-heartbeat/history")
        return daemon
    }

    private static func numbers(_ output: String) throws -> [Int] {
        let value = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        #expect(value?["schema"] as? String == "hbctl/history/1")
        return (value?["movements"] as? [[String: Any]])?.compactMap { $0["number"] as? Int } ?? []
    }

    @Test func `everything that is kept is told once, the newest last`() throws {
        let daemon = try Self.daemon()
        let all = try daemon.hbctl(["history", "--json", "-n", "1000"])
        #expect(all.code == 0 && all.took < .seconds(5))
        #expect(try Self.numbers(all.output) == Array(1...30))
        #expect(try Self.numbers(daemon.hbctl(["history", "--json"]).output) == Array(11...30))
        #expect(try Self.numbers(daemon.hbctl(["history", "--json", "-n", "1"]).output) == [30])
        #expect(try Self.numbers(daemon.hbctl(["history", "web", "--json", "-n", "2"]).output) == [28, 30])
        #expect(try Self.numbers(daemon.hbctl(["history", "--json", "7"]).output) == [7])
    }

    @Test func `people get a table that fits, and one movement with all that is known`() throws {
        let daemon = try Self.daemon()
        for width in ["20", "60", "80", "120"] {
            let text = try daemon.hbctl(["history", "--width", width, "-n", "5"])
            #expect(text.code == 0 && text.output.contains("30") && !text.output.contains("\u{1B}"))
            let limit = max(Int(width) ?? 0, 60)
            #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= limit }, "\(text.output)")
        }
        let text = try daemon.hbctl(["history", "-n", "5"]).output
        #expect(text.contains("... and 25 earlier (-n)") && text.contains("gw-a -> gw-b"))
        let one = try daemon.hbctl(["history", "30"]).output
        #expect(one.hasPrefix("no. 30: web came from gw-a to gw-b, "), "\(one)")
        #expect(
            one.contains("because  gw-a died; so did no. 29\n") && one.contains("1001.00  web took 13.00\n"), "\(one)")
    }

    @Test func `movements of one cause are a picture`() throws {
        let picture = try Self.daemon().hbctl(["history", "--svg", "30"])
        #expect(picture.code == 0 && picture.output.hasPrefix("<svg ") && picture.output.hasSuffix("</svg>\n"))
        #expect(picture.output.contains("no. 29: mail, running") && picture.output.contains("no. 30: web, running"))
    }

    @Test func `what there is not is said, and nothing is no failure`() throws {
        let daemon = try Self.daemon()
        for words in [["history", "31"], ["history", "nothing"], ["history", "--svg", "31"]] {
            let result = try daemon.hbctl(words)
            #expect(result.code == 1 && result.output.contains("there is no movement"), "\(words) \(result)")
        }
        let error = try daemon.hbctl(["history", "31", "--json"])
        #expect(error.code == 1 && error.output.contains("\"code\": \"no-such-movement\""), "\(error)")
        let empty = try FakeDaemon(nil)
        #expect(try empty.hbctl(["history"]).output == "no movement of a group has been kept\n")
        #expect(try empty.hbctl(["history"]).code == 0)
        #expect(try Self.numbers(empty.hbctl(["history", "--json"]).output) == [])
    }

    @Test func `who may not read is told what, and what can be read is told`() throws {
        let daemon = try Self.daemon()
        let drop = geteuid() == 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : []
        chmod(daemon.directory + "/history.1", 0)
        let part = try daemon.hbctl(["history", "-n", "100", "--width", "200"], before: drop)
        #expect(
            part.code == 0 && part.output.contains("! Cannot open \(daemon.directory)/history.1: Permission denied"),
            "\(part)")
        #expect(part.output.contains("\n30") && part.output.contains("\n11"), "\(part)")
        for name in ["history", "swift-heartbeat/history"] { chmod(daemon.directory + "/" + name, 0) }
        for word in ["history", "why"] {
            let result = try daemon.hbctl([word, "--json"], before: drop)
            #expect(result.code == 3 && result.output.contains("\"code\": \"no-permission\""), "\(result)")
            #expect(result.output.contains("be root, or let others read the directory "), "\(result)")
        }
        #expect(try daemon.hbctl(["history"], before: drop).code == 3)
    }

    @Test func `damaged lines are counted, and a wrong command line ends with 64`() throws {
        let daemon = try Self.daemon()
        try ("noise\n" + Self.line(3, group: "web")).write(
            toFile: daemon.directory + "/history", atomically: false, encoding: .utf8)
        let result = try daemon.hbctl(["history"])
        #expect(result.code == 0 && result.output.contains("1 line is not understood"), "\(result)")
        for words in [
            ["history", "-n", "0"], ["history", "--svg", "x"], ["history", "--json", "--svg", "3"],
            ["history", "3", "--svg", "3"],
        ] {
            #expect(try daemon.hbctl(words).code == 64, "\(words)")
        }
    }
}
