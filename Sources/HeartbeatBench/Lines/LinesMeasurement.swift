// One fault of a line, as its server and its workstation see it.

import HeartbeatLab
import HeartbeatModel

/// Measures one peer on a gateway of its own.
struct LinesMeasurement {
    let laboratory: TwoLines
    let peer: any LinesPeer

    private static let patience = Duration.seconds(60)

    /// The figures of one fault of the first line, which is whole again afterwards.
    ///
    /// - Parameter run: faults of several runs are spread over the second in which each host is asked once.
    func figures(_ trial: LinesTrial, run: Int) throws -> [String: Double] {
        let watch = try RuleWatch(in: laboratory.namespace(.gateway))
        defer { watch.close() }
        let (server, workstation) = (try laboratory.flow(from: .server), try laboratory.flow(from: .workstation))
        defer { for flow in [server, workstation] { flow.end() } }
        try wait("the flows") { server.received > 100 && workstation.received > 100 }
        let wrong = try wrongPackets()
        try Interruption.pause(.milliseconds(run * 618 % 1000))
        let fault = Moment.now()
        try harm(trial, true)
        try wait("\(peer.name) to leave the line") { watch.first(after: fault) != nil }
        let switched = watch.first(after: fault) ?? fault
        let resumed = try Interruption.wait(atMost: .seconds(10)) { server.bytes(after: switched) > 1000 }
        var figures = [Figure.lineSwitch: (switched - fault).inMilliseconds]
        if resumed, let first = server.firstArrival(after: switched) {
            figures[Figure.lineResume] = (first - switched).inMilliseconds
        }
        workstation.end()
        figures[Figure.otherLost] = Double(workstation.sent - workstation.received)
        figures[Figure.wrongLine] = Double(try wrongPackets() - wrong)
        let back = Moment.now()
        try harm(trial, false)
        try wait("\(peer.name) to return to the line") { watch.first(after: back) != nil }
        return figures
    }

    /// So many deaths of a line drawn at random, and as many returns.
    func randomFigures(switches: Int, seed: UInt64, program: LineProgram) throws -> [String: Double] {
        var random = SplitMix64(seed: seed)
        let flows = [try laboratory.flow(from: .server), try laboratory.flow(from: .workstation)]
        defer { for flow in flows { flow.end() } }
        for _ in 0..<switches {
            let line = TwoLines.Line.allCases.randomElement(using: &random) ?? .dsl1
            let isCarrier = Bool.random(using: &random)
            func harm(_ isHarmed: Bool) throws {
                if isCarrier {
                    try laboratory.carry(line, !isHarmed)
                } else {
                    try laboratory.forward(line.provider, !isHarmed)
                }
            }
            try harm(true)
            try wait("the line \(line) to be left") { program.chosen == [line.other, line.other] }
            try harm(false)
            try wait("the line \(line) to be taken again") { program.chosen == [.dsl1, .dsl2] }
        }
        return [Figure.wrongLine: Double(try wrongPackets()), Figure.lineSwitches: Double(switches)]
    }

    private func harm(_ trial: LinesTrial, _ isHarmed: Bool) throws {
        if trial == .carrier {
            try laboratory.carry(.dsl1, !isHarmed)
        } else {
            try laboratory.forward(.isp1, !isHarmed)
        }
    }

    private func wrongPackets() throws -> Int {
        try TwoLines.Line.allCases.map { try laboratory.count($0, .wrong) }.reduce(0, +)
    }

    private func wait(_ what: String, _ condition: () throws -> Bool) throws {
        guard try Interruption.wait(atMost: Self.patience, until: condition) else {
            throw LabError.notReached("waited in vain for \(what)")
        }
    }
}
