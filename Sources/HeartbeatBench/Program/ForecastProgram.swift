// What `hbbench forecast` does: asks `hbctl plan` what would come of an event, lets it happen, and compares.

import Glibc
import HeartbeatLab

/// A run once its arguments are known.
package struct ForecastProgram: Sendable {
    package var trials: [ForecastTrial]
    package var settings: [ForecastSetting]
    package var runs: Int
    /// File for the rows; `nil`: none.
    package var file: String?
    package var places: ProgramPlaces

    package init(
        trials: [ForecastTrial], settings: [ForecastSetting], runs: Int, file: String?, places: ProgramPlaces
    ) {
        self.trials = trials
        self.settings = settings
        self.runs = runs
        self.file = file
        self.places = places
    }

    /// Shorter than this the machine may stand still without a remark.
    private static let remarkableStall = Duration.milliseconds(20)

    /// Measures and prints. Returns the exit code: 1 also when the order or the owners were not as predicted.
    package func run() -> Int32 {
        BenchProgram.run(try makeResults()) { results in
            for setting in settings { try measure(setting, into: &results) }
            BenchProgram.print(ForecastTable(RowTable(rows: results.rows)).text, to: STDOUT_FILENO)
        }
    }

    private func makeResults() throws -> BenchResults {
        let program = "\(places.programs)/hbctl"
        guard Files.isExecutable(program) else { throw LabError.missing("not built: \(program)") }
        return try BenchResults(
            peers: [OurPeer(.oneSecond, programs: places.programs)], file: file, places: places)
    }

    /// Every event once, so that the pair knows how long it takes; then those that count.
    private func measure(_ setting: ForecastSetting, into results: inout BenchResults) throws {
        let cluster = try ForecastCluster(setting, places)
        defer { cluster.close() }
        for trial in trials {
            try results.attempt(Self.row(trial, setting, run: 0)) { _ in
                _ = try cluster.play(trial, isRehearsal: true)
                BenchProgram.tell("\(setting.rawValue): \(trial.title) is rehearsed")
            }
        }
        for run in 1...max(1, runs) {
            for trial in trials {
                try results.attempt(Self.row(trial, setting, run: run)) { results in
                    let (comparison, stall) = try cluster.play(trial, isRehearsal: false)
                    let row = Self.row(trial, setting, run: run, comparison, stall)
                    try results.add(row)
                    BenchProgram.tell(ForecastTable.line(for: row))
                }
            }
        }
    }

    static func row(
        _ trial: ForecastTrial, _ setting: ForecastSetting, run: Int, _ comparison: ForecastComparison,
        _ stall: Duration
    ) -> BenchRow {
        var row = row(trial, setting, run: run)
        row.figures = comparison.figures
        row.figures[Figure.stall] = stall.inMilliseconds
        row.notes = comparison.notes
        if stall > remarkableStall {
            row.notes.append("the machine stood still for \(stall.roundedMilliseconds) ms")
        }
        return row
    }

    private static func row(_ trial: ForecastTrial, _ setting: ForecastSetting, run: Int) -> BenchRow {
        let times = OurPeer(setting.detection, programs: "")
        return BenchRow(
            peer: times.name, fault: trial.name, setting: setting.rawValue,
            keepaliveMilliseconds: times.keepalive.inMilliseconds, deadtimeMilliseconds: times.deadtime.inMilliseconds,
            addresses: 1, run: run)
    }
}
