// The rows of a run and what they are measured on, kept on disk as they come: a run that is ended half-way has measured
// half.

import HeartbeatLab

/// The rows of a run, kept on disk as they come.
struct BenchResults {
    private(set) var rows: [BenchRow] = []
    private let watch: MachineWatch
    private let file: String?
    /// As it was typed.
    private let command = CommandLine.arguments.joined(separator: " ")

    init(peers: [any FailoverPeer], file: String?, places: ProgramPlaces) throws {
        var versions: [String: String] = [:]
        for peer in peers where versions[peer.name] == nil {
            // Told before anything is built, not in the middle of the night.
            guard peer.missing.isEmpty else { throw LabError.missing(peer.missing.joined(separator: ", ")) }
            versions[peer.name] = peer.version()
        }
        try self.init(versions: versions, file: file, places: places)
    }

    /// - Parameter versions: of each peer, by its name.
    init(versions: [String: String], file: String?, places: ProgramPlaces) throws {
        watch = MachineWatch(sources: places.programs, versions: versions)
        self.file = file
        try keep()
    }

    /// Everything was measured. That another daemon does not come back from a fault is a result; that ours does not is none.
    var isComplete: Bool { Self.isComplete(rows) }

    static func isComplete(_ rows: [BenchRow]) -> Bool {
        rows.allSatisfy { row in
            let isOurs = PeerName(rawValue: row.peer)?.isOurs ?? true
            return !row.notes.contains { note in
                note == BenchRow.notMeasured || note.hasPrefix(BenchRow.wrong)
                    || isOurs && note.hasPrefix(BenchRow.notRecovered)
            }
        }
    }

    mutating func add(_ row: BenchRow) throws {
        rows.append(row)
        try keep()
    }

    /// Adds what `measure` adds. What does not come about is a row as well, and fails the run: whoever measures goes on.
    mutating func attempt(
        _ row: @autoclosure () -> BenchRow, _ measure: (inout BenchResults) throws -> Void
    ) throws {
        do {
            try measure(&self)
        } catch let error as LabError {
            switch error {
            case .interrupted, .missing: throw error
            case .system, .command, .notReached: break
            }
            var row = row()
            row.notes.append(BenchRow.notMeasured)
            try add(row)
            BenchProgram.tell("\(row.peer) \(row.fault): \(error)")
        }
    }

    private func keep() throws {
        guard let file else { return }
        try BenchFile(machine: watch.description(), command: command, rows: rows).write(to: file)
    }
}
