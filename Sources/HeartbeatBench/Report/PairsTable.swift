// How far two pairs are apart in time, as a table: for a terminal and for the page of benchmarks.

import HeartbeatLab

/// The rows of two pairs among others.
struct PairsTable {
    private let own: RowTable

    init(_ table: RowTable) { own = table.with { $0.fault.hasPrefix(PairsTrial.prefix) } }

    /// For a terminal.
    var text: String { table.text }

    /// The part of the page.
    var markdown: String {
        "## Two pairs in step\n\n\(Self.howPairsAreMeasured)\n\n" + (own.rows.isEmpty ? "Not measured.\n" : text)
    }

    /// One row on one line, for somebody who waits.
    static func line(for row: BenchRow) -> String { row.line(figures) }

    private static let figures = [
        ("apart ms", Figure.skew), ("left outage ms", Figure.outage), ("right outage ms", Figure.followerOutage),
    ]

    private var table: MarkdownTable {
        var result = MarkdownTable(columns: [.left("what happens"), .right("n")] + Self.figures.map { .right($0.0) })
        for fault in own.distinct(\.fault) {
            let some = own.with { $0.fault == fault }
            let name = String(fault.dropFirst(PairsTrial.prefix.count))
            result.rows.append([name, "\(some.rows.count)"] + Self.figures.map { some.cell($0.1) })
        }
        return result
    }

    private static let howPairsAreMeasured = """
        Two pairs with a tunnel from node to node and a `probe … partner` on each, 250 ms and 1 s; [two-pairs.md](two-pairs.md)
        says what follows what. Something happens to the left pair or to the tunnel, then it is undone and both go home. A client
        beside each pair asks once a millisecond; `apart` is the time between the first answer from the node that one pair came to
        and the same of the other pair. The goal is a second.
        """
}
