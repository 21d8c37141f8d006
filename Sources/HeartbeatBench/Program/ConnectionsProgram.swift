// What `hbbench connections` does: every kind of failover with connections through the pair, where they are copied and where they
// are not, and what it takes to take many over.

import Glibc
import HeartbeatLab

/// A run once its arguments are known.
package struct ConnectionsProgram: Sendable {
    package var trials: [ConnectionTrial]
    package var runs: Int
    /// How many connections are taken over, one measurement each.
    package var entries: [Int]
    /// Where nothing can be played here, that is said and is no failure.
    package var maySkip: Bool
    /// File for the rows; `nil`: none.
    package var file: String?
    /// Directory that the nodes' logs are copied to; `nil`: none.
    package var logs: String?
    package var places: ProgramPlaces

    package init(
        trials: [ConnectionTrial], runs: Int, entries: [Int], maySkip: Bool, file: String?, logs: String?,
        places: ProgramPlaces
    ) {
        self.trials = trials
        self.runs = runs
        self.entries = entries
        self.maySkip = maySkip
        self.file = file
        self.logs = logs
        self.places = places
    }

    /// Measures and prints. Returns the exit code: 1 also when a connection died that must survive, or the other way round.
    package func run() -> Int32 {
        if let obstacle = GatewaySite.obstacle() {
            BenchProgram.print("SKIPPED: connections through failovers: \(obstacle)\n", to: STDOUT_FILENO)
            return maySkip ? BenchProgram.complete : BenchProgram.impossible
        }
        let peers = GatewayVariant.allCases.map { GatewayPeer($0, places: places) }
        return BenchProgram.run(measuring: peers, file: file, places: places) { results in
            for peer in peers { try measure(peer, into: &results) }
            BenchProgram.print(ConnectionTable(RowTable(rows: results.rows)).text, to: STDOUT_FILENO)
        }
    }

    /// One pair after the other: the other's streams would be a load.
    private func measure(_ peer: GatewayPeer, into results: inout BenchResults) throws {
        let cluster = try cluster(peer)
        defer {
            keepLogs(of: cluster)
            cluster.close()
        }
        for run in 1...max(1, runs) {
            for trial in trials where trial.isFor(peer.variant) {
                try add(to: &results, cluster, trial.name, run: run) {
                    var row = try cluster.trial(
                        trial.fault, run: run, witness: ConnectionWitness(trial, peer.variant))
                    row.fault = trial.name
                    return row
                }
            }
            guard peer.variant == .conntrackd else { continue }
            for count in entries {
                try add(to: &results, cluster, ConnectionTrial.commit, run: run) {
                    var row = cluster.row(ConnectionTrial.commit, run: run)
                    row.figures = try CommitMeasurement(cluster: cluster, script: peer.script).figures(entries: count)
                    return row
                }
            }
        }
    }

    /// A pair whose client goes through its service address to the server.
    func cluster(_ peer: GatewayPeer) throws -> BenchCluster {
        let cluster = try BenchCluster(peer, setting: .oneSecond, addresses: 1, places: places)
        do {
            try cluster.laboratory.client.configure([
                "route add \(Laboratory.serverAddress)/32 via \(cluster.addresses[0].text)"
            ])
            return cluster
        } catch {
            cluster.close()
            throw error
        }
    }

    /// What does not come about fails the run; the next trial begins from wherever the pair is.
    private func add(
        to results: inout BenchResults, _ cluster: BenchCluster, _ fault: String, run: Int,
        _ measure: () throws -> BenchRow
    ) throws {
        try results.attempt(cluster.row(fault, run: run)) { results in
            let row = try measure()
            try results.add(row)
            BenchProgram.tell(ConnectionTable.line(for: row))
        }
    }

    private func keepLogs(of cluster: BenchCluster) {
        guard let logs else { return }
        for node in cluster.nodes {
            do {
                try Files.makeDirectory(logs)
                try Files.write(node.log, to: "\(logs)/\(cluster.peer.name)-\(node.name).log")
            } catch {
                BenchProgram.tell("\(error)")
            }
        }
    }
}
