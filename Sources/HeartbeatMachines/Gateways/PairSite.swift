// The smallest site: two gateways between a LAN and the internet, a null modem between them, a client behind them. Nothing runs but
// the addresses.

import HeartbeatLab

extension GatewaySite {
    /// - Parameter isSerialOnly: the null modem is the only medium.
    static func pair(_ daemon: GatewayDaemon, isSerialOnly: Bool) -> GatewaySite {
        let (lan, wan) = (Wire("lan"), Wire("wan"))
        let (service, outside) = ("192.168.0.1", "116.1.1.14")
        let nodes = ["cluster1", "cluster2"]
        let machines = nodes.enumerated().map { index, name in
            var machine = MachineHardware(name: name, number: index + 1, wires: [lan, wan])
            machine.layers = layers(name, daemon)
            return machine
        }
        var plan = SitePlan(
            machines: machines,
            clients: [ClientPlan("client", on: lan, addresses: ["192.168.0.100/24"], gateway: service)])
        plan.internet = [wan: "\(outside)/28"]
        plan.routes = ["192.168.0.0/24 via 116.1.1.1"]
        plan.nullModems = [[0, 1]]
        // With interfaces, because Debian's IPaddr refuses an address without one on every interface but eth0.
        let files = heartbeatFiles(
            nodes, media: ["serial /dev/ttyS1"] + (isSerialOnly ? [] : ["bcast eth0"]),
            haresources: "cluster1 116.1.1.1/28/eth1 \(service)/24/eth0\n")
        let setups = nodes.enumerated().map { index, node in
            setup(node, lan: "192.168.0.\(index + 2)/24", wan: "116.1.1.\(index + 2)/28", gateway: outside)
        }
        return GatewaySite(
            plan: plan, files: files + setups, service: service, flows: [Flows(client: 0, hosts: [outside])])
    }
}
