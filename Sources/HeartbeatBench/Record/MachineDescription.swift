// What the figures were measured on. A failover of 20 ms on a machine that was busy with something else means little, so
// this is part of every result.

/// The machine, and how busy it was.
public struct MachineDescription: Codable, Hashable, Sendable {
    /// `uname -r`.
    public var kernel: String
    public var processors: Int
    /// Model name of the first processor.
    public var processorModel: String
    public var memoryMegabytes: Int
    /// When the run began, `2026-11-21T10:00:00Z`.
    public var startedAt: String
    public var seconds: Double
    /// Share of the processors' time that the hypervisor gave to others during the run, in percent.
    public var stealPercent: Double
    /// One-minute load average at the beginning and at the end.
    public var loadBefore: Double
    public var loadAfter: Double
    /// Commit of the sources, with `+` behind it when they were changed; empty when that is not known.
    public var commit: String
    /// Version of each peer, by its name.
    public var versions: [String: String]

    public init(
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
