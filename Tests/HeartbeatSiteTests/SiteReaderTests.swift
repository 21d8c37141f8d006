// What is read of a site file, and what is refused, with its line and a remedy.

import HeartbeatConfig
import HeartbeatModel
import Testing

@testable import HeartbeatSite

@Suite struct SiteReaderTests {
    private static let lines = [
        "site s", "secret file=key", "pair p a b", "node a eth0=10.0.0.2/24 eth1=192.0.2.2/28 via=192.0.2.14",
        "node b eth0=10.0.0.3/24 eth1=192.0.2.3/28 via=192.0.2.14", "service p 192.0.2.1/28@eth1 10.0.0.1/24@eth0",
        "network p 10.0.0.0/24", "media p bcast=eth0", "pair q c d",
        "node c eth0=10.1.0.2/24 eth1=198.51.100.2/28 via=198.51.100.14",
        "node d eth0=10.1.0.3/24 eth1=198.51.100.3/28 via=198.51.100.14", "service q 198.51.100.1/28@eth1",
        "network q 10.1.0.0/24",
        "media q serial=/dev/ttyS0", "tunnel t p q inner=10.9.0.1,10.9.0.2 bgp=65000",
    ]

    private func read(_ lines: [String]) -> SiteResult {
        readSite(SourceFile(path: "site.cf", text: lines.joined(separator: "\n")))
    }

    @Test("A site with two pairs and a tunnel")
    func whole() throws {
        let result = read(Self.lines)
        let site = try #require(result.site, "\(result.diagnostics)")
        #expect(site.nodes == ["a", "b", "c", "d"])
        #expect(site.outer("p")?.text == "192.0.2.1/28" && site.outer("c")?.text == "198.51.100.2/28")
        #expect(site.tunnels.first?.interface == "gre1" && site.tunnels.first?.system == 65000)
        #expect(site.pairs[1].media == [.serial(device: "/dev/ttyS0")])
    }

    /// A line in the place of another, or behind all of them.
    private static let mistakes: [(replaced: String, line: String, message: String)] = [
        ("site", "sit s", "did you mean \"site\"?"),
        ("site", "", "the site has no name"),
        ("secret", "secret opensesame", "the secret itself does not belong into this file"),
        ("", "pair r a e", "there is \"a\" already (3)"),
        ("", "pair r e", "takes three names"),
        ("", "pair r! e f", "is not a name"),
        ("node a", "node x eth0=10.0.0.2/24", "belongs to no pair"),
        ("node a", "node a eth0=10.0.0.2", "write <address>/<bits>"),
        ("node a", "node a 10.0.0.2/24", "write <interface>=<address>/<bits>"),
        ("node a", "node a eth0=10.0.0.2/24 eth1=192.0.2.2/28 via=gw", "is no address"),
        ("node a", "node a eth0=10.0.0.2/24 eth1=192.0.2.2/28 via=10.7.0.1", "over no interface of its own"),
        ("node a", "node a eth0=224.0.0.1/24", "nothing that an interface can own"),
        ("node a", "node a eth0=10.0.0.1/24 eth1=192.0.2.2/28 via=192.0.2.14", "moves, and cannot be a's own"),
        ("service p", "service p 192.0.2.1/28", "@<interface>"),
        ("service p", "service pp 192.0.2.1/28@eth1", "did you mean \"p\"?"),
        ("service p", "service p 192.0.2.1/28@eth7", "which a has no address on"),
        ("service p", "", "has no service"),
        ("media p", "", "has no media"),
        ("media p", "media p eth0", "write serial=<device>"),
        ("media p", "media p ucast=eth5", "has no address there"),
        ("network p", "", "has no network to reach"),
        ("", "connections p eth5", "not both nodes have an address there"),
        ("", "connections p", "nothing stands behind the name of the pair"),
        ("tunnel", "tunnel t p", "takes three names"),
        ("tunnel", "tunnel t p x inner=10.9.0.1,10.9.0.2", "is neither a pair nor a node"),
        ("tunnel", "tunnel t a b inner=10.9.0.1,10.9.0.2", "does not leave its pair"),
        ("tunnel", "tunnel t p q", "needs inner="),
        ("tunnel", "tunnel t p q inner=10.9.0.1", "in the order of the ends"),
        ("tunnel", "tunnel t p q policy inner=10.9.0.1,10.9.0.2", "has no interface"),
        ("tunnel", "tunnel t p q inner=10.9.0.1,10.9.0.2 bgp=0", "is no number of a system"),
        ("tunnel", "tunnel t p q inner=10.9.0.1,10.9.0.2 vti", "is none of gre, xfrm, policy"),
    ]

    @Test("Mistakes are named", arguments: mistakes.indices)
    func mistake(index: Int) {
        let (replaced, line, message) = Self.mistakes[index]
        var lines = Self.lines.map { !replaced.isEmpty && $0.hasPrefix(replaced) ? line : $0 }
        if replaced.isEmpty { lines.append(line) }
        let result = read(lines)
        #expect(result.site == nil)
        #expect(result.diagnostics.contains { "\($0)".contains(message) && $0.line != nil }, "\(result.diagnostics)")
    }

    @Test("No input makes it fail otherwise")
    func garbage() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<2000 {
            let words = Self.lines.flatMap { $0.split(separator: " ") }
            let line = (0..<Int.random(in: 1...6, using: &random)).map { _ in words.randomElement(using: &random) ?? ""
            }
            _ = read(Self.lines + [line.joined(separator: " ")])
            let bytes = (0..<40).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            _ = readSite(SourceFile(path: "site.cf", bytes: bytes))
        }
    }
}
