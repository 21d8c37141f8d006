// Two sites with a pair of gateways each, and what there is between them. The files of the gateways are what hb_site makes of an
// example.

import HeartbeatLab

extension GatewaySite {
    /// One end of it.
    struct End {
        var nodes: [String]
        var lan: Wire
        var wan: Wire
        /// The third byte of its networks, 192.168.x.0/24.
        var networks: [Int]
        /// The network of its provider, without the last byte; the service is 1, the nodes are 2 and 3, the provider is 14.
        var provider: String
        /// Lines of shell that each of its nodes runs when it boots, by node.
        var boot: [[String]] = [[], []]

        func service(_ network: Int) -> String { "192.168.\(network).1" }
    }

    /// Four networks behind one pair, two behind another, one IPsec connection between the pairs, GRE in it, and BGP over GRE.
    /// - Parameter tree: the directory in which hb_site has written the files of all nodes.
    static func paper(_ daemon: GatewayDaemon, tree: String) -> GatewaySite {
        let left = End(
            nodes: ["cluster1", "cluster2"], lan: Wire("lanA"), wan: Wire("wanA"), networks: [0, 1, 2, 3],
            provider: "116.1.1")
        let right = End(
            nodes: ["cluster3", "cluster4"], lan: Wire("lanB"), wan: Wire("wanB"), networks: [10, 11],
            provider: "116.2.2")
        var site = between([left, right], daemon, tree: tree)
        site.proofs = [proofs(of: left, at: 0, far: right), proofs(of: right, at: 2, far: left)]
        return site
    }

    /// One network behind two gateways, each with a tunnel of its own to the same far pair: whichever has the pair's service has two
    /// tunnels to the same network, and BGP chooses between them.
    /// - Parameter tree: the directory in which hb_site has written the files of all nodes.
    static func twoTunnels(_ daemon: GatewayDaemon, tree: String) -> GatewaySite {
        // A tunnel that belongs to a machine is there from its boot on, whoever serves.
        let boot = ["one", "two"].map { tunnel in
            [
                "(for resource in 'xfrmi \(tunnel)' 'ipsec \(tunnel)' zebra bgpd; do /etc/ha.d/resource.d/$resource start; done) \\",
                "    </dev/null >/var/log/tunnel 2>&1 &",
            ]
        }
        let left = End(
            nodes: ["cluster1", "cluster2"], lan: Wire("lanA"), wan: Wire("wanA"), networks: [10], provider: "116.2.2",
            boot: boot)
        let right = End(
            nodes: ["cluster3", "cluster4"], lan: Wire("lanB"), wan: Wire("wanB"), networks: [0], provider: "116.1.1")
        var site = between([left, right], daemon, tree: tree)
        site.hasSeveralWays = true
        let target = "192.168.\(left.networks[0]).100"
        site.proofs = [
            EndProofs(
                first: 0, service: left.service(left.networks[0]),
                onOwner: right.networks.map { .isRoutedByBGP($0, through: nil) }),
            EndProofs(
                first: 2, service: right.service(right.networks[0]),
                onOwner: [.areUp(["one", "two"])] + left.networks.map { .isRoutedByBGP($0, through: nil) },
                onLoss: ["ipsec1", "ipsec2"].map { .isReached(target, through: $0) }),
        ]
        return site
    }

    /// All between the ends goes through one connection. The script of the tunnel may be told the same twice, also where it is not
    /// used.
    private static func proofs(of end: End, at first: Int, far: End) -> EndProofs {
        EndProofs(
            first: first, service: end.service(end.networks[0]),
            onOwner: [.onePolicy] + far.networks.map { .isRoutedByBGP($0, through: "gre1") },
            onOther: [.succeeds("gre", ["main start", "main start", "main stop", "main stop"])])
    }

    private static func between(_ ends: [End], _ daemon: GatewayDaemon, tree: String) -> GatewaySite {
        let nodes = ends.flatMap { end in end.nodes.map { (name: $0, end: end) } }
        let machines = nodes.enumerated().map { index, node in
            var machine = MachineHardware(name: node.name, number: index + 1, wires: [node.end.lan, node.end.wan])
            machine.layers = layers(node.name, daemon)
            return machine
        }
        let clients = ends.flatMap { end in
            end.networks.map { network in
                ClientPlan(
                    "net\(network)", on: end.lan, addresses: ["192.168.\(network).100/24"],
                    gateway: end.service(network))
            }
        }
        var plan = SitePlan(machines: machines, clients: clients)
        for end in ends { plan.internet[end.wan] = "\(end.provider).14/28" }
        plan.nullModems = [[0, 1], [2, 3]]
        let setups = ends.flatMap { end in
            end.nodes.enumerated().map { index, node in
                setup(
                    node, lan: "192.168.\(end.networks[0]).\(index + 2)/24", wan: "\(end.provider).\(index + 2)/28",
                    gateway: "\(end.provider).14", boot: end.boot[index])
            }
        }
        let originals = daemon == .ours ? [] : nodes.map { originalHaCf(of: $0.name, tree: tree) }
        let far = ends[1].networks.map { "192.168.\($0).100" }
        var site = GatewaySite(
            plan: plan, files: setups + originals,
            trees: Dictionary(uniqueKeysWithValues: nodes.map { ($0.name, "\(tree)/\($0.name)") }),
            service: ends[0].service(ends[0].networks[0]),
            flows: ends[0].networks.indices.map { Flows(client: $0, hosts: far) })
        // An emulated processor encrypts a few hundred packets a second.
        site.tick = .milliseconds(20)
        site.checks = [
            "vtysh -C -f /etc/frr/frr.conf",
            "(echo 'add table inet filter'; echo 'add chain inet filter input'; cat /etc/nftables.d/*.nft) | nft --check --file -",
            "if swanctl --stats >/dev/null 2>&1; then swanctl --load-all --noprompt; fi",
        ]
        return site
    }

    /// Heartbeat 3 does not start with a directive that it does not know.
    private static func originalHaCf(of node: String, tree: String) -> LayerFile {
        let path = "etc/ha.d/ha.cf"
        let lines = Files.read("\(tree)/\(node)/\(path)").split(separator: "\n", omittingEmptySubsequences: false)
        let known = lines.filter { line in !["sync", "link"].contains { line.hasPrefix("\($0) ") } }
        return LayerFile(layer: node, path: path, text: known.joined(separator: "\n"))
    }
}
