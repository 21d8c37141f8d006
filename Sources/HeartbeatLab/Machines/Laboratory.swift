// Two nodes, a client and the cables between them, all on one machine:
//
//                      client
//                        │ lan-client
//              ┌────── bridge lan ──────┐
//     lan-cluster1                  lan-cluster2
//        eth0 │                          │ eth0
//          cluster1 ═══ null modem ═══ cluster2
//        eth1 │                          │ eth1
//   cross-cluster1                  cross-cluster2
//              └───── bridge cross ─────┘
//
// Where the nodes are gateways, each has a third interface, eth2, on a bridge `wan`, and on that is a server.
//
// Nothing touches the interfaces of the host.

import Glibc

/// The cables between the two nodes, each of which can be pulled by itself.
package enum Cable: Hashable, Sendable {
    /// A node's cable to the LAN, where the client is.
    case lan(Int)
    /// A node's cable of the second link.
    case cross(Int)
    case nullModem
}

/// Builds the machines and takes them away again. Use it from one thread, and `close` it whatever happens.
package final class Laboratory {
    package let run: RunName
    package private(set) var nodes: [LabNode] = []
    /// Where the client is.
    package let client: NetworkNamespace
    /// What is behind the nodes where they are gateways; else `nil`. Its address is `serverAddress`.
    package let server: NetworkNamespace?
    package static let serverAddress = "10.66.0.9"
    /// File that all resource scripts append to.
    package var scriptRecord: String { "\(run.directory)/scripts.log" }
    private let switches: Switches
    private let nullModem: NullModem
    /// Nodes whose second link lost its carrier when the other one lost its power.
    private var darkened: Set<Int> = []
    private var road: RoughRoad?
    private var garbage: GarbageSource?
    /// Directory of the programs under test.
    package let programs: String
    /// What lies above `resource.d`.
    package let shared: String
    private var isClosed = false

    /// What must be installed, beyond the programs under test.
    package static let requirements = ["ip", "unshare", "nsenter", "hostname"]

    /// Builds the network; all nodes are without power.
    /// - Parameters:
    ///   - prefix: what the names of its namespaces and of its directory in /tmp begin with; letters only.
    ///   - programs: directory of `heartbeat` and its tools.
    ///   - resourceScripts: directory of the shipped resource scripts, named `resource.d`.
    ///   - hasServer: whether the nodes are gateways to a server.
    package init(prefix: String = "hbd", programs: String, resourceScripts: String, hasServer: Bool = false) throws {
        try Self.checkRights()
        RunName.sweep(prefix: prefix)
        run = RunName(prefix: prefix)
        self.programs = Files.absolute(programs)
        shared = Files.absolute(resourceScripts) + "/.."
        switches = Switches(name: run("switch"))
        client = NetworkNamespace(name: run("client"))
        server = hasServer ? NetworkNamespace(name: run("server")) : nil
        nullModem = try NullModem()
        do {
            try Files.makeDirectory(run.directory)
            try Files.write("", to: scriptRecord)
            try build()
        } catch {
            close()
            throw error
        }
    }

    static func checkRights() throws {
        guard geteuid() == 0 else { throw LabError.missing("network namespaces need root") }
        let missing = requirements.filter { !Files.isInstalled($0) }
        guard missing.isEmpty else { throw LabError.missing("not installed: \(missing.joined(separator: ", "))") }
    }

    private func build() throws {
        _ = try NetworkNamespace.make(client.name)
        try switches.make(segments.map(\.bridge))
        let own = HardwareAddress(0x02_00_00_00_00_09)
        try plugIn(client, interface: "eth0", bridge: "lan", name: "client", address: own)
        try client.configure(["address add 192.168.77.9/24 brd + dev eth0"])
        if let server {
            _ = try NetworkNamespace.make(server.name)
            let address = HardwareAddress(0x02_00_00_00_00_29)
            try plugIn(server, interface: "eth0", bridge: "wan", name: "server", address: address)
            try server.configure(["address add \(Self.serverAddress)/24 brd + dev eth0"])
        }
        for number in 0..<2 {
            let name = NodeFiles.nodes[number]
            let namespace = try NetworkNamespace.make(run(name))
            let files = NodeFiles(
                node: name, directory: "\(run.directory)/\(name)", peerAddress: "192.168.78.\(2 - number)",
                record: scriptRecord)
            let node = LabNode(
                number: number, namespace: namespace, files: files, serialPath: nullModem.paths[number],
                interfaces: segments.map(\.interface))
            nodes.append(node)
            for (index, segment) in segments.enumerated() {
                try plugIn(
                    namespace, interface: segment.interface, bridge: segment.bridge, name: name,
                    address: node.hardwareAddress(ofInterface: index))
            }
            try node.prepare()
        }
    }

    /// The nodes' interfaces and where their cables lead.
    private var segments: [(interface: String, bridge: String)] {
        [("eth0", "lan"), ("eth1", "cross")] + (server == nil ? [] : [("eth2", "wan")])
    }

    private func plugIn(
        _ namespace: NetworkNamespace, interface: String, bridge: String, name: String, address: HardwareAddress
    ) throws {
        try switches.lead("\(bridge)-\(name)", of: bridge, to: namespace, interface: interface, address: address)
        try namespace.configure(["link set \(interface) up"])
    }

    /// Boots a node with all its cables plugged in and starts heartbeat on it.
    package func powerOn(_ node: LabNode) throws {
        try powerOn(node, running: daemonWords(["-f"], on: node))
    }

    /// Boots a node with all its cables plugged in and one program.
    package func powerOn(_ node: LabNode, running words: [String]) throws {
        nullModem.power(node.number, isOn: true)
        try switches.set(ports(of: node), up: true)
        if let other = darkened.remove(1 - node.number) { try plug(.cross(other), true) }
        try node.boot(words)
    }

    /// Cuts a node's power: the same moment ends its processes, its cables carry nothing, its memory is lost. The
    /// cables go first, so that nothing a half-killed process does is seen outside. Returns the moment after which nothing of
    /// it was seen.
    /// - Parameter isCrossover: the second link is one cable from node to node, without a switch: the peer's end of it loses
    ///   its carrier until this node has power again. Otherwise the peer sees no carrier change.
    @discardableResult
    package func powerOff(_ node: LabNode, isCrossover: Bool = false) throws -> Moment {
        let ports = try ports(of: node).map(switches.number)
        let other = nodes[1 - node.number]
        let far = isCrossover && other.isPowered ? try switches.number(of: self.ports(of: other)[1]) : nil
        nullModem.power(node.number, isOn: false)
        for port in ports { try switches.cut(port) }
        let moment = Moment.now()
        if let far {
            try switches.switchOff(far)
            darkened.insert(other.number)
        }
        try node.losePower()
        try switches.set(self.ports(of: node), up: false)
        return moment
    }

    /// The far ends of a node's cables.
    private func ports(of node: LabNode) -> [String] { segments.map { "\($0.bridge)-\(node.name)" } }

    /// Pulls a cable or plugs it in again. A network cable takes the carrier of the interface with it.
    package func plug(_ cable: Cable, _ isPlugged: Bool) throws {
        switch cable {
        case .lan(let number): try switches.set(["lan-\(NodeFiles.nodes[number])"], up: isPlugged)
        case .cross(let number): try switches.set(["cross-\(NodeFiles.nodes[number])"], up: isPlugged)
        case .nullModem: nullModem.plug(isPlugged)
        }
    }

    /// From now on the switches lose what the rules say, and nothing else. Needs the program nft.
    package func lose(_ rules: [SwitchRule]) throws {
        try switches.lose(SwitchRule.losses(rules))
    }

    /// From now on every IPv4 packet between the nodes takes this road; `nil`: it is as good as before. Replaces what the
    /// switches lose.
    package func roughen(_ roughness: Roughness?, seed: UInt64 = 0) throws {
        road?.close()
        road = nil
        guard let roughness else { return try lose([]) }
        road = try RoughRoad(roughness, in: switches.namespace, between: nodes, seed: seed)
        try lose(roughness.keepsOriginal ? [] : Segment.always.map { .ipv4Between($0) })
    }

    /// Somebody on the LAN sends garbage to the nodes' ports, so many packets a second; 0: nobody does.
    package func pour(garbage rate: Int, to destinations: [GarbageDestination], seed: UInt64 = 0) throws {
        garbage?.close()
        garbage = nil
        guard rate > 0 else { return }
        garbage = try GarbageSource(rate: rate, to: destinations, from: client, seed: seed)
    }

    /// Bytes that went through the null modem so far.
    package var serialBytes: Int { nullModem.carried }

    /// A program of the product, run on a node: `hb_standby`, `cl_status`, …
    package func tool(_ name: String, _ arguments: [String], on node: LabNode) throws -> Command {
        try node.run(["\(programs)/\(name)"] + arguments + ["--run-dir", node.files.runDirectory])
    }

    /// The daemon's program, run on a node with the node's own directories until it exits.
    package func heartbeat(
        _ options: [String] = [], on node: LabNode, limit: Duration = .seconds(20)
    ) throws -> Command {
        try node.run(daemonWords(options, on: node), limit: limit)
    }

    /// The command line of the daemon with the node's own directories.
    package func daemonWords(_ options: [String], on node: LabNode) -> [String] {
        ["\(programs)/heartbeat"] + options + [
            "--config-dir", node.configDirectory, "--state-dir", node.stateDirectory, "--run-dir", node.runDirectory,
            "--node", node.name, "--share-dir", shared,
        ]
    }

    /// What the resource scripts have been asked so far.
    package func scripts() -> ScriptHistory {
        ScriptHistory(Files.read(scriptRecord).split(separator: "\n").compactMap { ScriptRecord(line: $0) })
    }

    /// The same calls with their times.
    package func scriptCalls() -> [ScriptCall] {
        Files.read(scriptRecord).split(separator: "\n").compactMap { ScriptCall(line: $0) }
    }

    /// Takes everything away. Goes on whatever fails; what is left over in spite of that, the next run sweeps up.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        road?.close()
        garbage?.close()
        for node in nodes {
            do { try node.losePower() } catch { continue }
        }
        switches.close()
        for name in [client, server].compactMap({ $0?.name }) + NodeFiles.nodes.map({ run($0) }) {
            NetworkNamespace(name: name).remove()
        }
        nullModem.close()
        Files.remove(run.directory)
    }
}
