// What the documents say of ha.cf is what the reader makes of it: defaults, and the times that a probe line comes to.

import Foundation
import HeartbeatConfig
import HeartbeatModel
import Testing

@Suite("What documents say of ha.cf")
struct DocumentTests {
    private static func page() throws -> String { try Examples.text("docs/what-moves-the-service.md") }

    /// The last cell of the only row that begins with the word.
    private static func lastCell(of word: String) throws -> String {
        let rows = try page().split(separator: "\n").filter { $0.hasPrefix("| `\(word)") }
        #expect(rows.count == 1, "\(word)")
        let cells = try #require(rows.first, "\(word)").split(separator: "|")
        return cells.last?.trimmingCharacters(in: .whitespaces) ?? ""
    }

    @Test("The defaults of a link line are those of the table")
    func linkDefaults() throws {
        let read = readHaCf(
            "link eth0 debounce=\(try Self.lastCell(of: "debounce=")) up=\(try Self.lastCell(of: "up="))")
        #expect(read.configuration?.interfaces == [InterfaceRule(interface: "eth0")], "\(read.diagnostics)")
        let readme = try Examples.text("README.md")
        #expect(readme.contains("\(InterfaceRule.defaultDebounce.milliseconds) ms (`debounce`)"))
    }

    @Test("The defaults of a probe line are those of the table")
    func probeDefaults() throws {
        let times = try Self.lastCell(of: "interval=").components(separatedBy: ", ")
        let line =
            "probe isp interval=\(times[0]) timeout=\(times.last ?? "") fall=\(try Self.lastCell(of: "fall=")) "
            + "rise=\(try Self.lastCell(of: "rise=")) action=\(try Self.lastCell(of: "action=").filter { $0 != "`" }) icmp 192.0.2.1"
        let read = readHaCf(line)
        #expect(
            read.configuration?.probes == [PathProbe(name: "isp", kind: .icmp(host: "192.0.2.1"))],
            "\(read.diagnostics)")
    }

    @Test("The probe that stands for a supervisor script takes as long as the page says")
    func supervisor() throws {
        let section = try #require(try Self.page().components(separatedBy: "## The supervisor script").last)
        let block = try #require(section.components(separatedBy: "```\n").dropFirst().first)
        let probe = try #require(readHaCf(String(block.dropLast())).configuration?.probes.first)
        #expect(section.contains("`\(probe.times)`"), "heartbeat -v prints \(probe.times)")
        // The script recovered after 180 rounds of a little more than a second, and acted at the sixth failure.
        #expect(probe.fall == 6 && (170...190).contains(probe.recoversAfter.milliseconds / 1000))
    }

    @Test("Every ha.cf line that the page shows can be read")
    func blocksOfThePage() throws {
        let blocks = try Self.page().components(separatedBy: "```\n").enumerated().filter { $0.offset % 2 == 1 }
        #expect(blocks.count >= 3)
        for block in blocks.map(\.element) {
            var files = Files()
            files.haCf = block + files.haCf
            files.host.hasInterface = { _ in true }
            let result = files.read()
            #expect(result.diagnostics == [], "\(block)")
        }
    }
}
