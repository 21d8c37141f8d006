// Lines of different nodes that must agree: none disagrees as generated, and each one that is changed is found, with its place and
// that of its counterpart.

import Testing

@testable import HeartbeatSite

@Suite struct SiteAgreementTests {
    @Test("What is generated agrees", arguments: ExampleSite.allCases)
    func agree(example: ExampleSite) throws {
        #expect(SiteAgreement.disagreements(of: try example.tree(), try example.read()) == [])
    }

    @Test("Each fact of a file that a pair shares is missed when one node has another", arguments: ExampleSite.allCases)
    func everyFact(example: ExampleSite) throws {
        let (tree, site) = (try example.tree(), try example.read())
        for pair in site.pairs {
            let (node, other) = (pair.nodes[0].name, pair.nodes[1].name)
            for (path, text) in try #require(tree[node]) where tree[other]?[path] != nil {
                guard let kind = FactKind(path: path), kind != .haCf else { continue }
                // A tunnel that begins at this node is no business of the other.
                let shared = Set(kind.facts(in: try #require(tree[other]?[path])).map(\.key))
                for fact in kind.facts(in: text) where shared.contains(fact.key) {
                    var changed = tree
                    changed[node]?[path] = Self.change(text, fact)
                    let found = SiteAgreement.disagreements(of: changed, site)
                    #expect(
                        found.contains {
                            $0.first == "\(node):\(path):\(fact.line)" && $0.second.hasPrefix("\(other):\(path)")
                        },
                        "\(path): \(fact), found \(found)")
                }
            }
        }
    }

    /// Much of the rest of ha.cf is a node's own: media name the other node.
    static let directives = [
        "keepalive", "deadtime", "warntime", "initdead", "auto_failback", "udpport", "node", "node 2",
    ]

    @Test(
        "Each line of ha.cf that a pair shares is missed when one node has another",
        arguments: ExampleSite.allCases, directives)
    func everyDirective(example: ExampleSite, key: String) throws {
        let (tree, site) = (try example.tree(), try example.read())
        let path = FactKind.haCf.rawValue
        for pair in site.pairs {
            let (node, other) = (pair.nodes[0].name, pair.nodes[1].name)
            let text = try #require(tree[node]?[path])
            let fact = try #require(FactKind.haCf.facts(in: text).first { $0.key == key }, "no line \(key)")
            let there = try #require(FactKind.haCf.facts(in: tree[other]?[path] ?? "").first { $0.key == key })
            var changed = tree
            changed[node]?[path] = Self.change(text, fact)
            let found = SiteAgreement.disagreements(of: changed, site)
            #expect(found.map(\.first) == ["\(node):\(path):\(fact.line)"])
            #expect(found.map(\.second) == ["\(other):\(path):\(there.line)"])
            #expect(found.first?.what.hasPrefix("\(key) must be the same: ") == true, "\(found)")
        }
    }

    /// One change of both nodes of an end, and what must be said of it.
    struct Change: CustomTestStringConvertible {
        var path: String
        var line: String
        var changed: String
        /// The two keys, or the one that both ends have.
        var keys: String
        var testDescription: String { keys }

        init(_ path: String, _ line: String, _ changed: String, _ keys: String) {
            (self.path, self.line, self.changed, self.keys) = (path, line, changed, keys)
        }

        static let gre = "etc/ha.d/conf/gre-main"
        static let swanctl = "etc/swanctl/conf.d/vpn.conf"
        static let frr = "etc/frr/frr.conf"
        private static func main(_ key: String) -> String { "connections.main.\(key)" }
        private static func main(_ key: String, _ other: String) -> String { "\(main(key)) and \(main(other))" }

        /// One for each row of the table.
        static let all = [
            Change(gre, "GRE_LOCAL=116.1.1.1", "GRE_LOCAL=116.1.1.9", "LOCAL and REMOTE"),
            Change(gre, "GRE_REMOTE=116.2.2.1", "GRE_REMOTE=116.2.2.9", "REMOTE and LOCAL"),
            Change(gre, "GRE_ADDRESS=10.9.0.1", "GRE_ADDRESS=10.9.0.3", "ADDRESS and PEER"),
            Change(gre, "GRE_PEER=10.9.0.2", "GRE_PEER=10.9.0.3", "PEER and ADDRESS"),
            Change(swanctl, "version = 2", "version = 1", main("version")),
            Change(swanctl, " proposals = aes128", " proposals = aes256", main("proposals")),
            Change(swanctl, "local_addrs = 116.1.1.1", "local_addrs = 116.1.1.9", main("local_addrs", "remote_addrs")),
            Change(swanctl, "remote_addrs = 116.2.2.1", "remote_addrs = %any", main("remote_addrs", "local_addrs")),
            Change(swanctl, " id = 116.1.1.1", " id = gateway", main("local.id", "remote.id")),
            Change(swanctl, " id = 116.2.2.1", " id = gateway", main("remote.id", "local.id")),
            Change(
                swanctl, "local {\n            auth = psk", "local {\n            auth = pubkey",
                main("local.auth", "remote.auth")),
            Change(
                swanctl, "remote {\n            auth = psk", "remote {\n            auth = pubkey",
                main("remote.auth", "local.auth")),
            Change(swanctl, "mode = transport", "mode = tunnel", main("children.main.mode")),
            Change(
                swanctl, "esp_proposals = aes128gcm16-x25519,", "esp_proposals = aes256,",
                main("children.main.esp_proposals")),
            Change(
                swanctl, "local_ts = 116.1.1.1[47]", "local_ts = 116.1.1.1",
                main("children.main.local_ts", "children.main.remote_ts")),
            Change(
                swanctl, "remote_ts = 116.2.2.1[47]", "remote_ts = 116.2.2.1",
                main("children.main.remote_ts", "children.main.local_ts")),
            Change(swanctl, "secret = \"", "secret = \"x", "secrets.ike-main.secret"),
            Change(frr, "timers bgp 3 9", "timers bgp 3 10", "timers"),
            Change(
                frr, "10.9.0.2 remote-as 65432", "10.9.0.2 remote-as 65433",
                "neighbor 10.9.0.2 remote-as and neighbor 10.9.0.1 remote-as"),
        ]
    }

    @Test("A line of one end is missed at the other, with both places", arguments: Change.all)
    func throughTunnel(change: Change) throws {
        let site = try ExampleSite.paper.read()
        var tree = try ExampleSite.paper.tree()
        let before = try #require(tree["cluster1"]?[change.path])
        for node in ["cluster1", "cluster2"] {
            let text = try #require(tree[node]?[change.path])
            #expect(text.contains(change.line))
            tree[node]?[change.path] = text.replacing(change.line, with: change.changed)
        }
        func lines(_ text: String?) -> [Substring] {
            (text ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        }
        let number = try #require(
            zip(lines(before), lines(tree["cluster1"]?[change.path])).enumerated().first { $1.0 != $1.1 }?.offset)
        let found = SiteAgreement.disagreements(of: tree, site)
        #expect(found.map(\.first) == ["cluster1:\(change.path):\(number + 1)"], "\(found)")
        #expect(found.first?.second.wholeMatch(of: /cluster3:(.*):[0-9]+/)?.output.1 == change.path[...], "\(found)")
        #expect(found.first?.what.hasPrefix("\(change.keys) must be the same") == true, "\(found)")
    }

    @Test("Each row of the table has its test")
    func everyRow() {
        let rows = SiteAgreement.table
        #expect(rows.filter { $0.scope == .pair }.map(\.key) == Self.directives)
        #expect(rows.count { $0.scope == .tunnel } == Change.all.count)
        #expect(Set(Change.all.map(\.keys)).count == Change.all.count)
    }

    @Test("A secret is not repeated, and neither is what is there instead")
    func secrets() throws {
        let site = try ExampleSite.paper.read()
        var tree = try ExampleSite.paper.tree()
        let path = "etc/ha.d/authkeys"
        tree["cluster1"]?[path] = "auth 1\n1 sha1 mine\n"
        let found = SiteAgreement.disagreements(of: tree, site)
        #expect(found.count == 1 && found[0].what == "1 must be the same")
        #expect(found[0].first == "cluster1:\(path):2")
    }

    private static func change(_ text: String, _ fact: FileFact) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let line = lines[fact.line - 1]
        lines[fact.line - 1] = line.contains("'") ? line.replacing("'", with: "'x", maxReplacements: 1) : line + "x"
        return lines.joined(separator: "\n")
    }
}
