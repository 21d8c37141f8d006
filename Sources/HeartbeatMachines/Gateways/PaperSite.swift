// The paper's two sites: four networks behind one pair of gateways, two behind another, one IPsec connection between the pairs,
// GRE in it, and BGP over GRE. The files of the gateways are what hb_site makes of examples/vpn-gateway/site.cf.

import HeartbeatLab

extension GatewaySite {
    /// One end of it.
    private struct End {
        var nodes: [String]
        var lan: Wire
        var wan: Wire
        /// The third byte of its networks, 192.168.x.0/24.
        var networks: [Int]
        /// The network of its provider, without the last byte; the service is 1, the nodes are 2 and 3, the provider is 14.
        var provider: String

        func service(_ network: Int) -> String { "192.168.\(network).1" }
    }

    private static let ends = [
        End(
            nodes: ["cluster1", "cluster2"], lan: Wire("lanA"), wan: Wire("wanA"),
            networks: [0, 1, 2, 3],
            provider: "116.1.1"),
        End(
            nodes: ["cluster3", "cluster4"], lan: Wire("lanB"), wan: Wire("wanB"), networks: [10, 11],
            provider: "116.2.2"),
    ]

    /// - Parameter tree: the directory in which hb_site has written the files of all nodes.
    static func paper(_ daemon: GatewayDaemon, tree: String) -> GatewaySite {
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
                    gateway: "\(end.provider).14")
            }
        }
        let far = ends[1].networks.map { "192.168.\($0).100" }
        var site = GatewaySite(
            plan: plan, files: setups,
            trees: Dictionary(uniqueKeysWithValues: nodes.map { ($0.name, "\(tree)/\($0.name)") }),
            service: ends[0].service(ends[0].networks[0]),
            flows: ends[0].networks.indices.map { Flows(client: $0, hosts: far) })
        site.checks = [
            "vtysh -C -f /etc/frr/frr.conf",
            "(echo 'add table inet filter'; echo 'add chain inet filter input'; cat /etc/nftables.d/vpn.nft) | nft --check --file -",
            "if swanctl --stats >/dev/null 2>&1; then swanctl --load-all --noprompt; fi",
        ]
        return site
    }
}
