// One fault of a line, as its server and its workstation see it.

import HeartbeatLab
import HeartbeatModel

/// Measures one peer on a gateway of its own.
struct LinesMeasurement<Peer: LinesPeer> {
    let laboratory: TwoLines
    let peer: Peer

    private static var patience: Duration { .seconds(60) }

    /// The figures of one fault of the first line, which is whole again afterwards.
    ///
    /// - Parameter run: faults of several runs are spread over the second in which each host is asked once.
    func figures(_ trial: LinesTrial, run: Int) throws -> [String: Double] {
        let watch = try RuleWatch(in: laboratory.namespace(.gateway))
        defer { watch.close() }
        let (server, workstation) = (try laboratory.flow(from: .server), try laboratory.flow(from: .workstation))
        defer { for flow in [server, workstation] { flow.end() } }
        try wait("the flows") { server.received > 100 && workstation.received > 100 }
        let wrong = try laboratory.wrongPackets()
        try Interruption.pause(.milliseconds(run * 618 % 1000))
        let fault = Moment.now()
        try harm(.dsl1, byCarrier: trial == .carrier, true)
        try wait("\(Peer.name) to leave the line") { watch.first(after: fault) != nil }
        let switched = watch.first(after: fault) ?? fault
        let resumed = try Interruption.wait(atMost: .seconds(10)) { server.bytes(after: switched) > 1000 }
        var figures = [Figure.lineSwitch: (switched - fault).inMilliseconds]
        if resumed, let first = server.firstArrival(after: switched) {
            figures[Figure.lineResume] = (first - switched).inMilliseconds
        }
        workstation.end()
        figures[Figure.otherLost] = Double(workstation.sent - workstation.received)
        figures[Figure.wrongLine] = Double(try laboratory.wrongPackets() - wrong)
        let back = Moment.now()
        try harm(.dsl1, byCarrier: trial == .carrier, false)
        try wait("\(Peer.name) to return to the line") { watch.first(after: back) != nil }
        return figures
    }

    fileprivate func harm(_ line: TwoLines.Line, byCarrier: Bool, _ isHarmed: Bool) throws {
        if byCarrier {
            try laboratory.carry(line, !isHarmed)
        } else {
            try laboratory.forward(line.provider, !isHarmed)
        }
    }

    fileprivate func wait(_ what: String, _ condition: () throws -> Bool) throws {
        try Interruption.wait(for: what, atMost: Self.patience, until: condition)
    }
}

extension LinesMeasurement<LineProgram> {
    /// So many deaths of a line drawn at random, and as many returns.
    func randomFigures(switches: Int, seed: UInt64) throws -> [String: Double] {
        var random = SplitMix64(seed: seed)
        let flows = [try laboratory.flow(from: .server), try laboratory.flow(from: .workstation)]
        defer { for flow in flows { flow.end() } }
        for _ in 0..<switches {
            let line = TwoLines.Line.allCases.randomElement(using: &random) ?? .dsl1
            let byCarrier = Bool.random(using: &random)
            try harm(line, byCarrier: byCarrier, true)
            try wait("the line \(line) to be left") { peer.chosen == [line.other, line.other] }
            try harm(line, byCarrier: byCarrier, false)
            try wait("the line \(line) to be taken again") { peer.chosen == [.dsl1, .dsl2] }
        }
        return [Figure.wrongLine: Double(try laboratory.wrongPackets()), Figure.lineSwitches: Double(switches)]
    }
}
