// What became of connections as tables: for a terminal and for the page of benchmarks.

import HeartbeatLab

/// The rows of connections among others.
struct ConnectionTable {
    private let failovers: RowTable
    private let commits: RowTable

    init(_ table: RowTable) {
        let own = table.with { $0.fault.hasPrefix(ConnectionTrial.prefix) }
        failovers = own.with { $0.fault != ConnectionTrial.commit }
        // Where connections were not copied in time, nothing was measured, and a remark says so.
        commits = own.with { $0.fault == ConnectionTrial.commit && $0.figures[Figure.entries] != nil }
    }

    /// Both tables, the second only if there is something in it; `nil` when nothing was measured.
    private var tables: [MarkdownTable] {
        [failoverTable, commitTable].filter { !$0.rows.isEmpty }
    }

    /// For a terminal.
    var text: String { tables.map(\.text).joined(separator: "\n") }

    /// The part of the page.
    var markdown: String {
        let title = "## Connections through a failover\n\n\(Self.howConnectionsAreMeasured)\n\n"
        return title + (tables.isEmpty ? "Not measured.\n" : text)
    }

    private var failoverTable: MarkdownTable {
        let figures = [
            ("survived", Figure.survivors), ("outgoing stall ms", Figure.outgoingStall),
            ("inbound stall ms", Figure.inboundStall), ("address outage ms", Figure.outage),
        ]
        var result = MarkdownTable(
            columns: [.left("fault"), .left("pair"), .right("n")] + figures.map { .right($0.0) })
        for fault in failovers.distinct(\.fault) {
            for peer in failovers.distinct(\.peer) {
                let some = failovers.with { $0.fault == fault && $0.peer == peer }
                guard !some.rows.isEmpty else { continue }
                let name = String(fault.dropFirst(ConnectionTrial.prefix.count))
                result.rows.append([name, peer, "\(some.rows.count)"] + figures.map { some.cell($0.1) })
            }
        }
        return result
    }

    private var commitTable: MarkdownTable {
        var result = MarkdownTable(
            columns: [.right("connections"), .right("n"), .right("conntrackd -c ms"), .right("whole start ms")])
        for count in commits.distinct({ $0.figures[Figure.entries] ?? 0 }).sorted() {
            let some = commits.with { ($0.figures[Figure.entries] ?? 0) == count }
            result.rows.append(
                [
                    decimal(count, digits: 0), "\(some.rows.count)", some.cell(Figure.commit),
                    some.cell(Figure.scriptStart),
                ])
        }
        return result
    }

    /// One row on one line, for somebody who waits.
    static func line(for row: BenchRow) -> String {
        row.line([
            ("survived", Figure.survivors), ("outgoing", Figure.outgoingStall), ("inbound", Figure.inboundStall),
            ("outage", Figure.outage), ("entries", Figure.entries), ("commit", Figure.commit),
            ("start", Figure.scriptStart),
        ])
    }

    private static let howConnectionsAreMeasured = """
        Two TCP connections of 1 MB/s through a pair of gateways, 250 ms and 1 s: one from the client, whose source address is
        translated, one from the server to the client behind. The packet filter drops what belongs to no connection it knows.
        `control` is the same pair without conntrackd, in which both must die. The stall is the longest silence at the receiver,
        of those that survived. `killed` is a power loss after the other node's conntrackd was killed and came back, `cut` after
        the cable between the nodes was out. The second table is a takeover of connections alone, on the node that stands by.
        """
}
