// Hosts of a gateway service and everything around them, each in a network namespace. It builds and breaks; what is right is judged
// elsewhere.
//
//   client 10.0.0.100 ┐          ┌ down0 10.0.0.2  gwa  up0 203.0.113.2 ┐
//   witness 10.0.0.20 ┤          ├ down0 10.0.0.3  gwb  up0 203.0.113.3 ├ bridge up0 ── router 203.0.113.6, behind it 192.0.2.1
//                     └ bridge ──┴ down0 10.0.0.4  gwc  up0 203.0.113.4 ┘
//
// The client's way to 192.0.2.1 is 10.0.0.1, and the router's way back is 203.0.113.1: whoever serves has both. A second service has
// networks of its own, 10.0.1 and 198.51.100, and another uplink, up1.

import Glibc
import HeartbeatModel

/// Two to five hosts, a client and a router.
package final class GatewayHosts {
    /// The switches, each with the name of the hosts' interfaces at it.
    static let bridges = [GatewayNetwork.downlink] + GatewayNetwork.allCases.map(\.uplink)

    package let run: RunName
    package private(set) var hosts: [LabHost] = []
    /// Where the client is; its interface is eth0.
    package let client: NetworkNamespace
    /// File that all resource scripts append to.
    package var scriptRecord: String { "\(run.directory)/scripts.log" }
    private let witness: NetworkNamespace
    private let router: NetworkNamespace
    private let switches: Switches
    private var recorder: HostRecorder?

    /// Builds everything; all hosts are without power. Throws when it cannot be built; nothing is left then.
    /// - Parameter prefix: what the names of its namespaces and of its directory in /tmp begin with; letters only.
    package init(prefix: String, count: Int = 3) throws {
        precondition((1...GatewayNetwork.mostHosts).contains(count), "there are no addresses for \(count) hosts")
        try Laboratory.checkRights()
        RunName.sweep(prefix: prefix)
        run = RunName(prefix: prefix)
        switches = Switches(name: run("switch"))
        client = NetworkNamespace(name: run(GatewayPlace.client.name))
        witness = NetworkNamespace(name: run(GatewayPlace.witness.name))
        router = NetworkNamespace(name: run(GatewayPlace.router.name))
        do {
            try Files.makeDirectory(run.directory)
            try Files.write("", to: scriptRecord)
            try build(count)
        } catch {
            close()
            throw error
        }
    }

    /// Takes everything away, with what runs there.
    package func close() {
        recorder?.close()
        recorder = nil
        for host in hosts {
            do { try host.killProcesses() } catch { continue }
        }
        switches.close()
        for namespace in hosts.map(\.namespace) + [client, witness, router] { namespace.remove() }
        Files.remove(run.directory)
    }

    private func build(_ count: Int) throws {
        for number in 0..<count { hosts.append(try LabHost(number, of: run, record: scriptRecord)) }
        for namespace in [client, witness, router] { _ = try NetworkNamespace.make(namespace.name) }
        try switches.make(Self.bridges)
        recorder = try HostRecorder(in: switches.namespace, to: hosts.map(\.namespace))
        for host in hosts {
            for bridge in Self.bridges {
                try switches.lead(
                    "\(bridge)-\(host.name)", of: bridge, to: host.namespace, interface: bridge,
                    address: host.station(bridge))
            }
            try switches.set(ports(of: host), up: false)
        }
        try makeClients()
        try makeRouter()
    }

    private func makeClients() throws {
        let bridge = GatewayNetwork.downlink
        for (place, namespace, number) in [
            (GatewayPlace.client, client, 0xE1), (GatewayPlace.witness, witness, UInt64(0xE2)),
        ] {
            try switches.lead(
                "\(bridge)-\(place.name)", of: bridge, to: namespace, interface: "eth0",
                address: HardwareAddress(0x02_00_00_00_00_00 + number))
            try namespace.configure(["link set eth0 up"])
        }
        try client.configure([
            "address add \(GatewayNetwork.client)/24 brd + dev eth0",
            "route add default via \(GatewayNetwork.first.roving(on: .down))",
        ])
        // What waits for an address to answer is let go of, or an outage would end in a burst of old questions.
        try client.set("net/ipv4/neigh/eth0/unres_qlen_bytes", to: "4096")
        try witness.configure(GatewayNetwork.allCases.map { "address add \($0.witness)/24 brd + dev eth0" })
    }

    private func makeRouter() throws {
        for network in GatewayNetwork.allCases {
            let (bridge, interface) = (network.uplink, "eth\(network.rawValue)")
            try switches.lead(
                "\(bridge)-\(GatewayPlace.router.name)", of: bridge, to: router, interface: interface,
                address: HardwareAddress(0x02_00_00_00_00_F1 + UInt64(network.rawValue)))
            try router.configure([
                "link set \(interface) up",
                "address add \(network.nextHop)/\(network.length(on: .up)) dev \(interface)",
                "route add \(network.downstream) via \(network.roving(on: .up))",
            ])
            try router.set("net/ipv4/neigh/\(interface)/unres_qlen_bytes", to: "4096")
        }
        try router.configure(["address add \(GatewayNetwork.far)/32 dev lo"])
    }

    // MARK: - What is done to hosts

    /// The far ends of a host's cables.
    private func ports(of host: LabHost) -> [String] {
        GatewaySide.allCases.flatMap { GatewayPlace.host(host.number).ports(on: $0) }
    }

    /// Boots a host with all its cables plugged in. It has an address downstream, and its uplinks are down.
    package func powerOn(_ host: LabHost) throws {
        try switches.set(ports(of: host), up: true)
        recorder?.note(.power(true), of: host.number, at: Moment.now())
        try host.boot()
    }

    /// Cuts a host's power: its cables carry nothing from this moment on, its processes end, its memory is lost. Nobody else sees a
    /// carrier change. Returns the moment.
    @discardableResult
    package func powerOff(_ host: LabHost) throws -> Moment {
        for port in try ports(of: host).map(switches.number) { try switches.cut(port) }
        let moment = Moment.now()
        recorder?.note(.power(false), of: host.number, at: moment)
        try host.losePower()
        try switches.set(ports(of: host), up: false)
        return moment
    }

    /// Pulls a host's cables of one side, or plugs them in again. The carrier goes with them.
    package func plug(_ host: LabHost, _ side: GatewaySide, _ isPlugged: Bool) throws {
        try switches.set(GatewayPlace.host(host.number).ports(on: side), up: isPlugged)
    }

    /// From now on the switches lose this, and nothing else. Needs the program nft.
    package func lose(_ losses: [HostLoss]) throws { try switches.lose(HostLoss.losses(losses)) }

    // MARK: - What is seen

    /// Everything that was seen of the hosts so far.
    package func history() throws -> HostHistory {
        guard let recorder else { throw LabError.notReached("the laboratory is closed") }
        return try recorder.history(of: hosts.count)
    }

    /// The client, which asks what is behind the router, and who has the address of its way there.
    package func probe(every tick: Duration = .milliseconds(2)) throws -> ClientProbe {
        var manner = ClientProbe.Manner()
        manner.probesPerTick = 2
        return try ClientProbe(
            [GatewayNetwork.far, GatewayNetwork.first.roving(on: .down)], from: client, every: tick, manner: manner)
    }

    /// The router, which asks the client, and who has the address of its way there.
    package func upstreamProbe(every tick: Duration = .milliseconds(2)) throws -> ClientProbe {
        var manner = ClientProbe.Manner()
        manner.probesPerTick = 2
        return try ClientProbe(
            [GatewayNetwork.client, GatewayNetwork.first.roving(on: .up)], from: router, every: tick, manner: manner)
    }

    /// Records what the hosts say to each other on a side of a service.
    package func tap(_ side: GatewaySide, of network: GatewayNetwork = .first) throws -> GatewayTap {
        try GatewayTap(on: network.interface(on: side), in: switches.namespace)
    }

    /// What the resource scripts were asked so far.
    package func scripts() -> [ScriptCall] {
        let asleep = Moment.timeAsleep
        return Files.read(scriptRecord).split(separator: "\n").compactMap { ScriptCall(line: $0, asleep: asleep) }
    }
}
