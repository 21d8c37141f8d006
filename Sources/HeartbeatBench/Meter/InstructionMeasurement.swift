// What both nodes of a resting pair carry out under callgrind, for each keepalive interval.

import HeartbeatLab

/// Measures one pair, which is built for this: under valgrind nothing else of it means anything.
struct InstructionMeasurement {
    let peer: any FailoverPeer
    let setting: DetectionSetting
    /// How long both nodes are counted.
    let duration: Duration
    let places: ProgramPlaces

    /// Instructions in an interval, of each node.
    func perInterval() throws -> [Double] {
        let peer = CountedPeer(original: peer)
        let cluster = try BenchCluster(peer, setting: setting, addresses: 1, places: places)
        defer { cluster.close() }
        try cluster.ready()
        try Interruption.pause(CostMeasurement.settling)
        let begun = try cluster.nodes.map { try peer.begin(on: $0) }
        try Interruption.pause(duration)
        return try zip(cluster.nodes, begun).map { node, counted in
            let counts = try peer.end(counted, on: node)
            guard let result = InstructionCount.perInterval(counts, of: peer.keepalive) else {
                throw LabError.notReached("nothing of \(peer.name) runs on \(node.name)")
            }
            return result
        }
    }
}

extension BenchRow {
    /// The row with its instructions in a keepalive interval, and with how they were counted.
    func counting(_ instructions: Double, by method: InstructionMethod) -> BenchRow {
        var row = self
        row.figures[Figure.instructions] = instructions
        row.notes.append(method.note)
        return row
    }
}
