// A campaign from its start to its exit code: builds a pair of each peer, gives all of them the same faults in turn, keeps
// every row on disk as soon as it is there, and leaves nothing behind on any way out.

import Glibc
import HeartbeatLab

/// What `hbbench torture` does once its arguments are known.
package struct TortureProgram: Sendable {
    package var schedule: TortureSchedule
    package var peers: [PeerName]
    package var setting: DetectionSetting
    /// File for the rows; `nil`: none.
    package var file: String?
    /// File for the tables; `nil`: standard output alone.
    package var markdown: String?
    /// Directory for what the client saw and the nodes wrote in each fault; `nil`: none.
    package var logs: String?
    package var places: ProgramPlaces

    /// All but the floor, which knows neither a group for each address nor how to read its files.
    package static let candidates = PeerName.allCases.filter { $0 != .floor }

    package init(
        schedule: TortureSchedule, peers: [PeerName], setting: DetectionSetting, file: String?, markdown: String?,
        logs: String?, places: ProgramPlaces
    ) {
        self.schedule = schedule
        self.peers = peers
        self.setting = setting
        self.file = file
        self.markdown = markdown
        self.logs = logs
        self.places = places
    }

    /// Plays the campaign and prints its tables. Returns the exit code.
    package func run() -> Int32 {
        let measured = peers.map { $0.peer(setting, programs: places.programs, layout: .each) }
        return BenchProgram.run(measuring: measured, file: file, places: places) { results in
            try check()
            BenchProgram.tell("seed \(schedule.seed), \(schedule.faults.count) faults, each for every peer in turn")
            try play(measured, into: &results)
            try Self.tell(of: results.rows, in: markdown)
        }
    }

    /// Told before anything is built.
    private func check() throws {
        guard ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].contains(where: { Files.isExecutable("\($0)/nft") }) else {
            throw LabError.missing("not installed: nft (apt-get install nftables)")
        }
        if let logs { try Files.makeDirectory(logs) }
    }

    private func play(_ measured: [any FailoverPeer], into results: inout BenchResults) throws {
        var clusters: [TortureCluster?] = []
        defer { for cluster in clusters { cluster?.close() } }
        for peer in measured {
            clusters.append(try TortureCluster(peer, setting: setting, seed: schedule.seed, places: places))
        }
        for fault in schedule.faults {
            for (position, peer) in measured.enumerated()
            where !(peer.hasOnlyAddresses && !fault.kind.isForAddressesAlone) {
                do {
                    // A pair that did not come to serve is built anew for the next fault.
                    let cluster =
                        try clusters[position]
                        ?? TortureCluster(peer, setting: setting, seed: schedule.seed, places: places)
                    clusters[position] = cluster
                    let outcome = try cluster.play(fault)
                    try results.add(outcome.row)
                    BenchProgram.tell(Self.line(for: outcome.row))
                    try keep(outcome)
                } catch LabError.notReached(let what) {
                    BenchProgram.tell("\(peer.name) \(fault.name): not measured, \(what)")
                    clusters[position]?.close()
                    clusters[position] = nil
                }
            }
        }
    }

    private func keep(_ outcome: TortureCluster.Outcome) throws {
        guard let logs else { return }
        let name = outcome.row.fault.split(separator: " ").joined(separator: "-")
        try Files.write(outcome.story, to: "\(logs)/\(outcome.row.run)-\(name)-\(outcome.row.peer).txt")
    }

    private static func line(for row: BenchRow) -> String {
        func seconds(_ figure: String) -> String { decimal((row.figures[figure] ?? 0) / 1000, digits: 2) }
        var parts = ["outage \(seconds(Figure.outageSum)) s", "two owners \(seconds(Figure.twoOwnersSum)) s"]
        if row.figures[Figure.lostForGood] == 1 { parts.append("lost for good") }
        if row.figures[Figure.movedForNothing] == 1 { parts.append("moved for nothing") }
        return "\(row.run) \(row.fault), \(row.peer): \((parts + row.notes).joined(separator: ", "))"
    }

    private static func tell(of rows: [BenchRow], in file: String?) throws {
        let text = TortureTable(rows).markdown
        BenchProgram.print(text, to: STDOUT_FILENO)
        if let file { try Files.write(text, to: file) }
    }

    /// Prints the tables of result files, together. Returns the exit code.
    package static func tabulate(_ files: [String], markdown: String?) -> Int32 {
        do {
            try tell(of: files.flatMap { try BenchFile(readingFrom: $0).rows }, in: markdown)
            return BenchProgram.complete
        } catch {
            BenchProgram.tell("\(error)")
            return BenchProgram.impossible
        }
    }
}
