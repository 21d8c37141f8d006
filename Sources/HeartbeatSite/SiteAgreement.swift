// What must be the same in the files of different nodes, as a table; and where two of them disagree. It looks at what is there,
// whoever has written it.

/// The files of every node: path → text.
package typealias SiteTree = [String: [String: String]]

/// Two lines that must agree and do not.
package struct SiteDisagreement: Hashable, Sendable, CustomStringConvertible {
    /// `node:path:line`; without a line when there is none.
    package var first: String
    package var second: String
    /// What both are about, and what each says.
    package var what: String

    package var description: String { "\(first), \(second): \(what)" }
}

/// One row of the table.
struct AgreementRule {
    enum Scope {
        /// Between the two nodes of each pair.
        case pair
        /// Between any node of one end of a tunnel and any node of the other.
        case tunnel
    }

    var scope: Scope
    var kind: FactKind
    /// `TUNNEL` stands for the name of a tunnel, `NEAR` and `FAR` for the addresses in it.
    var key: String
    /// The key at the other side; the same when there is none.
    var counterpart: String?

    init(_ scope: Scope, _ kind: FactKind, _ key: String, as counterpart: String? = nil) {
        self.scope = scope
        self.kind = kind
        self.key = key
        self.counterpart = counterpart
    }
}

package enum SiteAgreement {
    /// Files that are the same on both nodes of a pair, to the last fact.
    private static let wholeFiles: [FactKind] = [.haresources, .authkeys, .interface, .swanctl, .frr]
    /// Of ha.cf, whose media name the other node.
    private static let commonDirectives = [
        "keepalive", "deadtime", "warntime", "initdead", "auto_failback", "udpport", "node", "node 2",
    ]

    /// Whether running daemons are to compare the file, too. Those of heartbeat they compare anyway, and refuse what differs.
    static func isCompared(_ path: String) -> Bool {
        guard let kind = FactKind(path: path) else { return false }
        return wholeFiles.contains(kind) && kind != .haresources && kind != .authkeys
    }

    static let table: [AgreementRule] =
        commonDirectives.map { AgreementRule(.pair, .haCf, $0) } + [
            AgreementRule(.tunnel, .interface, "LOCAL", as: "REMOTE"),
            AgreementRule(.tunnel, .interface, "REMOTE", as: "LOCAL"),
            AgreementRule(.tunnel, .interface, "ADDRESS", as: "PEER"),
            AgreementRule(.tunnel, .interface, "PEER", as: "ADDRESS"),
            AgreementRule(.tunnel, .swanctl, "connections.TUNNEL.version"),
            AgreementRule(.tunnel, .swanctl, "connections.TUNNEL.proposals"),
            AgreementRule(.tunnel, .swanctl, "connections.TUNNEL.local_addrs", as: "connections.TUNNEL.remote_addrs"),
            AgreementRule(.tunnel, .swanctl, "connections.TUNNEL.remote_addrs", as: "connections.TUNNEL.local_addrs"),
            AgreementRule(.tunnel, .swanctl, "connections.TUNNEL.local.id", as: "connections.TUNNEL.remote.id"),
            AgreementRule(.tunnel, .swanctl, "connections.TUNNEL.remote.id", as: "connections.TUNNEL.local.id"),
            AgreementRule(.tunnel, .swanctl, "connections.TUNNEL.local.auth", as: "connections.TUNNEL.remote.auth"),
            AgreementRule(.tunnel, .swanctl, "connections.TUNNEL.remote.auth", as: "connections.TUNNEL.local.auth"),
            AgreementRule(.tunnel, .swanctl, "connections.TUNNEL.children.TUNNEL.mode"),
            AgreementRule(.tunnel, .swanctl, "connections.TUNNEL.children.TUNNEL.esp_proposals"),
            AgreementRule(
                .tunnel, .swanctl, "connections.TUNNEL.children.TUNNEL.local_ts",
                as: "connections.TUNNEL.children.TUNNEL.remote_ts"),
            AgreementRule(
                .tunnel, .swanctl, "connections.TUNNEL.children.TUNNEL.remote_ts",
                as: "connections.TUNNEL.children.TUNNEL.local_ts"),
            AgreementRule(.tunnel, .swanctl, "secrets.ike-TUNNEL.secret"),
            AgreementRule(.tunnel, .frr, "timers"),
            AgreementRule(.tunnel, .frr, "neighbor FAR remote-as", as: "neighbor NEAR remote-as"),
        ]

    /// Everything in which the files of the site's nodes disagree with each other.
    package static func disagreements(of tree: SiteTree, _ site: Site) -> [SiteDisagreement] {
        let facts = tree.mapValues { files in
            files.compactMap { path, text in
                FactKind(path: path).map { FactFile(path: path, kind: $0, facts: $0.facts(in: text)) }
            }
        }
        let inPairs = site.pairs.flatMap { pair in
            compare(pair.nodes[0].name, pair.nodes[1].name, facts, OwnTunnels(site, pair))
        }
        let inTunnels = site.tunnels.flatMap { tunnel -> [SiteDisagreement] in
            guard let (left, right) = nodes(of: tunnel, site) else { return [] }
            return compare(left, right, tunnel, facts)
        }
        var seen: Set<SiteDisagreement> = []
        return (inPairs + inTunnels).filter { seen.insert($0).inserted }
    }

    /// One node of each end: within a pair all that matters is the same.
    private static func nodes(of tunnel: SiteTunnel, _ site: Site) -> (String, String)? {
        let names = tunnel.ends.compactMap { end in
            site.nodes.contains(end) ? end : site.pair(at: end)?.nodes.first?.name
        }
        return names.count == 2 ? (names[0], names[1]) : nil
    }

    private struct FactFile {
        var path: String
        var kind: FactKind
        var facts: [FileFact]
    }

    private typealias Facts = [String: [FactFile]]

    // MARK: - In a pair

    /// Tunnels that begin at one node of a pair and not at the pair: the other node has others.
    private struct OwnTunnels {
        private let tunnels: [SiteTunnel]

        init(_ site: Site, _ pair: SitePair) {
            tunnels = site.tunnels.filter { tunnel in tunnel.ends.contains { pair.node($0) != nil } }
        }

        /// Whether a fact is about one of them.
        func own(_ key: String, in kind: FactKind) -> Bool {
            switch kind {
            case .swanctl:
                let parts = key.split(separator: ".")
                return tunnels.contains { parts.count > 1 && (parts[1] == $0.name || parts[1] == "ike-\($0.name)") }
            case .frr:
                return tunnels.contains { $0.inner.contains { key.hasPrefix("neighbor \($0) ") } }
            case .haCf, .haresources, .authkeys, .interface: return false
            }
        }
    }

    private static func compare(
        _ left: String, _ right: String, _ facts: Facts, _ tunnels: OwnTunnels
    ) -> [SiteDisagreement] {
        (facts[left] ?? []).flatMap { file -> [SiteDisagreement] in
            // What a node has alone, such as the tunnel that begins at itself, agrees with nothing.
            guard let other = (facts[right] ?? []).first(where: { $0.path == file.path }) else { return [] }
            let keys =
                wholeFiles.contains(file.kind)
                ? union(file.facts.map(\.key), other.facts.map(\.key))
                : table.filter { $0.scope == .pair && $0.kind == file.kind }.map(\.key)
            return keys.filter { !tunnels.own($0, in: file.kind) }.compactMap {
                compare((left, file, $0), (right, other, $0))
            }
        }
    }

    private static func union(_ first: [String], _ second: [String]) -> [String] {
        var seen: Set<String> = []
        return (first + second).filter { seen.insert($0).inserted }
    }

    private static func compare(
        _ left: (node: String, file: FactFile, key: String), _ right: (node: String, file: FactFile, key: String)
    ) -> SiteDisagreement? {
        let (first, second) = (
            left.file.facts.first { $0.key == left.key }, right.file.facts.first { $0.key == right.key }
        )
        guard first?.value != second?.value else { return nil }
        func place(_ side: (node: String, file: FactFile, key: String), _ fact: FileFact?) -> String {
            "\(side.node):\(side.file.path)" + (fact.map { ":\($0.line)" } ?? "")
        }
        // A secret is not repeated.
        let isSecret = left.file.kind == .authkeys || left.key.hasSuffix(".secret")
        func value(_ fact: FileFact?) -> String { fact.map { isSecret ? "another" : "\"\($0.value)\"" } ?? "nothing" }
        let keys = left.key == right.key ? left.key : "\(left.key) and \(right.key)"
        return SiteDisagreement(
            first: place(left, first), second: place(right, second),
            what: isSecret ? "\(keys) must be the same" : "\(keys) must be the same: \(value(first)), \(value(second))")
    }

    // MARK: - Through a tunnel

    private static func compare(
        _ left: String, _ right: String, _ tunnel: SiteTunnel, _ facts: Facts
    ) -> [SiteDisagreement] {
        table.filter { $0.scope == .tunnel }.compactMap { rule in
            guard let first = file(left, rule, tunnel, facts), let second = file(right, rule, tunnel, facts) else {
                return nil
            }
            return compare(
                (left, first, key(rule.key, tunnel, end: 0)),
                (right, second, key(rule.counterpart ?? rule.key, tunnel, end: 0)))
        }
    }

    /// The file of a node that a rule about a tunnel is for.
    private static func file(_ node: String, _ rule: AgreementRule, _ tunnel: SiteTunnel, _ facts: Facts) -> FactFile? {
        (facts[node] ?? []).first { file in
            guard file.kind == rule.kind else { return false }
            return rule.kind != .interface || file.path.hasSuffix("-\(tunnel.name)")
        }
    }

    private static func key(_ text: String, _ tunnel: SiteTunnel, end: Int) -> String {
        var key = text.replacing("TUNNEL", with: tunnel.name)
        if tunnel.inner.count == 2 {
            key = key.replacing("NEAR", with: "\(tunnel.inner[end])").replacing(
                "FAR", with: "\(tunnel.inner[1 - end])")
        }
        return key
    }
}
