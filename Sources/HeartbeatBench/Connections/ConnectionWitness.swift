// What is done to connections through the pair, and to the copying of them, before a failover; and what must have become of them.

import Glibc
import HeartbeatLab

/// Looks after the connections of one trial.
final class ConnectionWitness: TrialWitness {
    private let trial: ConnectionTrial
    private let variant: GatewayVariant
    private var streams: GatewayStreams?
    /// Where the cable between the nodes is out.
    private var cut: Laboratory?

    /// A stream that has not gone on so long after the service is there again is dead: several retransmissions.
    private static let limit = Duration.seconds(10)
    /// So long it carries before anything happens.
    private static let run = Duration.seconds(1)

    init(_ trial: ConnectionTrial, _ variant: GatewayVariant) {
        self.trial = trial
        self.variant = variant
    }

    func begin(in cluster: BenchCluster) throws {
        let server = cluster.nodes[0]
        let mark = server.log.utf8.count
        // A planned move is seldom in the first minute.
        if variant == .conntrackd, trial == .standby || trial == .carrierLoss {
            try Conntrackd(node: cluster.nodes[1]).outgrow()
        }
        if trial == .cut {
            cut = cluster.laboratory
            try cluster.laboratory.plug(.cross(0), false)
            try wait(for: Self.silence, in: server, after: mark)
        }
        let streams = try GatewayStreams(through: cluster.laboratory)
        self.streams = streams
        try streams.waitUntilFlowing()
        try Interruption.pause(Self.run)
        switch trial {
        case .powerLoss, .failback, .standby, .carrierLoss: break
        case .cut:
            try mend()
            try wait(for: Self.again, in: server, after: mark)
        case .killed: try killConntrackd(of: cluster.nodes[1])
        }
        if variant == .conntrackd { try wait(until: streams, areCopiedTo: cluster.nodes[1 - trial.fault.ownerBefore]) }
    }

    /// Words of the script.
    private static let silence = "nothing is heard of the conntrackd of the other node"
    private static let again = "connections are copied again"

    private func wait(for words: String, in node: LabNode, after mark: Int) throws {
        let isThere = try Interruption.wait(atMost: .seconds(30)) {
            String(decoding: node.log.utf8.dropFirst(mark), as: UTF8.self).contains(words)
        }
        guard isThere else { throw LabError.notReached("\(node.name) does not say: \(words)\n\(node.diagnosis)") }
    }

    /// On the node that stands by. Its respawn line brings it back, and it asks for all connections.
    private func killConntrackd(of node: LabNode) throws {
        let mark = node.log.utf8.count
        let victims = node.processes.filter { Files.read("/proc/\($0)/comm") == "conntrackd\n" }
        guard !victims.isEmpty else { throw LabError.notReached("no conntrackd runs on \(node.name)") }
        for pid in victims { kill(pid, SIGKILL) }
        try wait(for: "Respawning client", in: node, after: mark)
    }

    /// The failback begins with a node that has just been switched on, so it is not asked.
    private func wait(until streams: GatewayStreams, areCopiedTo node: LabNode) throws {
        guard node.isPowered else { return }
        let isCopied = try Interruption.wait(atMost: .seconds(20)) {
            try Interruption.pause(.milliseconds(100))
            let cache = try Conntrackd(node: node).ask("-e")
            return streams.ports.allSatisfy { cache.contains($0) }
        }
        guard isCopied else {
            throw LabError.notReached("\(node.name) was not told of the connections\n\(node.diagnosis)")
        }
    }

    func testify(fault: Moment, atRest: Moment) throws -> (figures: [String: Double], notes: [String]) {
        guard let streams else { return ([:], []) }
        let outcome = try streams.outcome(since: fault, servedAt: atRest, atMost: Self.limit)
        return (Self.figures(of: outcome), Self.notes(on: outcome, variant))
    }

    func leave() {
        streams?.end()
        streams = nil
        // A cable that stays out keeps the next trial from its beginning, which is told then.
        do { try mend() } catch { cut = nil }
    }

    private func mend() throws {
        try cut?.plug(.cross(0), true)
        cut = nil
    }

    static func figures(of outcome: GatewayStreams.Outcome) -> [String: Double] {
        var figures = [Figure.survivors: Double(outcome.survived.count)]
        figures[Figure.outgoingStall] = outcome.stall[.outgoing]?.inMilliseconds
        figures[Figure.inboundStall] = outcome.stall[.inbound]?.inMilliseconds
        return figures.mapValues { ($0 * 1000).rounded() / 1000 }
    }

    /// What is otherwise than it must be: all survive where connections are copied, and none where they are not.
    static func notes(on outcome: GatewayStreams.Outcome, _ variant: GatewayVariant) -> [String] {
        GatewayStreams.Direction.allCases.compactMap { direction in
            let isAlive = outcome.survived.contains(direction)
            switch variant {
            case .conntrackd:
                guard !isAlive else { return nil }
                let problem = outcome.problems[direction].map { " (\($0))" } ?? ""
                return "\(BenchRow.wrong)the \(direction.rawValue) connection died\(problem)"
            case .control:
                return isAlive ? "\(BenchRow.wrong)the \(direction.rawValue) connection of the control survived" : nil
            }
        }
    }
}
