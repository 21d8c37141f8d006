// What a lease costs a packet that has nothing to do with it: two pairs side by side, one without a lease, measured in turns so
// that a busy machine is busy for both.

import Glibc
import HeartbeatLab

/// What `hbbench forward` does once its arguments are known.
package struct ForwardProgram: Sendable {
    package var rounds: Int
    /// How long packets are sent in one round.
    package var span: Duration
    /// File for the rows; `nil`: none.
    package var file: String?
    package var places: ProgramPlaces

    package init(rounds: Int, span: Duration, file: String?, places: ProgramPlaces) {
        self.rounds = rounds
        self.span = span
        self.file = file
        self.places = places
    }

    private static let names = [PeerName.ours, .unleased]

    /// Measures and prints. Returns the exit code.
    package func run() -> Int32 {
        let peers = Self.names.map { $0.peer(.oneSecond, programs: places.programs) }
        return BenchProgram.run(measuring: peers, file: file, places: places) { results in
            var clusters: [BenchCluster] = []
            defer { for cluster in clusters { cluster.close() } }
            for peer in peers {
                clusters.append(try BenchCluster(peer, setting: .oneSecond, addresses: 1, places: places))
            }
            // All packets take the same one from here on.
            try Command.succeed(["taskset", "--cpu-list", "--pid", "0", "\(getpid())"])
            try measure(clusters, into: &results)
            BenchProgram.print(Self.table(results.rows), to: STDOUT_FILENO)
        }
    }

    private func measure(_ clusters: [BenchCluster], into results: inout BenchResults) throws {
        BenchProgram.tell("a forwarded packet with and without a lease, \(rounds) rounds")
        for cluster in clusters { try cluster.ready() }
        let paths = try clusters.map { try ForwardingPath(through: $0) }
        for (path, name) in zip(paths, Self.names) {
            let hangs = name == .ours
            guard try Interruption.wait(atMost: .seconds(10), until: { try path.hasFilters() == hangs }) else {
                throw LabError.notReached("\(name.rawValue): the lease's filters are not where they should be")
            }
            // What the first packets have to set up is not theirs.
            _ = try path.nanosecondsPerPacket(for: .milliseconds(100))
        }
        for round in 1...max(1, rounds) {
            try Interruption.check()
            let times = try paths.map { try $0.nanosecondsPerPacket(for: span) }
            for row in Self.rows(of: clusters.map { $0.row("forward", run: round) }, times) { try results.add(row) }
        }
    }

    /// The rows of one round, with their figures: the last pair has no lease.
    static func rows(of rows: [BenchRow], _ times: [Double]) -> [BenchRow] {
        zip(rows, times).enumerated().map { index, pair in
            var row = pair.0
            row.figures[Figure.forwardTime] = (pair.1 * 10).rounded() / 10
            if index + 1 < rows.count, let base = times.last, base > 0 {
                row.figures[Figure.forwardShare] = ((pair.1 / base - 1) * 10_000).rounded() / 100
            }
            return row
        }
    }

    static func table(_ rows: [BenchRow]) -> String {
        let table = RowTable(rows: rows)
        return table.distinct(\.peer).map { peer in
            let some = table.with { $0.peer == peer }
            let share = some.spread(Figure.forwardShare).map { ", \($0.text(digits: 1)) % more" } ?? ""
            return "\(peer): \(some.cell(Figure.forwardTime)) ns a packet\(share), n = \(some.rows.count)\n"
        }.joined()
    }
}
