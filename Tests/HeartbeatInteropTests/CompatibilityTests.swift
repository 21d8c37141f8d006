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

    @Test func `the way back names every directive that the original refuses, and no other`() throws {
        let guide = try Self.text(of: "docs/replace-heartbeat.md")
        let parts = guide.components(separatedBy: "Heartbeat 3 refuses to start with")
        let sentence = try #require(parts.dropFirst().first)
        let named = sentence.components(separatedBy: "\n\n")[0].components(separatedBy: "`").enumerated()
            .filter { $0.offset % 2 == 1 }.map(\.element)
        let ours = Set(directiveDefaults().map(\.name)).subtracting(try CaseCollection.directives())
        #expect(named == ours.sorted())
    }

    @Test func `the example says of every directive whether the original knows it`() throws {
        let ours = Set(directiveDefaults().map(\.name)).subtracting(try CaseCollection.directives())
        var (isOurs, shown) = (false, Set<String>())
        for line in try Self.text(of: "ha.cf.example").components(separatedBy: "\n") {
            if line.hasPrefix("# ---- ") { isOurs = line.contains("(not in heartbeat 3)") }
            guard let first = line.drop(while: { $0 == "#" }).first, first != " ", first != "-" else { continue }
            let word = line.drop { $0 == "#" }.split(separator: " ").first.map(String.init) ?? ""
            #expect(ours.contains(word) == isOurs, "ha.cf.example: \(word)")
            if isOurs { shown.insert(word) }
        }
        #expect(shown == ours)
    }

    @Test func `every directive of the original is known here by name`() throws {
        for directive in try CaseCollection.directives() {
            var given = ConfigurationCase(name: directive, original: .starts, own: .starts)
            given.files = [.init(name: "ha.cf", text: Array("\(directive) \u{1}\n".utf8))]
            let messages = try given.read().diagnostics.map(\.message)
            #expect(!messages.contains { $0.contains("is not a directive") }, "\(directive): \(messages)")
        }
    }

    // MARK: What is beside the configuration

    static func text(of path: String) throws -> String {
        try String(contentsOfFile: CaseCollection.directory + "/../../" + path, encoding: .utf8)
    }

    /// The rows of a part of the page, without its head; the verdict is in column `here`.
    private static func otherRows() throws -> [(part: String, cells: [String], here: Int)] {
        var (part, here) = ("", 0)
        return try text(of: "docs/compatibility.md").components(separatedBy: "\n").compactMap { line in
            if line.hasPrefix("## ") { part = String(line.dropFirst(3)) }
            guard line.hasPrefix("| ") else { return nil }
            let cells = line.replacingOccurrences(of: "\\|", with: "/").components(separatedBy: "|").dropFirst()
                .dropLast().map { $0.trimmingCharacters(in: .whitespaces) }
            if let column = cells.firstIndex(of: "here") {
                here = column
                return nil
            }
            return part == "Configuration" ? nil : (part, cells, here)
        }
    }

    @Test func `every other row says same, better or absent, too, and the last two say how`() throws {
        let rows = try Self.otherRows()
        #expect(Set(rows.map(\.part)).count == 7)
        for row in rows {
            #expect(["same", "better", "absent"].contains(row.cells[row.here]), "\(row.cells)")
            #expect(row.cells.count == row.here + 2, "\(row.cells)")
            let explains = row.cells.last?.isEmpty == false || row.here > 1
            #expect(row.cells[row.here] == "same" || explains, "\(row.cells)")
        }
    }

    /// What Debian's package brings, but for what only its own build and tests use.
    private static let brought = [
        "harc", "rc.d", "shellfuncs", "ask_resources", "hb_takeover", "ip-request", "ip-request-resp", "status",
        "README.config", "/etc/init.d/heartbeat", "/etc/logrotate.d/heartbeat",
        "/etc/logcheck/ignore.d.server/heartbeat",
        "cl_respawn", "cl_status", "apphbd", "api_test", "ccm", "dopd", "drbd-peer-outdater", "heartbeat", "ipfail",
        "mlock", "BasicSanityCheck", "ResourceManager", "TestHeartbeatComm", "cts", "ha_config", "ha_propagate",
        "ha_test.py", "hb_addnode", "hb_api.py", "hb_delnode", "hb_setsite", "hb_setweight", "hb_standby", "mach_down",
        "req_resource", "AudibleAlarm", "Delay", "Filesystem", "ICP", "IPaddr", "IPaddr2", "IPsrcaddr", "IPv6addr",
        "LVM",
        "LinuxSCSI", "MailTo", "OCF", "Raid1", "SendArp", "ServeRAID", "WAS", "WinPopup", "Xinetd", "apache", "db2",
        "hto-mapfuncs", "ids", "portblock", "hb_generation", "hb_uuid", "fifo", "hostcache", "delhostcache",
    ]

    @Test func `everything that the original brings is named, and so is all that we ship`() throws {
        let cells = try Self.otherRows().map { $0.cells.joined(separator: " ") }.joined(separator: " ")
        let words = Set(cells.components(separatedBy: CharacterSet(charactersIn: "` ,|")))
        let shipped = try ["resource.d", "tools"].flatMap { directory in
            try FileManager.default.contentsOfDirectory(atPath: CaseCollection.directory + "/../../" + directory)
                .filter { !$0.hasSuffix(".sh") }
        }
        for name in Self.brought + shipped {
            #expect(words.contains { $0 == name || $0.hasSuffix("/\(name)") }, "\(name)")
        }
    }

    @Test func `log lines that are the same are the words of our log`() throws {
        let programs = try ["docs/log-events.md", "Sources/HeartbeatDaemon/DaemonCommand.swift"]
            .map(Self.text(of:)).joined()
        let scripts = try [
            "Sources/HeartbeatDaemon/ActionExecutor.swift", "Sources/HeartbeatDaemon/EventHooks.swift",
            "Sources/HeartbeatScripts/ResourceScripts.swift",
        ].map(Self.text(of:)).joined()
        for row in try Self.otherRows() where row.part == "Log lines" && row.cells[row.here] == "same" {
            let phrases = row.cells[1].components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }
            #expect(!phrases.isEmpty, "\(row.cells)")
            // Ours says of both sets what the original says of each.
            for phrase in phrases.map(\.element) where !phrase.hasPrefix("Both machines") {
                for piece in phrase.components(separatedBy: "…") where !piece.isEmpty {
                    #expect((programs + scripts).contains(piece), "\(phrase)")
                }
            }
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
