// What became of three hosts of a gateway service, as a table: for a terminal and for the page of benchmarks.

import HeartbeatLab

/// The rows of three hosts among others.
struct HostsTable {
    private let own: RowTable

    init(_ table: RowTable) { own = table.with { $0.fault.hasPrefix(HostsTrial.prefix) } }

    /// For a terminal.
    var text: String { table.text }

    /// The part of the page.
    var markdown: String {
        "## Three hosts of a gateway service\n\n\(Self.howHostsAreMeasured)\n\n"
            + (own.rows.isEmpty ? "Not measured.\n" : text)
    }

    /// One row on one line, for somebody who waits.
    static func line(for row: BenchRow) -> String { row.line(figures) }

    private static let figures = [
        ("outage ms", Figure.outage), ("by the holder ms", Figure.holderOutage), ("two hosts ms", Figure.twoHolders),
        ("two answer ms", Figure.twoOwners),
        ("stall ms", Figure.stall),
    ]

    private var table: MarkdownTable {
        var result = MarkdownTable(
            columns: [.left("fault"), .left("who"), .right("n")] + Self.figures.map { .right($0.0) })
        for fault in own.distinct(\.fault) {
            for peer in own.distinct(\.peer) {
                let some = own.with { $0.fault == fault && $0.peer == peer }
                guard !some.rows.isEmpty else { continue }
                result.rows.append(
                    [String(fault.dropFirst(HostsTrial.prefix.count)), peer, "\(some.rows.count)"]
                        + Self.figures.map { some.cell($0.1) })
            }
        }
        return result
    }

    private static let howHostsAreMeasured = """
        A client, three hosts of which one serves, and a router: once under hb_gateway, once under keepalived. keepalived has an instance
        of VRRP on each side, a sync group, and the check of the service as a tracking script. All times are the defaults. Every 2 ms the
        client asks somebody behind the router; the outage is its longest wait. Under keepalived all uplinks are up, so a host that has
        given the addresses away still forwards what comes. `by the holder` is the longest wait for an answer by way of a host that has
        the roving address. `two hosts` is the longest time in which two hosts had one, as their kernels report. `two answer` is how
        long two stations answered the client's ARP. `kill` kills the process that works; `kill-all` kills all of the daemon's at one
        instant, and nothing cleans up. `back` switches the best host on.
        """
}
