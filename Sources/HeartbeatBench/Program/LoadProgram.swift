// Clusters under load, phase by phase.

import HeartbeatLab

/// A peer with its times, as one word: `ours@25/100`.
package struct ClusterName: Hashable, Sendable, CustomStringConvertible {
    package var peer: PeerName
    package var setting: DetectionSetting

    package init(_ peer: PeerName, _ setting: DetectionSetting) {
        self.peer = peer
        self.setting = setting
    }

    /// Reads `PEER@SETTING`; `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let peer = PeerName(rawValue: String(parts[0])),
            let setting = DetectionSetting(String(parts[1]))
        else { return nil }
        self.init(peer, setting)
    }

    package var description: String { "\(peer.rawValue)@\(setting)" }
}

/// Clusters that are under load together.
package struct LoadPhase: Hashable, Sendable {
    package var clusters: [ClusterName]
    package var seconds: Int

    package init(_ clusters: [ClusterName], seconds: Int) {
        self.clusters = clusters
        self.seconds = seconds
    }

    /// What there are goals for, beside what others come to; about 20 minutes.
    package static let standard: [LoadPhase] = {
        func explicit(_ keepalive: Int, _ deadtime: Int) -> DetectionSetting {
            .explicit(keepalive: .milliseconds(keepalive), deadtime: .milliseconds(deadtime))
        }
        let long = LoadPhase(
            ([.ours, .asking] + PeerName.plain.dropFirst()).map { ClusterName($0, explicit(100, 500)) }, seconds: 600)
        let others = [
            ClusterName(.heartbeat, explicit(25, 100)), ClusterName(.keepalived, .tight), ClusterName(.floor, .tight),
        ]
        let short = [explicit(50, 200), explicit(25, 100), explicit(10, 30)].map {
            LoadPhase([ClusterName(.ours, $0)] + others, seconds: 180)
        }
        return [long] + short
    }()
}

/// What `hbbench load` does once its arguments are known.
package struct LoadProgram: Sendable {
    package var phases: [LoadPhase]
    /// File for the rows; `nil`: none.
    package var file: String?
    /// Directory that the nodes' logs are copied to; `nil`: none.
    package var logs: String?
    package var places: ProgramPlaces

    package init(phases: [LoadPhase], file: String?, logs: String?, places: ProgramPlaces) {
        self.phases = phases
        self.file = file
        self.logs = logs
        self.places = places
    }

    /// Measures and prints. Returns the exit code.
    package func run() -> Int32 {
        let peers = phases.flatMap(\.clusters).map { $0.peer.peer($0.setting, programs: places.programs) }
        return BenchProgram.run(measuring: peers, file: file, places: places) { results in
            for (number, phase) in phases.enumerated() { try measure(phase, run: number + 1, into: &results) }
        }
    }

    private func measure(_ phase: LoadPhase, run: Int, into results: inout BenchResults) throws {
        let names = phase.clusters.map(\.description).joined(separator: " ")
        BenchProgram.tell("phase \(run) of \(phases.count): \(names), \(phase.seconds) s under load")
        var clusters: [BenchCluster] = []
        defer { for cluster in clusters { cluster.close() } }
        for name in phase.clusters {
            clusters.append(
                try BenchCluster(
                    name.peer.peer(name.setting, programs: places.programs), setting: name.setting, addresses: 1,
                    places: places))
        }
        for row in try LoadMeasurement(clusters: clusters, duration: .seconds(phase.seconds)).rows(run: run) {
            try results.add(row)
            let figures = row.figures.sorted { $0.key < $1.key }.map { "\($0.key) \(decimal($0.value, digits: 1))" }
            BenchProgram.tell("\(row.peer) \(row.setting): \(figures.joined(separator: ", "))")
        }
        for cluster in clusters { try keepLogs(of: cluster, phase: run) }
    }

    private func keepLogs(of cluster: BenchCluster, phase: Int) throws {
        guard let logs else { return }
        try Command.succeed(["mkdir", "-p", logs])
        let setting = String("\(cluster.setting)".map { $0 == "/" ? "-" : $0 })
        for node in cluster.nodes {
            guard let log = cluster.peer.log(of: node) else { continue }
            try Command.succeed(["cp", log, "\(logs)/\(phase)-\(cluster.peer.name)-\(setting)-\(node.name).log"])
        }
    }
}
