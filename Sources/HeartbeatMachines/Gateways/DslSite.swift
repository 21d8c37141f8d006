// A gateway without a peer whose two lines are sessions of PPPoE, dialled by Debian's pppd, and the machine of the provider, which has
// an access concentrator for each.

import HeartbeatLab

/// A line of the gateway: the session, and what there is of it at the provider.
struct SessionLine: Hashable {
    /// From 1.
    let number: Int
    /// The first three parts of the addresses: the provider has `.1`, and the sessions have those from `.10` on.
    let network: String

    static let all = [SessionLine(number: 1, network: "198.51.100"), SessionLine(number: 2, network: "203.0.113")]
    static let first = all[0]
    static let second = all[1]

    var name: String { "dsl\(number)" }
    /// The session's interface on the gateway.
    var interface: String { "ppp\(number - 1)" }
    /// The table of the line; no file says another.
    var table: Int { 100 + number }
    /// The network card of both machines, with nothing but frames of PPPoE on it.
    private var card: String { "eth\(number)" }

    // MARK: - At the provider

    /// Offers sessions. A session gets the next address of the pool, so that one that is dialled anew gets another.
    var opening: String {
        "pppoe-server -I \(card) -C \(name) -L \(network).1 -R \(network).10 -N 40 -O /etc/ppp/\(name) -X /run/pppoe-\(name).pid"
    }
    /// Ends all sessions, and offers none any more.
    var closing: String { "kill $(cat /run/pppoe-\(name).pid)" }
    /// Ends the session, as providers do once a day.
    var ending: String { "kill $(head -n 1 /run/ppp-\(name).pid)" }

    /// What its pppd reads.
    var concentrator: String {
        """
        require-pap
        linkname \(name)
        ifname \(name)
        noccp
        lcp-echo-interval 5
        lcp-echo-failure 3
        logfile /var/log/ppp

        """
    }

    // MARK: - At the gateway

    /// What pppd reads: it dials again and again, and waits long enough for a session that is dialled anew to be away for about 8 s.
    var peer: String {
        """
        plugin rp-pppoe.so
        nic-\(card)
        unit \(number - 1)
        user gateway
        noauth
        noipdefault
        nodefaultroute
        noccp
        mtu 1492
        mru 1492
        persist
        maxfail 0
        holdoff 4
        lcp-echo-interval 5
        lcp-echo-failure 3
        logfile /var/log/ppp

        """
    }

    /// Lines of the gateway's file, with the times of docs/two-lines.md. The client's echoes are a connection that does not end by
    /// itself, and would stay on a line that is left for a better one.
    var rules: String {
        """
        line \(name) \(interface) via=peer hold=15s rise=30s flush=return optional
        probe a\(number) line=\(name) icmp 192.0.2.53
        probe b\(number) line=\(name) icmp 192.0.2.80

        """
    }

    /// Counts what the client sends over the line, as it arrives, and strays: what it sends with an address that is not of the line.
    var counting: [String] {
        [
            "iifname \(name) ip daddr \(GatewaySite.target) icmp type echo-request counter name \(name)",
            "iifname \(name) ip daddr \(GatewaySite.target) ip saddr != \(network).0/24 counter name \(SessionVerdict.strays)",
        ]
    }
}

extension GatewaySite {
    /// Whom the client speaks with; no probe asks there.
    static let target = "192.0.2.100"
    /// The class that the client is of.
    static let clients = "clients"

    static func dsl() -> GatewaySite {
        let (lan, core) = (Wire("lan"), Wire("core"))
        let wires = SessionLine.all.map { Wire($0.name) }
        let service = "192.168.0.1"
        var gateway = MachineHardware(name: "gateway", number: 1, wires: [lan] + wires)
        var provider = MachineHardware(name: "provider", number: 2, wires: [core] + wires)
        gateway.layers = layers(gateway.name, .ours)
        provider.layers = [provider.name]
        let plan = SitePlan(
            machines: [gateway, provider],
            clients: [
                ClientPlan("client", on: lan, addresses: ["192.168.0.100/24"], gateway: service),
                ClientPlan(
                    "core", on: core, addresses: ["\(target)/24", "192.0.2.53/24", "192.0.2.80/24"],
                    gateway: "192.0.2.1"),
            ])
        var site = GatewaySite(
            plan: plan, files: files(gateway: gateway.name, service: service) + files(provider: provider.name),
            service: service, flows: [Flows(client: 0, hosts: [target])])
        site.gatewayCount = 1
        // A program of the provider carries each packet.
        site.tick = .milliseconds(20)
        site.checks = ["hb_lines --check"]
        return site
    }

    private static func files(gateway: String, service: String) -> [LayerFile] {
        let rules = ["logfile /var/log/ha-log\n"] + SessionLine.all.map(\.rules)
        let preferred = SessionLine.all.map(\.name).joined(separator: " ")
        let boot = [
            "ip address add \(service)/24 brd + dev eth0", cards, forwarding, "hb_lines --nft | nft -f -",
            "modprobe pppoe",
        ]
        let dialling = SessionLine.all.map { "pppd call \($0.name)" }
        return [
            LayerFile(
                layer: gateway, path: "etc/ha.d/lines.cf",
                text: rules.joined() + "class \(clients) 192.168.0.0/24 prefer \(preferred)\n"),
            secrets(of: gateway), setup(gateway, boot + dialling),
        ] + SessionLine.all.map { LayerFile(layer: gateway, path: "etc/ppp/peers/\($0.name)", text: $0.peer) }
    }

    private static func files(provider: String) -> [LayerFile] {
        let boot = [
            "ip address add 192.0.2.1/24 brd + dev eth0", cards, forwarding, "nft -f /etc/nftables.conf",
            "modprobe ppp_async",
        ]
        return [
            LayerFile(layer: provider, path: "etc/nftables.conf", text: counters), secrets(of: provider),
            setup(provider, boot + SessionLine.all.map(\.opening)),
        ] + SessionLine.all.map { LayerFile(layer: provider, path: "etc/ppp/\($0.name)", text: $0.concentrator) }
    }

    private static let cards = "for card in eth0 eth1 eth2; do ip link set $card up; done"

    /// Both ends read the same.
    private static func secrets(of node: String) -> LayerFile {
        LayerFile(layer: node, path: "etc/ppp/pap-secrets", text: "gateway * laboratory *\n", mode: 0o600)
    }

    /// What comes from an address to which no route leads back is no verdict, and stands in the diagnosis: a question that is asked
    /// when an interface is up and has no address yet leaves with that of another one.
    private static var counters: String {
        """
        table ip count {
            \(SessionLine.all.map { "counter \($0.name) {}" }.joined(separator: "\n    "))
            counter \(SessionVerdict.strays) {}
            set lost { type ipv4_addr . ipv4_addr . ifname; size 64; flags dynamic; }
            chain prerouting {
                type filter hook prerouting priority filter;
                \(SessionLine.all.flatMap(\.counting).joined(separator: "\n        "))
                fib saddr . iif oif missing update @lost { ip saddr . ip daddr . iifname counter }
            }
        }

        """
    }
}
