// The shipped example files: that they are a valid configuration as they are, and with each suggested line switched on.

import Foundation
import HeartbeatConfig
import HeartbeatModel
import Testing

enum Examples {
    private static let top = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ name: String) throws -> String {
        try String(contentsOf: top.appendingPathComponent(name), encoding: .utf8)
    }

    /// The examples as files of node cluster1, on a machine nothing is known of.
    static func files() throws -> Files {
        var files = Files()
        files.haCf = try text("ha.cf.example")
        files.haresources = try text("haresources.example")
        files.authkeys = try text("authkeys.example")
        files.localNode = "cluster1"
        files.host = HostFacts()
        return files
    }

    /// Whether a line is one that the reader may switch on: `#` and no blank behind it.
    static func isSuggested(_ line: Substring) -> Bool {
        guard line.hasPrefix("#"), let second = line.dropFirst().first else { return false }
        return second != " " && second != "#"
    }

    /// Texts in which one suggested line has been switched on, and those that stand directly above it, which it may need.
    static func variants(of text: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.indices.filter { isSuggested(lines[$0]) }.map { last in
            var copy = lines
            for index in lines[...last].indices.reversed().prefix(while: { isSuggested(lines[$0]) }) {
                copy[index] = lines[index].dropFirst()
            }
            return copy.joined(separator: "\n")
        }
    }

    /// The first words of all lines that are in force or can be switched on.
    static func directives(in text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            guard isSuggested(line) || !line.hasPrefix("#") else { return nil }
            return line.drop { $0 == "#" }.split(separator: " ").first.map(String.init)
        }
    }
}

@Suite("Example files")
struct ExampleTests {
    @Test("Together they are a valid configuration; only the secret must be replaced")
    func valid() throws {
        let result = try Examples.files().read()
        #expect(
            result.diagnostics.map(\.description) == [
                "authkeys:27: warning: the secret of key 1 is the one of the example file, known to everybody"
            ])
        let configuration = try #require(result.configuration)
        #expect(configuration.nodes == [NodeName("cluster1"), NodeName("cluster2")])
        #expect(configuration.media.count == 3)
        #expect(configuration.autoFailback == .on)
        #expect(configuration.groups.map(\.key) == ["116.1.1.1/28"])
        #expect(
            configuration.groups[0].resources.map(\.scriptName) == [
                "IPaddr", "IPaddr", "ipsec", "gre", "zebra", "bgpd",
            ])
        #expect(configuration.authentication.current == 1)
    }

    @Test("They are valid on the other node, too")
    func otherNode() throws {
        var files = try Examples.files()
        files.localNode = "cluster2"
        #expect(files.read().configuration != nil)
    }

    @Test("haresources.example has the line from the field letter by letter")
    func fieldLine() throws {
        let line = "\ncluster1 116.1.1.1/28 192.168.0.1/24 \\\n         ipsec gre zebra bgpd\n"
        #expect(try Examples.text("haresources.example").contains(line))
    }

    @Test(
        "Every line of ha.cf.example can be switched on",
        arguments: try Examples.variants(of: Examples.text("ha.cf.example")))
    func haCfVariant(text: String) throws {
        var files = try Examples.files()
        files.haCf = text
        let result = files.read()
        // A `line` without the probes and classes that follow it is warned of.
        let others = result.diagnostics.filter { !$0.message.hasPrefix("line ") }
        #expect(result.configuration != nil && others.count == 1, "\(result.diagnostics)")
    }

    @Test("Every line of haresources.example and authkeys.example can be switched on")
    func otherVariants() throws {
        let haresources = try Examples.variants(of: Examples.text("haresources.example"))
        let authkeys = try Examples.variants(of: Examples.text("authkeys.example"))
        #expect(haresources.count >= 4)
        #expect(authkeys.count == 2)
        for text in haresources {
            var files = try Examples.files()
            files.haresources = text
            #expect(files.read().configuration?.groups.count == 2, "\(files.read().diagnostics)")
        }
        for (index, text) in authkeys.enumerated() {
            var files = try Examples.files()
            files.authkeys = text
            #expect(files.read().configuration?.authentication.keys.count == 2 + index)
        }
    }

    /// `crm`, `pacemaker` and `autojoin` are acted on by refusing everything but "off"; the last two are old names.
    private static let explainedInProse: Set = ["crm", "pacemaker", "autojoin", "udp", "nice_failback"]

    @Test("ha.cf.example has a line for every directive that the reader acts on, and for no other")
    func everyDirective() throws {
        let actedOn = Set(directiveDefaults().filter { !$0.isWithoutEffect }.map(\.name))
        let shown = Set(Examples.directives(in: try Examples.text("ha.cf.example")))
        #expect(shown.symmetricDifference(actedOn.subtracting(Self.explainedInProse)) == [])
    }

    @Test("ha.cf.example names every directive that is accepted without effect, and no other, and the old names")
    func directivesWithoutEffect() throws {
        let text = try Examples.text("ha.cf.example")
        let section = try #require(text.components(separatedBy: "that mean nothing here ---").last)
        let parts = section.replacingOccurrences(of: "\n#   ", with: " ").components(separatedBy: "\n# ")
        let list = try #require(parts.first { $0.hasPrefix("Accepted with a warning") })
        let named = list.components(separatedBy: ":").last?.split(separator: " ").map(String.init) ?? []
        let withoutEffect = Set(directiveDefaults().filter(\.isWithoutEffect).map(\.name))
        #expect(Set(named).symmetricDifference(withoutEffect.subtracting(Self.explainedInProse)) == [])
        for name in Self.explainedInProse.union(["stonith", "stonith_host"]) {
            #expect(parts.contains { $0.contains(name) }, "\(name)")
        }
    }

    @Test("Commas separate values where ha.cf.example says so, and nowhere else")
    func commas() {
        #expect(readHaCf("bcast eth1,eth2").configuration?.media.count == 3)
        for line in ["ucast eth1,192.168.0.2", "link eth1,up=5s", "lan eth1,eth2", "probe isp,icmp,192.0.2.1"] {
            #expect(!readHaCf(line).errors.isEmpty, "\(line)")
        }
    }

    @Test("README says the deadtime that holds by default, and that of the example")
    func deadtimes() throws {
        let standard = Configuration(nodes: []).deadtime.milliseconds / 1000
        let example = try #require(try Examples.files().read().configuration).deadtime.milliseconds / 1000
        #expect(try Examples.text("README.md").contains("\(standard) s by default, \(example) s in the example file"))
    }

    @Test("haresources.example says what the nodes do with copies that differ, and where scripts are looked for")
    func haresourcesSaysWhatHappens() throws {
        let text = try Examples.text("haresources.example")
        #expect(text.contains("The\n# nodes compare their copies."))
        let places = [
            "/etc/ha.d/resource.d, then in", "/usr/share/swift-heartbeat/resource.d, then in", "/etc/init.d;",
        ]
        #expect(text.contains(places.joined(separator: " ")))
    }
}
