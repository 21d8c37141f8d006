// What `hbbench lines` does: a line dies in two ways, under hb_lines and under a shell script, then at random; then what the program
// takes for its tables and of the machine.

import Glibc
import HeartbeatLab

/// A run once its arguments are known.
package struct LinesProgram: Sendable {
    package var trials: [LinesTrial]
    package var runs: Int
    /// How many deaths of a line one random run has.
    package var switches: Int
    /// How long the cost is watched.
    package var seconds: Int
    /// File for the rows; `nil`: none.
    package var file: String?
    package var places: ProgramPlaces

    package init(
        trials: [LinesTrial], runs: Int, switches: Int, seconds: Int, file: String?, places: ProgramPlaces
    ) {
        self.trials = trials
        self.runs = runs
        self.switches = switches
        self.seconds = seconds
        self.file = file
        self.places = places
    }

    /// Once a second, three misses, and back after two seconds.
    private static let second = LineProgram.Pace(
        probes: "interval=1s timeout=1s fall=3", lines: "hold=0 rise=2s")
    private static let fast = LineProgram.Pace(
        probes: "interval=200ms timeout=200ms fall=3", lines: "hold=0 rise=0")

    private var program: String { "\(places.programs)/hb_lines" }

    /// Measures and prints. Returns the exit code.
    package func run() -> Int32 {
        BenchProgram.run(try makeResults()) { results in
            for run in 1...max(1, runs) {
                for trial in trials { try measure(trial, run, into: &results) }
            }
            BenchProgram.print(LinesTable(RowTable(rows: results.rows)).text, to: STDOUT_FILENO)
        }
    }

    private func makeResults() throws -> BenchResults {
        guard Files.isExecutable(program) else { throw LabError.missing("not built: \(program)") }
        let version = try Command.run([program, "--version"]).output
        return try BenchResults(
            versions: ["hb_lines": version.split(separator: "\n").first.map(String.init) ?? ""], file: file,
            places: places)
    }

    private func measure(_ trial: LinesTrial, _ run: Int, into results: inout BenchResults) throws {
        switch trial {
        case .dead, .carrier:
            try add(trial, run, into: &results, ours(Self.second)) { try $0.figures(trial, run: run) }
            try add(trial, run, into: &results, LinesScript.init) { try $0.figures(trial, run: run) }
        case .random:
            try add(trial, run, into: &results, ours(Self.fast)) {
                try $0.randomFigures(switches: switches, seed: UInt64(run))
            }
        case .program: try add(trial, LineProgram.name, run, into: &results) { try TableTiming.figures() }
        case .cost: try add(trial, run, into: &results, ours(Self.second)) { try cost(of: $0.peer) }
        }
    }

    private func ours(_ pace: LineProgram.Pace) -> (TwoLines) throws -> LineProgram {
        { try LineProgram(program, in: $0, pace: pace) }
    }

    /// What is measured of a peer in a laboratory of its own.
    private func add<Peer: LinesPeer>(
        _ trial: LinesTrial, _ run: Int, into results: inout BenchResults, _ make: (TwoLines) throws -> Peer,
        _ figures: (LinesMeasurement<Peer>) throws -> [String: Double]
    ) throws {
        try add(trial, Peer.name, run, into: &results) {
            let laboratory = try TwoLines(prefix: BenchCluster.prefix)
            defer { laboratory.close() }
            let peer = try make(laboratory)
            defer { peer.end() }
            try peer.start()
            return try figures(LinesMeasurement(laboratory: laboratory, peer: peer))
        }
    }

    private func add(
        _ trial: LinesTrial, _ peer: String, _ run: Int, into results: inout BenchResults,
        _ figures: () throws -> [String: Double]
    ) throws {
        var row = BenchRow(
            peer: peer, fault: trial.name, setting: "1s", keepaliveMilliseconds: 1000, deadtimeMilliseconds: 3000,
            addresses: 1, run: run)
        try results.attempt(row) { results in
            row.figures = try figures()
            try results.add(row)
            BenchProgram.tell(LinesTable.line(for: row))
        }
    }

    private func cost(of program: LineProgram) throws -> [String: Double] {
        guard let pid = program.pid else { throw LabError.notReached("hb_lines to run") }
        // The first questions have been answered.
        try Interruption.pause(.seconds(5))
        let meter = ProcessMeter(processes: [pid])
        let before = Reading(meter)
        try Interruption.pause(.seconds(seconds))
        let all = Reading(meter).figures(since: before)
        return all.filter { [Figure.residentMemory, Figure.switches, Figure.processorTime].contains($0.key) }
    }
}
