// A pair of gateways as a company has it: addresses of both families, IPsec, a tunnel, routing, and a second group that
// prefers the other node. What the daemon and the shipped scripts do is real; only what they steer is a stand-in. It holds
// what a test asks of the pair, not what must happen to it.

import Foundation
import Testing

@testable import HeartbeatLab

/// The laboratory of a gateway pair, with a client that watches.
final class GatewayPair {
    static let address = "192.168.77.100"
    static let second = "192.168.77.101"
    static let sixth = "fd00::100"
    static let other = "192.168.78.100"
    static let services = ["ipsec", "gre1", "zebra", "bgpd"]
    static let group =
        "cluster1 \(address)/24 IPaddr2::\(second)/24/eth0 IPv6addr::fd00:0:0:0:0:0:0:100/64/eth0 ipsec gre zebra bgpd"
    static let otherGroup = "cluster2 \(other)/24/eth1:svc gre::side"

    let cluster: LifeCluster
    let probe: ClientProbe
    let witness: GatewayWitness
    /// What the client must be able to reach besides the address that is probed all the time.
    var watched = [GatewayPair.second, GatewayPair.sixth]
    /// Services of the first group, left to right.
    var services = GatewayPair.services

    var laboratory: Laboratory { cluster.laboratory }
    var first: LabNode { cluster.first }
    var second: LabNode { cluster.second }

    /// Builds it, runs `body`, and takes it away whatever happens.
    static func run(_ body: (GatewayPair) throws -> Void) throws {
        try LifeCluster.run(settings) { cluster in
            let pair = try GatewayPair(cluster)
            defer {
                pair.probe.close()
                pair.witness.close()
            }
            for node in cluster.laboratory.nodes {
                try pair.standIns(of: node).prepare()
                try FileManager.default.createDirectory(
                    atPath: node.configDirectory + "/conf", withIntermediateDirectories: true)
                try pair.configureTunnel(1, from: second, on: node)
                try pair.configureTunnel(2, named: "side", from: other, on: node)
            }
            try body(pair)
        }
    }

    private static var settings: LifeCluster.Settings {
        var settings = LifeCluster.Settings()
        settings.media = ["bcast eth0", "bcast eth1"]
        settings.directives += ["monitor 1"]
        settings.groups = [group, otherGroup]
        settings.pretends = false
        return settings
    }

    private init(_ cluster: LifeCluster) throws {
        self.cluster = cluster
        let client = cluster.laboratory.client
        try client.configure(["address add fd00::9/64 dev eth0 nodad"])
        probe = try ClientProbe(Self.address, from: client, every: .milliseconds(5))
        do {
            witness = try GatewayWitness(client)
        } catch {
            probe.close()
            throw error
        }
    }

    /// Describes a tunnel to the script `gre`; without a name it is the one it takes without an argument.
    func configureTunnel(_ number: Int, named name: String? = nil, from local: String, on node: LabNode) throws {
        let text = """
            GRE_INTERFACE=gre\(number) GRE_LOCAL=\(local) GRE_REMOTE=159.18.124.254
            GRE_ADDRESS=10.77.\(number).1 GRE_PEER=10.77.\(number).2

            """
        try node.configure("conf/gre" + (name.map { "-" + $0 } ?? ""), text)
    }

    func standIns(of node: LabNode) -> GatewayStandIns {
        GatewayStandIns(node: node, record: laboratory.scriptRecord)
    }

    /// Boots a node with the stand-ins in place and starts the daemon on it.
    func start(_ node: LabNode) throws {
        if !node.isPowered {
            try cluster.boot(node)
            try standIns(of: node).place()
        }
        try cluster.start(node)
    }

    // MARK: - What the nodes have

    /// Global addresses as the kernel shows them: `eth0 inet 192.168.77.1/24 brd 192.168.77.255 scope global eth0`.
    func addresses(on node: LabNode) throws -> [String] {
        try lines(["ip", "-o", "address", "show", "scope", "global"], on: node).map { line in
            let words = line.split(separator: "\\")[0].split(separator: " ").dropFirst()
            return words.joined(separator: " ")
        }
    }

    /// Service addresses that are up on a node, sorted.
    func serviceAddresses(on node: LabNode) throws -> [String] {
        let all = try addresses(on: node).compactMap { $0.split(separator: " ").dropFirst(2).first }
            .map { String($0.prefix { $0 != "/" }) }
        return all.filter { ![node.lanAddress, node.crossAddress].contains($0) && !$0.hasPrefix("10.77.") }.sorted()
    }

    /// IPv4 routes through a tunnel.
    func tunnelRoutes(on node: LabNode) throws -> [String] {
        try lines(["ip", "route", "show"], on: node).filter { $0.contains(" dev gre") }
            .map { $0.split(separator: " ").prefix(3).joined(separator: " ") }.sorted()
    }

    /// Names of what runs inside a node, apart from its first processes, sorted.
    func processes(on node: LabNode) throws -> [String] {
        let script = "for file in /proc/[0-9]*/stat; do read -r pid name rest <$file && echo $name; done"
        return try lines(["sh", "-c", script], on: node).filter { !["(sh)", "(sleep)"].contains($0) }.sorted()
    }

    func lines(_ words: [String], on node: LabNode) throws -> [String] {
        try node.run(words).output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// Everything a node brought up or took down, as its log says it, in order: `ipsec start`.
    func calls(on node: LabNode, after mark: Int = 0) -> [String] {
        log(of: node, after: mark).split(separator: "\n").compactMap { line in
            guard let range = line.range(of: "info: Running ") else { return nil }
            let call = line[range.upperBound...]
            // A script stands with its path, an address as it is written.
            guard call.hasPrefix("/") else { return String(call) }
            let words = call.split(separator: " ")
            return (words.prefix(1).compactMap { $0.split(separator: "/").last } + words.dropFirst())
                .joined(separator: " ")
        }
    }

    /// Where a node's log ends now.
    func mark(_ node: LabNode) -> Int { cluster.log(of: node).utf8.count }

    func log(of node: LabNode, after mark: Int) -> String {
        String(decoding: cluster.log(of: node).utf8.dropFirst(mark), as: UTF8.self)
    }

    func says(_ text: String, on node: LabNode, after mark: Int) -> Bool {
        (try? cluster.wait(for: text) { log(of: node, after: mark).contains(text) }) != nil
    }

    // MARK: - What must be

    /// Waits until the nodes say that they hold these sets, and have what belongs to them: addresses, services, routes.
    func waitForHoldings(_ words: String...) throws {
        try cluster.wait(for: "the nodes to hold \(words)") {
            try zip(laboratory.nodes, words).allSatisfy(holds)
        }
    }

    /// The same of a node whose peer does not run.
    func waitForEverything(on node: LabNode) throws {
        try cluster.wait(for: "\(node.name) to have everything") { try holds(node, "all") }
    }

    private func holds(_ node: LabNode, _ word: String) throws -> Bool {
        try cluster.status(["rscstatus"], on: node) == word && has(node, what: word)
    }

    private func has(_ node: LabNode, what word: String) throws -> Bool {
        let isFirst = word == "all" || word == (node.name == first.name ? "local" : "foreign")
        let isOther = word == "all" || word == (node.name == first.name ? "foreign" : "local")
        let addresses = (isFirst ? [Self.address] + watched : []) + (isOther ? [Self.other] : [])
        let running = (isFirst ? services : []) + (isOther ? ["gre2"] : [])
        let tunnels = running.filter { $0.hasPrefix("gre") }
        return try serviceAddresses(on: node) == addresses.sorted()
            && cluster.running(on: node) == running.sorted()
            && tunnelRoutes(on: node) == tunnels.map { "10.77.\($0.dropFirst(3)).2 dev \($0)" }.sorted()
    }

    /// Waits until the client is served by this node alone, at every address.
    func waitUntilServed(by node: LabNode) throws {
        let station = node.hardwareAddress
        try cluster.wait(for: "\(node.name) alone to serve the client") {
            guard probe.isServed(by: station, for: .milliseconds(150)) else { return false }
            return try watched.allSatisfy { try witness.owners(of: $0) == [station] }
        }
    }

    /// Waits until the client's own neighbour table leads all addresses to this node.
    func waitForNeighbours(_ node: LabNode) throws {
        for address in [Self.address, Self.sixth] {
            try cluster.wait(for: "the client to look for \(address) at \(node.name)") {
                let entry = try Command.succeed(["ip", "-n", laboratory.client.name, "neighbour", "show", address])
                return entry.contains("lladdr \(node.hardwareAddress)")
            }
        }
    }

    /// The same, after the client has had something to say to each.
    func waitForNeighboursAfterTraffic(_ node: LabNode) throws {
        try witness.speak(to: Self.sixth)
        try waitForNeighbours(node)
    }

    /// No two stations answered for the probed address since `start`.
    func expectOneOwner(since start: Moment, _ location: SourceLocation = #_sourceLocation) throws {
        let figures = try probe.figures(since: start)
        #expect(figures.doubleOwnership == .zero, sourceLocation: location)
    }

    /// A node has announced all addresses to the client since `start`.
    func waitForAnnouncements(by node: LabNode, since start: Moment) throws {
        try cluster.wait(for: "\(node.name) to announce everything") {
            try ([Self.address] + watched).allSatisfy {
                try witness.hasHeard(node.hardwareAddress, announce: $0, since: start)
            }
        }
    }

    /// What the stand-ins have written down after the first `count` records: `cluster1 start ipsec`.
    func records(after count: Int) -> [String] { Array(cluster.changes.dropFirst(count)) }
}
