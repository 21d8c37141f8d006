// Two TCP connections through the gateways, and what became of them in a fault: one that the client has made, whose source address
// is translated, and one that the server has made to the client behind.

import HeartbeatLab

/// The connections of one trial.
final class GatewayStreams {
    /// What became of them, each by name.
    struct Outcome: Hashable {
        /// Longest silence at the receiver since the fault; none of one that is dead.
        var stall: [Direction: Duration]
        /// What they died of, in words; empty for one that is silent and nothing else.
        var problems: [Direction: String]

        var survived: [Direction] { Direction.allCases.filter { stall[$0] != nil } }
    }

    enum Direction: String, CaseIterable, Hashable {
        case outgoing, inbound
    }

    private let flows: [Direction: Flow]
    private static let outgoingPort: UInt16 = 7001
    /// 1 MB/s each.
    private static let pace = Flow.Pace(piece: 10_000, interval: .milliseconds(10))
    /// What must arrive after a failover for a connection to be alive: more than was on its way.
    private static let proof = 300_000

    /// Connects both through whoever serves.
    init(through laboratory: Laboratory) throws {
        guard let server = laboratory.server else { throw LabError.missing("there is no server behind the nodes") }
        func outside(_ port: UInt16) -> Flow.End { Flow.End(server, Laboratory.serverAddress, port: port) }
        func inside(_ port: UInt16) -> Flow.End { Flow.End(laboratory.client, GatewaySite.client, port: port) }
        let outgoing = try Flow(from: inside(0), to: outside(Self.outgoingPort), pace: Self.pace)
        do {
            let inbound = try Flow(
                from: outside(0), to: inside(GatewaySite.inboundPort),
                target: (GatewaySite.outer, GatewaySite.inboundPort), pace: Self.pace)
            flows = [.outgoing: outgoing, .inbound: inbound]
        } catch {
            outgoing.end()
            throw error
        }
    }

    /// How conntrackd and the kernel write them: what the sender sees of them, in front.
    var ports: [String] {
        [(Direction.outgoing, Self.outgoingPort), (.inbound, GatewaySite.inboundPort)].compactMap { direction, port in
            flows[direction].map { "sport=\($0.senderPort) dport=\(port) " }
        }
    }

    /// Waits until both carry what they should.
    func waitUntilFlowing() throws {
        let start = Moment.now()
        guard try Interruption.wait(atMost: .seconds(10), until: { isAlive(since: start) }) else {
            throw LabError.notReached("no stream through the gateways, although nothing is broken")
        }
    }

    /// Waits until it is known what became of each, for at most `limit`.
    func outcome(since fault: Moment, servedAt: Moment, atMost limit: Duration) throws -> Outcome {
        _ = try Interruption.wait(atMost: limit) { isAlive(since: servedAt) }
        let alive = flows.filter { $1.problem == nil && $1.bytes(after: servedAt) > Self.proof }
        return Outcome(
            stall: alive.mapValues { $0.longestGap(after: fault) }, problems: flows.compactMapValues(\.problem))
    }

    private func isAlive(since moment: Moment) -> Bool {
        flows.values.allSatisfy { $0.problem == nil && $0.bytes(after: moment) > Self.proof }
    }

    func end() {
        for flow in flows.values { flow.end() }
    }
}
