// Two pairs in two laboratories, a tunnel from node to node, and a client beside each pair that says when it is served by whom.

import Glibc
import HeartbeatLab

/// Two pairs that must be at the same tunnel. Use it from one thread, and `close` it whatever happens.
final class PairsCluster {
    /// When a side was served by the node that it should come to, and how long it was not served.
    struct Sight {
        var served: Moment
        var outage: Duration
    }

    private struct Side {
        let peer: PartnerPeer
        let laboratory: Laboratory
    }

    private var sides: [Side] = []
    /// What is between the pairs: a node that loses its power leaves the other end of its tunnel as it was.
    private var between: NetworkNamespace?
    private let address = ServiceAddress.first(1)[0]

    /// Pairs that have moved within a second have moved at once; a trial begins when that is over.
    private static let calm = Duration.seconds(2)
    private static let patience = Duration.seconds(60)

    init(_ places: ProgramPlaces) throws {
        do {
            for number in 0..<2 { try build(PartnerPeer(side: number, programs: places.programs), places) }
            let between = try NetworkNamespace.make(sides[0].laboratory.run("between"))
            self.between = between
            for number in 0..<2 {
                try between.configure(["link add tunnel\(number) type bridge", "link set tunnel\(number) up"])
            }
            for side in sides {
                for node in side.laboratory.nodes { try boot(node, of: side) }
            }
        } catch {
            close()
            throw error
        }
    }

    private func build(_ peer: PartnerPeer, _ places: ProgramPlaces) throws {
        let laboratory = try Laboratory(
            prefix: BenchCluster.prefix, programs: places.programs, resourceScripts: places.resourceScripts)
        sides.append(Side(peer: peer, laboratory: laboratory))
        try laboratory.client.configure(["address add \(ServiceAddress.client) brd + dev eth0"])
        for node in laboratory.nodes {
            node.furtherAddresses = [ServiceAddress.own(ofNode: node.number)]
            try peer.configure(node, address: address)
        }
    }

    /// Boots a node, with its end of its tunnel.
    private func boot(_ node: LabNode, of side: Side) throws {
        let port = "tunnel\(node.number)-\(side.peer.side)"
        try between?.configure([
            "link add \(port) type veth peer name tun0 netns \(node.namespace.name)",
            "link set \(port) master tunnel\(node.number) up",
        ])
        let own = "\(PartnerPeer.tunnel(node.number, side: side.peer.side))/24"
        try node.namespace.configure(["address add \(own) dev tun0", "link set tun0 up"])
        try side.laboratory.powerOn(node, running: side.peer.bootWords(on: node, in: side.laboratory))
    }

    func close() {
        for side in sides { side.laboratory.close() }
        between?.remove()
    }

    // MARK: - Measuring

    /// Both pairs are at the first tunnel; one thing happens, and both come to the second. Then it is undone, and both come home.
    /// Returns what was seen of each side, of the move and of the way home.
    func play(_ trial: PairsTrial) throws -> (away: [Sight], home: [Sight]) {
        let probes = try sides.map(probe)
        defer { for probe in probes { probe.close() } }
        try waitFor(node: 0, probes, "the beginning")
        try Interruption.pause(.milliseconds(Int.random(in: 0..<250)))
        let away = try sights(of: 1, probes, trial.name) { try inflict(trial) }
        let home = try sights(of: 0, probes, trial.homeName) { try undo(trial) }
        return (away, home)
    }

    private func probe(_ side: Side) throws -> ClientProbe {
        var manner = ClientProbe.Manner()
        manner.stations = side.laboratory.nodes.map(\.hardwareAddress)
        return try ClientProbe([address.text], from: side.laboratory.client, every: .milliseconds(1), manner: manner)
    }

    private func sights(of number: Int, _ probes: [ClientProbe], _ what: String, _ body: () throws -> Void) throws
        -> [Sight]
    {
        let start = Moment.now()
        try body()
        try waitFor(node: number, probes, what)
        let end = Moment.now()
        return try zip(sides, probes).map { side, probe in
            let figures = try probe.record().byAddress()[0].figures(from: start, to: end)
            guard let served = figures.firstAnswers[side.laboratory.nodes[number].hardwareAddress] else {
                throw LabError.notReached("nobody was seen to be served after \(what)")
            }
            return Sight(served: served, outage: figures.outage)
        }
    }

    /// Waits until the node of this number serves on both sides, and nobody moves any more.
    private func waitFor(node number: Int, _ probes: [ClientProbe], _ what: String) throws {
        let areThere = try Interruption.wait(atMost: Self.patience) {
            try Interruption.pause(.milliseconds(30))
            return zip(sides, probes).allSatisfy { side, probe in
                probe.isServed(by: side.laboratory.nodes[number].hardwareAddress, for: Self.calm)
            }
        }
        guard areThere else { throw LabError.notReached("the pairs are not both at node \(number + 1) after \(what)") }
    }

    // MARK: - What happens

    private func inflict(_ trial: PairsTrial) throws {
        let (left, first) = (sides[0].laboratory, sides[0].laboratory.nodes[0])
        switch trial {
        case .tunnel:
            for (number, side) in sides.enumerated() {
                let far = "\(PartnerPeer.tunnel(0, side: 1 - number)) lladdr 02:00:00:00:00:99 dev tun0 nud permanent"
                try side.laboratory.nodes[0].namespace.configure(["neighbor replace \(far)"])
            }
        case .lan: try left.plug(.lan(0), false)
        case .standby: try sides[0].peer.standby(first, in: left)
        case .power: _ = try left.powerOff(first)
        case .stop:
            let result = try left.heartbeat(["-k"], on: first, limit: .seconds(60))
            guard result.code == 0 else { throw LabError.notReached("heartbeat -k: \(result.output)") }
        }
    }

    private func undo(_ trial: PairsTrial) throws {
        let (left, first) = (sides[0].laboratory, sides[0].laboratory.nodes[0])
        switch trial {
        case .tunnel:
            for (number, side) in sides.enumerated() {
                let far = "\(PartnerPeer.tunnel(0, side: 1 - number)) dev tun0"
                try side.laboratory.nodes[0].namespace.configure(["neighbor delete \(far)"])
            }
        case .lan: try left.plug(.lan(0), true)
        // Whom an operator has moved stays until one moves it back, on whichever side.
        case .standby: try sides[1].peer.standby(sides[1].laboratory.nodes[1], in: sides[1].laboratory)
        case .power: try boot(first, of: sides[0])
        case .stop:
            _ = try left.powerOff(first)
            try boot(first, of: sides[0])
        }
    }
}
