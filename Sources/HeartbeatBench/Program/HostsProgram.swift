// What `hbbench hosts` does: three hosts of a gateway service under hb_gateway, and three under keepalived, meet the same
// faults; then what five of them cost.

import Glibc
import HeartbeatLab

/// A run once its arguments are known.
package struct HostsProgram: Sendable {
    package var trials: [HostsTrial]
    package var runs: Int
    /// How long the cost is watched.
    package var seconds: Int
    /// File for the rows; `nil`: none.
    package var file: String?
    package var places: ProgramPlaces

    package init(trials: [HostsTrial], runs: Int, seconds: Int, file: String?, places: ProgramPlaces) {
        self.trials = trials
        self.runs = runs
        self.seconds = seconds
        self.file = file
        self.places = places
    }

    private var program: String { "\(places.programs)/hb_gateway" }

    /// Measures and prints. Returns the exit code.
    package func run() -> Int32 {
        BenchProgram.run(try makeResults()) { results in
            for run in 1...max(1, runs) {
                for trial in trials {
                    try add(trial, run, OurHosts.self, into: &results) { try OurHosts(program, in: $0) }
                    try add(trial, run, HostsKeepalived.self, into: &results) { try HostsKeepalived(in: $0) }
                }
            }
            BenchProgram.print(HostsTable(RowTable(rows: results.rows)).text, to: STDOUT_FILENO)
        }
    }

    private func makeResults() throws -> BenchResults {
        let daemon = HostsKeepalived.daemon
        guard Files.isExecutable(program) else { throw LabError.missing("not built: \(program)") }
        guard Files.isExecutable(daemon.program) else {
            throw LabError.missing("\(daemon.program) is not there (apt-get install keepalived)")
        }
        let version = try Command.run([program, "--version"]).output
        return try BenchResults(
            versions: [
                "hb_gateway": version.split(separator: "\n").first.map(String.init) ?? "",
                HostsKeepalived.name: Requirement.installedVersion(of: "keepalived"),
            ], file: file, places: places)
    }

    /// What is measured of a peer in a laboratory of its own.
    private func add<Peer: HostsPeer>(
        _ trial: HostsTrial, _ run: Int, _ type: Peer.Type, into results: inout BenchResults,
        _ make: (GatewayHosts) throws -> Peer
    ) throws {
        var row = BenchRow(
            peer: Peer.name, fault: trial.name, setting: HostsTrial.setting,
            keepaliveMilliseconds: Peer.times.keepalive.inMilliseconds,
            deadtimeMilliseconds: Peer.times.deadtime.inMilliseconds, addresses: 2, run: run)
        try results.attempt(row) { results in
            let laboratory = try GatewayHosts(
                prefix: BenchCluster.prefix, count: trial == .cost ? HostsCost.hosts : 3)
            defer { laboratory.close() }
            for (figures, notes) in try measure(trial, laboratory, try make(laboratory)) {
                (row.figures, row.notes) = (figures, notes)
                try results.add(row)
                BenchProgram.tell(HostsTable.line(for: row))
            }
        }
    }

    /// One for each row: of the cost, one a host.
    private func measure(
        _ trial: HostsTrial, _ laboratory: GatewayHosts, _ peer: any HostsPeer
    ) throws -> [(figures: [String: Double], notes: [String])] {
        guard trial == .cost else {
            return [try HostsMeasurement(laboratory: laboratory, peer: peer).measure(trial)]
        }
        let cost = HostsCost(laboratory: laboratory, peer: peer, duration: .seconds(seconds))
        return try cost.figures().map { ($0, []) }
    }
}
