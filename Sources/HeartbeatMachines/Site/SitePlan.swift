// What stands where, and what it is connected with. A value.

import HeartbeatLab

/// A host that asks, not a machine of its own: a network namespace whose interface is eth0.
package struct ClientPlan: Hashable, Sendable {
    package var name: String
    package var wire: Wire
    /// With their prefix lengths.
    package var addresses: [String]
    package var gateway: String?

    package init(_ name: String, on wire: Wire, addresses: [String], gateway: String? = nil) {
        self.name = name
        self.wire = wire
        self.addresses = addresses
        self.gateway = gateway
    }
}

/// Machines, clients and what is between them.
package struct SitePlan: Hashable, Sendable {
    package var machines: [MachineHardware]
    package var clients: [ClientPlan]
    /// The addresses, with their prefix lengths, of the router that all these wires meet at: the internet.
    package var internet: [Wire: String] = [:]
    /// Routes of that router, in the words of `ip route add`.
    package var routes: [String] = []
    /// Two machines that have a null modem between them, by their places.
    package var nullModems: [[Int]] = []
    package var baud = 19200

    package init(machines: [MachineHardware], clients: [ClientPlan]) {
        self.machines = machines
        self.clients = clients
    }

    /// All wires, each once, in the order in which they are named.
    var wires: [Wire] {
        let all = machines.flatMap(\.wires) + clients.map(\.wire) + internet.keys.sorted { $0.name < $1.name }
        var seen: Set<Wire> = []
        return all.filter { seen.insert($0).inserted }
    }
}
