// What virtual machines went through as rows among the others, so that the page of benchmarks has it.

import HeartbeatLab

/// The rows of scenes between virtual machines, kept on disk as they come.
package struct MachineRecord {
    private var results: BenchResults

    /// How soon something is found out, and how much moves then.
    package struct Pace: Hashable, Sendable {
        var keepalive: Duration
        var deadtime: Duration
        var addresses: Int

        /// Of two gateways.
        package static let pair = Pace(keepalive: .milliseconds(250), deadtime: .seconds(1), addresses: 2)
        /// Of two gateways whose ha.cf says nothing of times, with one address.
        package static let defaults = Pace(keepalive: .seconds(1), deadtime: .seconds(5), addresses: 1)
        /// Of a gateway's lines: how often a probe asks, and when it is lost.
        package static let lines = Pace(keepalive: .seconds(1), deadtime: .seconds(3), addresses: 1)
    }

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
        scene: String, site: String, _ pace: Pace, daemon: String, run: Int, figures: [String: Double],
        notes: [String]
    ) throws {
        try results.add(
            BenchRow(
                peer: daemon, fault: BenchRow.machines + scene, setting: site,
                keepaliveMilliseconds: pace.keepalive.inMilliseconds,
                deadtimeMilliseconds: pace.deadtime.inMilliseconds, addresses: pace.addresses, run: run,
                figures: figures, notes: notes))
    }
}
