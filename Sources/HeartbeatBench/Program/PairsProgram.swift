// What `hbbench pairs` does: moves one of two pairs in every way there is, and measures how long after it the other has followed.

import Glibc
import HeartbeatLab

/// A run once its arguments are known.
package struct PairsProgram: Sendable {
    package var trials: [PairsTrial]
    package var runs: Int
    /// File for the rows; `nil`: none.
    package var file: String?
    package var places: ProgramPlaces

    package init(trials: [PairsTrial], runs: Int, file: String?, places: ProgramPlaces) {
        self.trials = trials
        self.runs = runs
        self.file = file
        self.places = places
    }

    /// Measures and prints. Returns the exit code: 1 also when the pairs did not come together, or not within a second.
    package func run() -> Int32 {
        BenchProgram.run(measuring: [OurPeer(.oneSecond, programs: places.programs)], file: file, places: places) {
            results in
            let cluster = try PairsCluster(places)
            defer { cluster.close() }
            for run in 1...max(1, runs) {
                for trial in trials { try measure(trial, run, cluster, into: &results) }
            }
            BenchProgram.print(PairsTable(RowTable(rows: results.rows)).text, to: STDOUT_FILENO)
        }
    }

    private func measure(_ trial: PairsTrial, _ run: Int, _ cluster: PairsCluster, into results: inout BenchResults)
        throws
    {
        try results.attempt(Self.row(trial.name, run)) { results in
            let seen = try cluster.play(trial)
            for (name, sights) in [(trial.name, seen.away), (trial.homeName, seen.home)] {
                let row = Self.row(name, run, sights)
                try results.add(row)
                BenchProgram.tell(PairsTable.line(for: row))
            }
        }
    }

    /// What was seen of the left pair and of the right one.
    static func row(_ fault: String, _ run: Int, _ sights: [PairsCluster.Sight]) -> BenchRow {
        var row = row(fault, run)
        let skew = abs((sights[0].served - sights[1].served).inMilliseconds)
        row.figures = [
            Figure.skew: skew, Figure.outage: sights[0].outage.inMilliseconds,
            Figure.followerOutage: sights[1].outage.inMilliseconds,
        ]
        if skew > PairsTrial.mostApart {
            row.notes.append(BenchRow.wrong + "the pairs were apart for more than a second")
        }
        return row
    }

    private static func row(_ fault: String, _ run: Int) -> BenchRow {
        BenchRow(
            peer: "ours", fault: fault, setting: DetectionSetting.oneSecond.description, keepaliveMilliseconds: 250,
            deadtimeMilliseconds: 1000, addresses: 1, run: run)
    }
}
