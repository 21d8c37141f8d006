// What a node needs for its tunnels: their interfaces, IPsec, BGP, and who may send it what.

import HeartbeatModel

extension SiteFiles {
    typealias TunnelEnd = (tunnel: SiteTunnel, end: Int)

    private func outer(_ tunnel: SiteTunnel, _ end: Int) -> String {
        site.outer(tunnel.ends[end]).map { "\($0.ip)" } ?? ""
    }

    private func networks(_ tunnel: SiteTunnel, _ end: Int) -> [SiteNetwork] {
        site.pair(at: tunnel.ends[end])?.networks ?? []
    }

    // MARK: - Interfaces

    /// The file that resource.d/gre or resource.d/xfrmi reads; none for a policy.
    func interface(_ tunnel: SiteTunnel, _ end: Int) -> SiteFile? {
        // BGP brings the routes where it runs.
        let routes =
            tunnel.system == nil ? networks(tunnel, 1 - end).map(\.text).joined(separator: " ") : ""
        switch tunnel.kind {
        case .policy: return nil
        case .gre:
            return file(
                "etc/ha.d/conf/gre-\(tunnel.name)",
                [
                    "GRE_INTERFACE=\(tunnel.interface)", "GRE_LOCAL=\(outer(tunnel, end))",
                    "GRE_REMOTE=\(outer(tunnel, 1 - end))", "GRE_ADDRESS=\(tunnel.inner[end])",
                    "GRE_PEER=\(tunnel.inner[1 - end])", "GRE_ROUTES='\(routes)'",
                ])
        case .xfrm:
            return file(
                "etc/ha.d/conf/xfrmi-\(tunnel.name)",
                [
                    "XFRMI_INTERFACE=\(tunnel.interface)", "XFRMI_ID=\(tunnel.number)",
                    "XFRMI_ADDRESS=\(tunnel.inner[end])", "XFRMI_PEER=\(tunnel.inner[1 - end])",
                    "XFRMI_ROUTES='\(routes)'",
                ])
        }
    }

    // MARK: - IPsec

    /// /etc/swanctl/conf.d: connections and their secrets, readable for its owner only.
    func swanctl(_ ends: [TunnelEnd]) -> SiteFile {
        let connections = ends.flatMap { connection($0.tunnel, $0.end).map { "    " + $0 } }
        // Of the ends, not of the tunnel: IPsec knows the other side by its address, and two tunnels may have the same ends.
        let secrets = ends.flatMap { tunnel, end in
            [
                "    ike-\(tunnel.name) {", "        id-here = \(outer(tunnel, end))",
                "        id-there = \(outer(tunnel, 1 - end))",
                "        secret = \"\(secret.text(for: "psk \(tunnel.ends.sorted().joined(separator: " "))"))\"",
                "    }",
            ]
        }
        return file(
            "etc/swanctl/conf.d/\(site.name).conf", mode: 0o600,
            ["connections {"] + connections + ["}", "secrets {"] + secrets + ["}"])
    }

    private func connection(_ tunnel: SiteTunnel, _ end: Int) -> [String] {
        let (here, there) = (outer(tunnel, end), outer(tunnel, 1 - end))
        let number =
            tunnel.kind == .xfrm ? ["    if_id_in = \(tunnel.number)", "    if_id_out = \(tunnel.number)"] : []
        return [
            "\(tunnel.name) {", "    version = 2", "    local_addrs = \(here)", "    remote_addrs = \(there)",
            "    proposals = aes128-sha256-x25519",
            "    # A gateway that takes over is not the old one with a new address: it replaces what is left of that one.",
            "    mobike = no", "    unique = replace", "    # Tried for ever, because heartbeat asks only once.",
            "    keyingtries = 0", "    dpd_delay = 2s",
        ] + number + [
            "    local {", "        auth = psk", "        id = \(here)", "    }", "    remote {", "        auth = psk",
            "        id = \(there)", "    }", "    children {",
        ] + child(tunnel, end).map { "        " + $0 } + ["    }", "}"]
    }

    private func child(_ tunnel: SiteTunnel, _ end: Int) -> [String] {
        let selectors: [String]
        switch tunnel.kind {
        case .gre:
            selectors = [
                "    # What is in the tunnel is GRE, protocol 47.", "    mode = transport",
                "    local_ts = \(outer(tunnel, end))[47]",
                "    remote_ts = \(outer(tunnel, 1 - end))[47]",
            ]
        case .xfrm: selectors = ["    mode = tunnel", "    local_ts = 0.0.0.0/0", "    remote_ts = 0.0.0.0/0"]
        case .policy:
            let (here, there) = (networks(tunnel, end), networks(tunnel, 1 - end))
            selectors = [
                "    mode = tunnel", "    local_ts = \(here.map(\.text).joined(separator: ", "))",
                "    remote_ts = \(there.map(\.text).joined(separator: ", "))",
            ]
        }
        return ["\(tunnel.name) {"] + selectors + [
            "    esp_proposals = aes128gcm16-x25519, aes128-sha256-x25519",
            "    # A packet for the other end asks for the tunnel when it is not there.", "    start_action = trap",
            "    dpd_action = restart", "}",
        ]
    }

    /// How long strongSwan waits for an end that says nothing (strongswan.conf(5)).
    func charon() -> SiteFile {
        file(
            "etc/strongswan.d/\(site.name).conf",
            [
                "charon {",
                "    # An end that answers nothing is given up after 8 s; the defaults keep a connection to a gateway that is gone for 165 s.",
                "    retransmit_tries = 3", "    retransmit_timeout = 1.0", "    retransmit_base = 1.5", "}",
            ])
    }

    // MARK: - BGP

    /// /etc/frr/frr.conf and daemons.
    func frr(_ pair: SitePair, _ ends: [TunnelEnd]) -> [SiteFile] {
        let speaking = ends.filter { $0.tunnel.system != nil }
        guard let first = speaking.first, let system = first.tunnel.system else { return [] }
        let neighbours = speaking.flatMap { tunnel, end in
            let peer = tunnel.inner[1 - end]
            return [
                " neighbor \(peer) remote-as \(tunnel.system ?? system)", " neighbor \(peer) timers connect 1",
                " neighbor \(peer) advertisement-interval 0",
            ]
        }
        // A gateway whose tunnels are its own is one of several ways to these networks, also when it has lost them.
        let comesWithGroup = speaking.contains { $0.tunnel.ends[$0.end] == pair.name }
        let announced =
            comesWithGroup
            ? [" ! The addresses of these networks come with the group.", " no bgp network import-check"]
            : [" ! Networks that this gateway does not reach are not announced.", " bgp network import-check"]
        let lines =
            [
                "frr defaults traditional", "log syslog warnings", "!", "router bgp \(system)",
                " bgp router-id \(first.tunnel.inner[first.end])",
            ] + announced + [
                " ! A dead neighbour is given up after 9 s; the default of 180 s keeps routes to a gateway that is gone.",
                " timers bgp 3 9",
                " ! A gateway that takes over is connected with after a second, not after two minutes.",
            ] + neighbours + [" address-family ipv4 unicast"]
            + pair.networks.filter { !$0.address.isIPv6 }.map { "  network \($0.text)" }
            + speaking.map { "  neighbor \($0.tunnel.inner[1 - $0.end]) next-hop-self" } + [" exit-address-family"]
        return [
            file("etc/frr/frr.conf", mode: 0o640, comment: "!", lines),
            file("etc/frr/daemons", ["zebra_options=\"-A 127.0.0.1 -s 90000000\"", "bgpd_options=\"-A 127.0.0.1\""]),
        ]
    }

    // MARK: - Packet filter

    /// What must be let in, to be included behind the table `inet filter` of the machine's own rules.
    func firewall(_ pair: SitePair, _ node: SiteNode, _ partner: SiteNode, _ ends: [TunnelEnd]) -> SiteFile {
        func rule(_ match: String) -> String { "insert rule inet filter input \(match) accept" }
        func family(_ address: IPAddress) -> String { address.isIPv6 ? "ip6" : "ip" }
        let heartbeats = pair.media.flatMap { medium -> [String] in
            switch medium {
            case .serial: []
            case .broadcast(let interface), .unicast(let interface):
                partner.addresses.filter { $0.interface == interface }.map {
                    rule("iifname \(interface) \(family($0.ip)) saddr \($0.ip) udp dport \(Configuration.usualPort)")
                }
            }
        }
        let connections = partner.addresses.filter { $0.interface == pair.connections }.map {
            rule("iifname \($0.interface) \(family($0.ip)) saddr \($0.ip) udp dport 3780")
        }
        let tunnels = ends.flatMap { tunnel, end -> [String] in
            guard let there = site.outer(tunnel.ends[1 - end])?.ip else { return [] }
            let from = "\(family(there)) saddr \(there)"
            let bgp = tunnel.system.map { _ in [rule("iifname \(tunnel.interface) tcp dport 179")] } ?? []
            // GRE by its number: a machine without /etc/protocols does not know the name, and would refuse the whole file.
            return [rule("\(from) udp dport { 500, 4500 }"), rule("\(from) meta l4proto esp")]
                + (tunnel.kind == .gre ? [rule("\(from) meta secpath exists meta l4proto 47")] : []) + bgp
        }
        return file("etc/nftables.d/\(site.name).nft", heartbeats + connections + tunnels)
    }
}
