// What the scenes of hb_gateway have in common: hosts with the program on each, a client that asks all the time, and patience. Whatever
// happens in a scene, no two hosts have the roving addresses at one moment.

import Glibc
import HeartbeatLab
import HeartbeatModel
import Testing

/// One scene. Its hosts are called by their numbers.
struct GatewayScene {
    static let program = ProgramPlaces().programs + "/hb_gateway"
    /// Whoever waits for something that a busy machine does late waits so long.
    static let patience = Duration.seconds(60)

    let lab: GatewayHosts
    let programs: [HostProgram]
    let probe: ClientProbe
    /// When the first host was switched on.
    let begin: Moment

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// How a scene begins.
    struct Opening {
        /// How many hosts there are.
        var hosts = 3
        /// Those that run from the beginning; `nil`: all.
        var running: [Int]?
        /// The best one serves before the others start.
        var isInOrder = true
        /// Two may serve at once, because both sides between them are cut.
        var maySplit = false
        /// Of the file of a host; `nil`: all hosts in one service, in their order.
        var services: ((Int) -> [GatewayService])?
        /// Hosts on which a program of `prepare` starts the real one.
        var wrapped: Set<Int> = []
        /// What is done before anything starts.
        var prepare: (GatewayScene) throws -> Void = { _ in }
    }

    /// Makes everything, waits until host 0 serves and the others that run are its backups, lets `body` play with it, and removes it.
    static func play(_ opening: Opening = Opening(), _ body: (GatewayScene) throws -> Void) throws {
        let lab = try GatewayHosts(prefix: "hbgw", count: opening.hosts)
        defer { lab.close() }
        let everybody = Array(0..<opening.hosts)
        let programs = try lab.hosts.map { host in
            let services = opening.services?(host.number) ?? [GatewayService(hosts: everybody)]
            let path = opening.wrapped.contains(host.number) ? wrapper(of: host) : program
            return try HostProgram(path, on: host, services: services)
        }
        let probe = try lab.probe(every: .milliseconds(5))
        defer { probe.close() }
        let scene = GatewayScene(lab: lab, programs: programs, probe: probe, begin: Moment.now())
        do {
            try opening.prepare(scene)
            try scene.open(opening.running ?? everybody, inOrder: opening.isInOrder)
            try body(scene)
            let problems = try scene.problems()
            #expect(opening.maySplit || problems.isEmpty, "\(problems)")
        } catch {
            let problems = try scene.problems()
            throw Failure(description: "\(error)\n\(problems)\n\(programs.map(\.diagnosis).joined())")
        }
    }

    /// What starts hb_gateway on a host where it is wrapped.
    static func wrapper(of host: LabHost) -> String { "\(host.directory)/hb_gateway" }

    private func open(_ hosts: [Int], inOrder: Bool) throws {
        for host in hosts { try lab.powerOn(lab.hosts[host]) }
        for host in hosts {
            try programs[host].start()
            if inOrder, host == hosts[0] { try waitForOwner(host) }
        }
        try waitForOwner(hosts[0])
        for host in hosts.dropFirst() { try wait(for: host, toSay: "Backup: \(name(hosts[0])) serves") }
    }

    func name(_ host: Int) -> String { lab.hosts[host].name }

    // MARK: - Waiting

    func wait(for what: String, _ condition: () throws -> Bool) throws {
        try Interruption.wait(for: what, atMost: Self.patience, until: condition)
    }

    func wait(for host: Int, toSay sentence: String, since mark: Int = 0) throws {
        try wait(for: "\(name(host)) to say: \(sentence)") { programs[host].says(sentence, since: mark) }
    }

    /// Until a host alone has both roving addresses, its uplink is the only one that is up, and the client is served by it.
    func waitForOwner(_ host: Int) throws {
        try wait(for: "\(name(host)) to serve") { try owner() == host }
        try wait(for: "the other uplinks to go down") { try raisedUplinks() == [host] }
        let station = lab.hosts[host].station()
        try wait(for: "\(name(host)) to serve the client") { probe.isServed(by: station, for: .milliseconds(300)) }
    }

    // MARK: - Looking

    var marks: [Int] { programs.map(\.mark) }

    /// The one host that has both roving addresses of the first service, or of another.
    func owner(of network: GatewayNetwork = .first) throws -> Int? {
        let history = try lab.history()
        let holders = Set(GatewaySide.allCases.map { history.holdersNow(of: network.roving(on: $0)) })
        guard holders.count == 1, let hosts = holders.first, hosts.count == 1 else { return nil }
        return hosts.first
    }

    /// Hosts whose uplink is up, of those that have power.
    func raisedUplinks(of network: GatewayNetwork = .first) throws -> [Int] {
        let history = try lab.history()
        return lab.hosts.filter { $0.isPowered && history.isUp(network.uplink, on: $0.number) }.map(\.number)
    }

    /// Moments in which more than one host had something of the roving pair.
    func problems(with network: GatewayNetwork = .first) throws -> [String] {
        try lab.history().problems(with: network, names: name, since: begin)
    }

    /// How often a host's uplink was switched on since a moment.
    func rises(of host: Int, since start: Moment? = nil) throws -> Int {
        try lab.history().rises(of: GatewayNetwork.first.uplink, on: host, since: start ?? begin).count
    }

    /// How often the roving address has come to another host, or to nobody.
    func moves() throws -> Int {
        try lab.history().holders(of: GatewayNetwork.first.roving(on: .down)).count
    }

    /// The client's longest wait since a moment, for whoever reads the log of the tests.
    func tellOutage(since start: Moment, _ what: String) throws {
        let figures = try probe.analysis().figures(from: start, to: Moment.now())
        print("hb_gateway, \(what): the client waited for \(figures.outage.roundedMilliseconds) ms")
    }
}

/// The scenes are played one after another: each needs the machine.
@Suite(
    .serialized,
    .enabled(
        if: geteuid() == 0 && Files.isInstalled("nft"), "hosts in network namespaces need root and nftables"))
struct GatewayTests {}
