// The cost of each peer, one pair after the other: two pairs at once would share what they are measured by.

import HeartbeatLab

/// What `hbbench cost` does once its arguments are known.
package struct CostProgram: Sendable {
    package var peers: [PeerName]
    package var setting: DetectionSetting
    /// How long each pair is watched.
    package var seconds: Int
    package var runs: Int
    /// File for the rows; `nil`: none.
    package var file: String?
    package var places: ProgramPlaces

    package init(
        peers: [PeerName], setting: DetectionSetting, seconds: Int, runs: Int, file: String?, places: ProgramPlaces
    ) {
        self.peers = peers
        self.setting = setting
        self.seconds = seconds
        self.runs = runs
        self.file = file
        self.places = places
    }

    /// Measures and prints. Returns the exit code.
    package func run() -> Int32 {
        let measured = peers.map { $0.peer(setting, programs: places.programs) }
        return BenchProgram.run(measuring: measured, file: file, places: places) { results in
            for run in 1...max(1, runs) {
                for peer in measured { try measure(peer, run: run, into: &results) }
            }
        }
    }

    private func measure(_ peer: any FailoverPeer, run: Int, into results: inout BenchResults) throws {
        BenchProgram.tell("\(peer.name), \(setting): cost of both nodes over \(seconds) s, run \(run)")
        for row in try counted(watch(peer, run: run), of: peer) {
            try results.add(row)
            let figures = row.figures.sorted { $0.key < $1.key }.map { "\($0.key) \(decimal($0.value, digits: 1))" }
            BenchProgram.tell("\(peer.name): \((figures + row.notes).joined(separator: ", "))")
        }
    }

    private func watch(_ peer: any FailoverPeer, run: Int) throws -> [BenchRow] {
        let cluster = try BenchCluster(peer, setting: setting, addresses: 1, places: places)
        defer { cluster.close() }
        return try CostMeasurement(cluster: cluster, duration: .seconds(seconds)).rows(run: run)
    }

    /// The rows with their instructions: where the processor has not counted them, a second pair is.
    private func counted(_ rows: [BenchRow], of peer: any FailoverPeer) throws -> [BenchRow] {
        guard rows.contains(where: { $0.figures[Figure.instructions] == nil }) else { return rows }
        func without(_ why: String) -> [BenchRow] {
            rows.map { row in
                var row = row
                if row.figures[Figure.instructions] == nil { row.notes.append("instructions are not counted: \(why)") }
                return row
            }
        }
        guard CountedPeer.isPossible else { return without("neither a counter nor valgrind") }
        let measurement = InstructionMeasurement(
            peer: peer, setting: setting, duration: .seconds(seconds), places: places)
        do {
            return zip(rows, try measurement.perInterval()).map { row, instructions in
                row.figures[Figure.instructions] == nil ? row.counting(instructions, by: .callgrind) : row
            }
        } catch LabError.notReached(let what) {
            BenchProgram.tell("\(peer.name), instructions: \(what)")
            return without("\(peer.name) does not serve under valgrind")
        }
    }
}
