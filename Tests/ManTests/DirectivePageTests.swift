// ha.cf(5) is what the reader makes of ha.cf: its directives, their defaults, and which of them heartbeat 3 refuses.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatConfig

@Suite struct DirectivePageTests {
    private static func page() throws -> ManPage { try ManPage("ha.cf.5") }

    private static func items(_ lines: [String]) -> [ManPage.Item] { ManPage.items("Ic", in: lines) }

    private static func names(_ lines: [String]) -> Set<String> { Set(items(lines).flatMap(\.names)) }

    @Test func `every directive that the reader knows has an item, and no other word has one`() throws {
        let named = Self.items(try Self.page().section("DIRECTIVES")).flatMap(\.names)
        #expect(Set(named).symmetricDifference(DirectiveRule.all.map(\.name)).sorted() == [])
        #expect(named.count == Set(named).count)
    }

    @Test func `what has no effect, and what is refused, stands below its heading`() throws {
        let page = try Self.page()
        #expect(Self.names(page.subsection("Without effect")) == Set(DirectiveRule.withoutEffect.map(\.name)))
        let refused = DirectiveRule.all.filter(\.isRefused).map(\.name)
        #expect(!refused.isEmpty && Self.names(page.subsection("Refused")) == Set(refused))
    }

    /// docs/replace-heartbeat.md lists them, which a test compares with what heartbeat 3 knows.
    @Test func `the page says of every directive whether the original knows it`() throws {
        let guide = try ManPage.text("docs/replace-heartbeat.md")
        let part = try #require(guide.components(separatedBy: "Heartbeat 3 refuses to start with").dropFirst().first)
        let ours = part.components(separatedBy: "\n\n")[0].components(separatedBy: "`").enumerated()
            .filter { $0.offset % 2 == 1 }.map(\.element)
        let marked = Self.items(try Self.page().section("DIRECTIVES"))
            .filter { $0.lines.contains(".Em Not in the original .") }.flatMap(\.names)
        #expect(Set(marked).symmetricDifference(ours).sorted() == [] && ours.count > 20)
    }

    // MARK: - Defaults

    /// What stands behind `Default:`, as a line of ha.cf; `nil` for none.
    private static func defaultLine(of item: ManPage.Item) throws -> String? {
        if item.lines.contains(where: { $0.hasPrefix("Default: none") }) { return nil }
        let place = try #require(item.lines.lastIndex(of: "Default:"), "\(item.names) says no default")
        let line = try #require(item.lines[(place + 1)...].first)
        try #require(line.hasPrefix(".Ql "), "\(item.names): \(line)")
        return String(line.dropFirst(4))
    }

    private static func actedOn() throws -> [ManPage.Item] {
        let page = try page()
        let others = names(page.subsection("Without effect") + page.subsection("Refused"))
        return items(page.section("DIRECTIVES")).filter { others.isDisjoint(with: $0.names) }
    }

    /// Directives with options, in their shortest form: what the line of the page adds to it are the defaults.
    private static let shortest = [
        "link": "link eth0", "probe": "probe isp icmp 192.0.2.1", "lan": "lan eth0 eth1",
        "line": "line dsl1 ppp0 via=peer",
    ]

    private static func configuration(_ line: String) throws -> Configuration {
        let text = line + "\nserial /dev/ttyS0\nbcast eth0\nnode nodea nodeb\n"
        let result = readConfiguration(
            ConfigurationInput(
                haCf: SourceFile(path: "ha.cf", text: text),
                haresources: SourceFile(path: "haresources", text: "nodea 10.77.0.100/24\n"),
                authkeys: SourceFile(path: "authkeys", text: "auth 1\n1 sha1 SecretKey\n"), authkeysMode: 0o600,
                localNode: NodeName("nodea")))
        var configuration = try #require(result.configuration, "\(line): \(result.diagnostics)")
        configuration.parameters = []
        return configuration
    }

    @Test func `a default that is written changes nothing`() throws {
        var count = 0
        for item in try Self.actedOn() {
            guard let line = try Self.defaultLine(of: item) else { continue }
            let name = try #require(item.names.first)
            #expect(line.hasPrefix(name + " "), "\(name): \(line)")
            #expect(try Self.configuration(line) == Self.configuration(Self.shortest[name] ?? ""), "\(line)")
            count += 1
        }
        #expect(count > 35)
    }

    /// Times are printed in milliseconds there; the test above compares them.
    @Test func `a directive without a default has none, and others have that of heartbeat -D`() throws {
        let defaults = Dictionary(uniqueKeysWithValues: directiveDefaults().map { ($0.name, $0.value) })
        for item in try Self.actedOn() {
            for name in item.names {
                guard let value = try #require(defaults[name], "\(name)") else { continue }
                let line = try Self.defaultLine(of: item)
                #expect(value.hasSuffix("ms") ? line != nil : line == "\(name) \(value)", "\(name): \(value)")
            }
        }
    }
}
