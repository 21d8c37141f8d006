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

    /// Texts in which one line that begins with `#` and no blank has been switched on.
    static func variants(of text: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.indices.compactMap { index in
            let line = lines[index]
            guard line.hasPrefix("#"), let second = line.dropFirst().first, second != " ", second != "#" else {
                return nil
            }
            var copy = lines
            copy[index] = line.dropFirst()
            return copy.joined(separator: "\n")
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
        #expect(result.configuration != nil && result.diagnostics.count == 1, "\(result.diagnostics)")
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
        for text in authkeys {
            var files = try Examples.files()
            files.authkeys = text
            #expect(files.read().configuration?.authentication.keys.count == 2)
        }
    }

    @Test("ha.cf.example explains every directive that is acted on")
    func everyDirective() throws {
        let text = try Examples.text("ha.cf.example")
        let words = Set(text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
        let configuration = try #require(try Examples.files().read().configuration)
        let exported = Set(configuration.parameters.map(\.name))
        #expect(exported.subtracting(words).isEmpty)
        let others = [
            "node", "bcast", "ucast", "mcast", "ucast6", "mcast6", "serial", "ping", "ping6", "ping_group",
            "env", "watchdog", "logfile", "debugfile", "logfacility", "rtprio", "stonith", "stonith_host", "crm",
        ]
        #expect(Set(others).subtracting(words).isEmpty)
    }
}
