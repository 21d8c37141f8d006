// What the figures were measured on. A failover of 20 ms on a machine that was busy with something else means little, so
// this is part of every result.

/// The machine, and how busy it was.
package struct MachineDescription: Codable, Hashable, Sendable {
    /// `uname -r`.
    package var kernel: String
    package var processors: Int
    /// Model name of the first processor.
    package var processorModel: String
    package var memoryMegabytes: Int
    /// When the run began, `2026-11-21T10:00:00Z`.
    package var startedAt: String
    package var seconds: Double
    /// Share of the processors' time that the hypervisor gave to others during the run, in percent.
    package var stealPercent: Double
    /// One-minute load average at the beginning and at the end.
    package var loadBefore: Double
    package var loadAfter: Double
    /// Commit of the sources, with `+` behind it when they were changed; empty when that is not known.
    package var commit: String
    /// Version of each peer, by its name.
    package var versions: [String: String]

    package init(
        kernel: String, processors: Int, processorModel: String, memoryMegabytes: Int, startedAt: String,
        seconds: Double, stealPercent: Double, loadBefore: Double, loadAfter: Double, commit: String,
        versions: [String: String]
    ) {
        self.kernel = kernel
        self.processors = processors
        self.processorModel = processorModel
        self.memoryMegabytes = memoryMegabytes
        self.startedAt = startedAt
        self.seconds = seconds
        self.stealPercent = stealPercent
        self.loadBefore = loadBefore
        self.loadAfter = loadAfter
        self.commit = commit
        self.versions = versions
    }
}
