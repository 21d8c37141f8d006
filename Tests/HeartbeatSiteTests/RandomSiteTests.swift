// Sites that nobody has thought of: whatever the site file may say together, heartbeat's own readers take what comes of it.

import HeartbeatConfig
import HeartbeatModel
import Testing

@testable import HeartbeatSite

/// A site file made of random parts, of which every one is right by itself.
private struct RandomSite {
    private var random: SplitMix64
    private(set) var lines = ["site random", "secret file=site.key"]
    private var pairs: [String] = []

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        let system = Int.random(in: 1...65_000, using: &random)
        for number in 1...Int.random(in: 1...4, using: &random) { addPair(number) }
        for number in 0..<(pairs.count > 1 ? Int.random(in: 0...5, using: &random) : 0) { addTunnel(number, system) }
    }

    private mutating func isChosen() -> Bool { Bool.random(using: &random) }

    private mutating func oneOf(_ words: [String]) -> String { words.randomElement(using: &random) ?? "" }

    /// Some of the words, at least one, in their order.
    private mutating func some(_ words: [String]) -> [String] {
        let chosen = words.filter { _ in Bool.random(using: &random) }
        return chosen.isEmpty ? [oneOf(words)] : chosen
    }

    private mutating func addPair(_ number: Int) {
        let name = "p\(number)"
        pairs.append(name)
        lines.append("pair \(name) \(name)a \(name)b")
        let isDual = isChosen()
        for (index, node) in ["a", "b"].enumerated() {
            let own = index + 2
            let addresses =
                ["eth0=10.\(number).0.\(own)/24", "eth1=172.16.\(number).\(own)/28"]
                + (isDual ? ["eth0=fd00:\(number)::\(own)/64"] : []) + ["eth2=10.255.\(number).\(index + 1)/30"]
            lines.append("node \(name)\(node) \(addresses.joined(separator: " ")) via=172.16.\(number).14")
        }
        let networks = 0..<Int.random(in: 1...4, using: &random)
        let services =
            ["172.16.\(number).1/28@eth1"] + some(networks.map { "10.\(number).\($0).1/24@eth0" })
            + (isDual && isChosen() ? ["fd00:\(number)::1/64@eth0"] : [])
        lines.append("service \(name) \(services.shuffled(using: &random).joined(separator: " "))")
        for network in networks { lines.append("network \(name) 10.\(number).\(network).0/24") }
        let media = some([
            "serial=/dev/ttyS0", oneOf(["bcast=eth0", "ucast=eth0"]), oneOf(["bcast=eth2", "ucast=eth2"]),
        ])
        lines.append("media \(name) \(media.joined(separator: " "))")
        addOptions(name)
        if isChosen() { lines.append("connections \(name) eth2") }
        if isChosen() { lines.append("run \(name) systemd::dnsmasq MailTo::root@localhost") }
    }

    private mutating func addOptions(_ name: String) {
        let keepalive = Int.random(in: 250...2000, using: &random)
        let deadtime = keepalive * Int.random(in: 4...20, using: &random)
        let options = [
            "keepalive \(keepalive)ms", "deadtime \(deadtime)ms", "warntime \(deadtime / 2)ms",
            "initdead \(max(deadtime * 2, 10_000))ms", "auto_failback \(oneOf(["on", "off"]))",
            "logfile /var/log/ha-log", "monitor 10", "link eth1 uplink debounce=100ms", "link eth0 routes=withdraw",
        ]
        // The times belong together.
        for option in options.prefix(4) + some(Array(options.dropFirst(4))) {
            lines.append("option \(name) \(option)")
        }
    }

    private mutating func addTunnel(_ number: Int, _ system: Int) {
        let ends = pairs.shuffled(using: &random).prefix(2).map { $0 + oneOf(["", "a", "b"]) }
        let kind = oneOf(["gre", "xfrm", "policy"])
        let rest =
            kind == "policy"
            ? [] : ["inner=10.9.\(number).1,10.9.\(number).2"] + (isChosen() ? ["bgp=\(system)"] : [])
        lines.append((["tunnel", "t\(number)"] + ends + [kind] + rest).joined(separator: " "))
    }
}

@Suite struct RandomSiteTests {
    @Test("Our own readers take the files of any site without a word, and its nodes agree")
    func readers() throws {
        var kinds: Set<TunnelKind> = []
        for seed in UInt64(1)...200 {
            let lines = RandomSite(seed: seed).lines
            let result = readSite(SourceFile(path: "site.cf", text: lines.joined(separator: "\n")))
            let site = try #require(result.site, "seed \(seed): \(result.diagnostics)")
            #expect(result.diagnostics.isEmpty, "seed \(seed)")
            kinds.formUnion(site.tunnels.map(\.kind))
            var tree: SiteTree = [:]
            for node in site.nodes {
                let files = SiteFiles(site, secret: ExampleSite.secret).files(of: node)
                let texts = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.text) })
                tree[node] = texts
                let diagnostics = try Self.diagnostics(of: texts, node)
                #expect(diagnostics.isEmpty, "seed \(seed), \(node): \(diagnostics)\n\(lines.joined(separator: "\n"))")
            }
            let disagreements = SiteAgreement.disagreements(of: tree, site)
            #expect(disagreements.isEmpty, "seed \(seed): \(disagreements)\n\(lines.joined(separator: "\n"))")
        }
        #expect(kinds == Set(TunnelKind.allCases), "the seeds do not reach everything")
    }

    /// What the readers of ha.cf, haresources and authkeys have to say.
    static func diagnostics(of files: [String: String], _ node: String) throws -> [Diagnostic] {
        func file(_ name: String) throws -> SourceFile {
            SourceFile(path: name, text: try #require(files["etc/ha.d/\(name)"]))
        }
        let result = readConfiguration(
            ConfigurationInput(
                haCf: try file("ha.cf"), haresources: try file("haresources"), authkeys: try file("authkeys"),
                authkeysMode: 0o600, localNode: NodeName(node)))
        #expect(result.configuration != nil || !result.diagnostics.isEmpty)
        return result.diagnostics
    }
}
