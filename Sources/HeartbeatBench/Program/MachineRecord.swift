// What virtual machines went through as rows among the others, so that the page of benchmarks has it.

import HeartbeatLab

/// The rows of scenes between virtual machines, kept on disk as they come.
package struct MachineRecord {
    private var results: BenchResults

    /// - Parameters:
    ///   - versions: of each daemon, by its name.
    ///   - file: for the rows.
    package init(versions: [String: String], file: String, places: ProgramPlaces) throws {
        results = try BenchResults(versions: versions, file: file, places: places)
    }

    /// - Parameters:
    ///   - setting: the site.
    ///   - run: from 1.
    ///   - figures: by the names of `Figure`.
    package mutating func add(
        scene: String, site: String, daemon: String, run: Int, figures: [String: Double], notes: [String]
    ) throws {
        try results.add(
            BenchRow(
                peer: daemon, fault: BenchRow.machines + scene, setting: site, keepaliveMilliseconds: 250,
                deadtimeMilliseconds: 1000,
                addresses: 2, run: run, figures: figures, notes: notes))
    }
}
