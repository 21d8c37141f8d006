// Several clusters on one busy machine: what happens to them although nothing is broken.

import Glibc
import HeartbeatLab

/// Measures clusters side by side.
struct LoadMeasurement {
    let clusters: [BenchCluster]
    let duration: Duration

    /// Denser probing of several clusters for minutes would be a load of its own.
    private static let tick = Duration.milliseconds(5)
    /// What a daemon does late after its start is over then.
    private static let settling = Duration.seconds(8)

    /// One row for each cluster.
    func rows(run: Int) throws -> [BenchRow] {
        for cluster in clusters { try cluster.ready() }
        var probes: [ClientProbe] = []
        defer { for probe in probes { probe.close() } }
        for cluster in clusters { probes.append(try cluster.startProbe(every: Self.tick)) }
        try Interruption.pause(Self.settling)
        let deathsBefore = clusters.map { count(Self.death, in: $0) }
        let quickBefore = clusters.map { count(Self.quickDeath, in: $0) }
        let times = ProcessorTimes.now()
        let start = Moment.now()
        let load = try RunningLoad(LoadKind.mixture, directory: clusters[0].laboratory.run.directory)
        do {
            defer { load.end() }
            try Interruption.pause(duration)
        }
        let end = Moment.now()
        let steal = ProcessorTimes.now().stealPercent(since: times)
        try Interruption.pause(ProbeAnalysis.patience)
        return try clusters.indices.map { index in
            let cluster = clusters[index]
            var row = cluster.row("load", run: run)
            let record = try probes[index].record()
            let analysis = LoadAnalysis(start: start, end: end, stations: cluster.nodes.map(\.hardwareAddress))
            row.figures = analysis.figures(of: record.byAddress()[0])
            row.figures[Figure.stall] =
                (record.longestStall(from: start, to: end, tick: Self.tick).inMilliseconds * 1000).rounded() / 1000
            row.figures[Figure.steal] = steal
            if let before = deathsBefore[index], let after = count(Self.death, in: cluster) {
                row.figures[Figure.deaths] = Double(after - before)
            }
            if cluster.peer is OurPeer, let before = quickBefore[index],
                let after = count(Self.quickDeath, in: cluster)
            {
                row.figures[Figure.quickDeaths] = Double(after - before)
            }
            return row
        }
    }

    /// How a line ends that tells that the other node is dead. Heartbeat and its successor use the same words.
    private static let death = ": is dead"
    /// The same of one that tells that its deadtime is not waited for.
    static let quickDeath = ": its deadtime is not waited for"

    /// How often the nodes have logged a line with such an end so far; `nil` for a peer with another log.
    private func count(_ end: String, in cluster: BenchCluster) -> Int? {
        let logs = cluster.nodes.map { cluster.peer.log(of: $0) }
        guard logs.allSatisfy({ $0 != nil }) else { return nil }
        return logs.compactMap(\.self).reduce(0) { sum, log in
            sum + Files.read(log).split(separator: "\n").count { $0.hasSuffix(end) }
        }
    }
}

/// Processes that make load until they are told to end.
struct RunningLoad {
    private let processes: [ChildProcess]

    /// Starts this very program once for each kind.
    init(_ kinds: [LoadKind], directory: String) throws {
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard nothing >= 0 else { throw LabError.system(operation: "open /dev/null", code: errno) }
        defer { _ = close(nothing) }
        var started: [ChildProcess] = []
        do {
            for kind in kinds {
                started.append(
                    try ChildProcess(
                        ["/proc/self/exe", "make-load", kind.rawValue, directory], standardInput: nothing,
                        standardOutput: nothing))
            }
        } catch {
            Self.end(started)
            throw error
        }
        processes = started
    }

    func end() {
        Self.end(processes)
    }

    private static func end(_ processes: [ChildProcess]) {
        for process in processes { kill(process.pid, SIGKILL) }
        // The disk must have taken what was written.
        for process in processes { _ = process.wait(atMost: .seconds(30)) }
    }
}
