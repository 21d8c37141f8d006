// The paper's two sites: four networks behind one pair of gateways, two behind another, one IPsec connection between the pairs,
// GRE in it, and BGP over GRE. The files of the gateways are those of examples/vpn-gateway.

import HeartbeatLab

extension GatewaySite {
    /// One end of it.
    private struct End {
        var directory: String
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
            directory: "a", nodes: ["cluster1", "cluster2"], lan: Wire("lanA"), wan: Wire("wanA"),
            networks: [0, 1, 2, 3],
            provider: "116.1.1"),
        End(
            directory: "b", nodes: ["cluster3", "cluster4"], lan: Wire("lanB"), wan: Wire("wanB"), networks: [10, 11],
            provider: "116.2.2"),
    ]

    /// Throws when the examples are not there.
    /// - Parameter examples: the directory of the files of both ends.
    static func paper(_ daemon: GatewayDaemon, examples: String) throws -> GatewaySite {
        let machines = ends.flatMap { end in end.nodes.map { ($0, end) } }.enumerated().map { index, pair in
            var machine = MachineHardware(name: pair.0, number: index + 1, wires: [pair.1.lan, pair.1.wan])
            machine.layers = layers(pair.0, daemon)
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
        let far = ends[1].networks.map { "192.168.\($0).100" }
        return GatewaySite(
            plan: plan, files: try ends.flatMap { try files($0, examples) },
            service: ends[0].service(ends[0].networks[0]),
            flows: ends[0].networks.indices.map { Flows(client: $0, hosts: far) })
    }

    private static func files(_ end: End, _ examples: String) throws -> [LayerFile] {
        let directory = "\(examples)/\(end.directory)"
        let places = [
            ("haresources", "etc/ha.d/haresources"), ("gre", "etc/ha.d/conf/gre"), ("frr.conf", "etc/frr/frr.conf"),
            ("daemons", "etc/frr/daemons"), ("swanctl.conf", "etc/swanctl/swanctl.conf"),
        ]
        let haresources = Files.read("\(directory)/haresources")
        return try heartbeatFiles(end.nodes, haresources: haresources)
            + end.nodes.enumerated().flatMap { index, node in
                try places.map { name, path in
                    let text = Files.read("\(directory)/\(name)")
                    guard !text.isEmpty else { throw LabError.missing("\(directory)/\(name) is missing or empty") }
                    return LayerFile(layer: node, path: path, text: text)
                } + [
                    setup(
                        node, lan: "192.168.\(end.networks[0]).\(index + 2)/24", wan: "\(end.provider).\(index + 2)/28",
                        gateway: "\(end.provider).14")
                ]
            }
    }
}
