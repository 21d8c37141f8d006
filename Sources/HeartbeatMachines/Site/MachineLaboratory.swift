// Builds a site of virtual machines, and takes it away again. Wires are bridges in a namespace of their own, which is the
// internet as well; nothing outside of the laboratory's namespaces is touched.

import Glibc
import HeartbeatLab

/// A site. Use it from one thread, and `close` it whatever happens.
package final class MachineLaboratory {
    package let run: RunName
    package let plan: SitePlan
    package private(set) var machines: [Machine] = []
    package private(set) var clients: [NetworkNamespace] = []
    private let network: NetworkNamespace
    private var cables: [SerialCable] = []
    private var isClosed = false

    /// What the names of its namespaces and of its directory in /tmp begin with.
    package static let prefix = "hbm"
    /// What must be installed.
    package static let requirements = ["ip", "qemu-system-x86_64", "mksquashfs"]

    /// Builds the network; all machines are without power.
    /// - Parameter payload: a directory with the layers that the plan's machines name.
    package init(_ plan: SitePlan, image: MachineImage, payload: String) throws {
        guard geteuid() == 0 else { throw LabError.missing("virtual machines need root: it makes network namespaces") }
        let missing = Self.requirements.filter { !Files.isInstalled($0) }
        guard missing.isEmpty else { throw LabError.missing("not installed: \(missing.joined(separator: ", "))") }
        RunName.sweep(prefix: Self.prefix)
        self.plan = plan
        run = RunName(prefix: Self.prefix)
        network = NetworkNamespace(name: run("net"))
        do {
            try Files.makeDirectory(run.directory)
            try build(image, payload)
        } catch {
            close()
            throw error
        }
    }

    private func build(_ image: MachineImage, _ payload: String) throws {
        let drive = "\(run.directory)/payload"
        try Command.succeed(
            ["mksquashfs", payload, drive, "-comp", "lz4", "-all-root", "-noappend", "-no-progress", "-quiet"])
        _ = try NetworkNamespace.make(network.name)
        try network.set("net/ipv4/ip_forward", to: "1")
        for (number, wire) in plan.wires.enumerated() {
            // What switches and routers are known by stays the same from run to run.
            let address = HardwareAddress(0x52_54_00_00_F0_00 + UInt64(number))
            try network.configure(["link add \(wire.name) address \(address) type bridge", "link set \(wire.name) up"])
            if let own = plan.internet[wire] { try network.configure(["address add \(own) dev \(wire.name)"]) }
        }
        try network.configure(plan.routes.map { "route add \($0)" })
        for client in plan.clients { try add(client) }
        for ends in plan.nullModems {
            let directory = "\(run.directory)/cable\(ends[0])"
            try Files.makeDirectory(directory)
            cables.append(try SerialCable(in: directory, baud: plan.baud))
        }
        for (place, hardware) in plan.machines.enumerated() { try add(hardware, at: place, image, payload: drive) }
    }

    private func add(_ client: ClientPlan) throws {
        let namespace = try NetworkNamespace.make(run(client.name))
        clients.append(namespace)
        let number = clients.count
        let address = HardwareAddress(0x52_54_00_00_C0_00 + UInt64(number))
        try network.configure([
            "link add port\(number) type veth peer name eth0 address \(address) netns \(namespace.name)",
            "link set port\(number) master \(client.wire.name) up",
        ])
        try namespace.configure(
            client.addresses.map { "address add \($0) brd + dev eth0" } + ["link set eth0 up"]
                + (client.gateway.map { ["route add default via \($0)"] } ?? []))
    }

    private func add(_ hardware: MachineHardware, at place: Int, _ image: MachineImage, payload: String) throws {
        for (index, wire) in hardware.wires.enumerated() {
            let tap = hardware.tap(index)
            try network.configure(["tuntap add \(tap) mode tap", "link set \(tap) master \(wire.name) up"])
        }
        let directory = "\(run.directory)/\(hardware.name)"
        try Files.makeDirectory(directory)
        let cable = plan.nullModems.firstIndex { $0.contains(place) }.map { index in
            cables[index].paths[plan.nullModems[index][0] == place ? 0 : 1]
        }
        machines.append(
            Machine(hardware, image, network: network, directory: directory, payload: payload, cable: cable))
    }

    /// Switches machines on and waits until all of them have booted.
    package func powerOn(_ machines: [Machine]) throws {
        for machine in machines { try machine.powerOn() }
        for machine in machines { try machine.awaitBoot() }
    }

    /// Pulls a null modem, by its place in the plan, or plugs it in.
    package func plugNullModem(_ place: Int, _ isPlugged: Bool) { cables[place].plug(isPlugged) }

    /// Counts what its internet passes on.
    var crossings: CrossingCounter { CrossingCounter(network: network) }

    /// Takes everything away. Goes on whatever fails; what is left over in spite of that, the next run sweeps up.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        for machine in machines {
            do { try machine.powerOff() } catch { continue }
        }
        for cable in cables { cable.close() }
        for namespace in clients + [network] { namespace.remove() }
        Files.remove(run.directory)
    }
}
