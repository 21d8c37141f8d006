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

    @Test(
        "A line of one end is missed at the other, with both places",
        arguments: [
            ("etc/swanctl/conf.d/vpn.conf", "remote_addrs = 116.2.2.1", "remote_addrs = 116.2.2.2", "local_addrs"),
            ("etc/swanctl/conf.d/vpn.conf", "local_ts = 116.1.1.1[47]", "local_ts = 116.1.1.1", "remote_ts"),
            ("etc/swanctl/conf.d/vpn.conf", "mode = transport", "mode = tunnel", "mode"),
            (
                "etc/swanctl/conf.d/vpn.conf", "esp_proposals = aes128gcm16-x25519,", "esp_proposals = aes256,",
                "esp_proposals"
            ),
            ("etc/ha.d/conf/gre-main", "GRE_PEER=10.9.0.2", "GRE_PEER=10.9.0.3", "ADDRESS"),
            ("etc/ha.d/conf/gre-main", "GRE_LOCAL=116.1.1.1", "GRE_LOCAL=116.1.1.9", "REMOTE"),
            ("etc/frr/frr.conf", "timers bgp 3 9", "timers bgp 3 10", "timers"),
            ("etc/frr/frr.conf", "10.9.0.2 remote-as 65432", "10.9.0.2 remote-as 65433", "remote-as"),
        ])
    func throughTunnel(path: String, line: String, changed: String, counterpart: String) throws {
        let site = try ExampleSite.paper.read()
        var tree = try ExampleSite.paper.tree()
        for node in ["cluster1", "cluster2"] {
            let text = try #require(tree[node]?[path])
            #expect(text.contains(line))
            tree[node]?[path] = text.replacing(line, with: changed)
        }
        let found = SiteAgreement.disagreements(of: tree, site)
        let number = try #require(tree["cluster1"]?[path]).split(separator: "\n", omittingEmptySubsequences: false)
            .firstIndex { $0.contains(changed) }
        let first = "cluster1:\(path):\(try #require(number) + 1)"
        #expect(
            found.contains {
                $0.first == first && $0.second.hasPrefix("cluster3:\(path):") && $0.what.contains(counterpart)
            },
            "\(found)")
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
