// What became of some hosts of a gateway service, as tables: for a terminal and for the page of benchmarks.

import HeartbeatLab

/// The rows of such hosts among others.
struct HostsTable {
    private let own: RowTable

    init(_ table: RowTable) { own = table.with { $0.fault.hasPrefix(HostsTrial.prefix) } }

    private var tables: [MarkdownTable] { [faults, cost].filter { !$0.rows.isEmpty } }

    /// For a terminal.
    var text: String { tables.map(\.text).joined(separator: "\n") }

    /// The part of the page.
    var markdown: String {
        "## Three hosts of a gateway service\n\n\(Self.howHostsAreMeasured)\n\n\(Self.howCostIsMeasured)\n\n"
            + (own.rows.isEmpty ? "Not measured.\n" : text)
    }

    /// One row on one line, for somebody who waits.
    static func line(for row: BenchRow) -> String { row.line(faultFigures + [("host", Figure.node)] + costFigures) }

    private static let faultFigures = [
        ("outage ms", Figure.outage), ("upstream ms", Figure.upstreamOutage),
        ("by the holder ms", Figure.holderOutage), ("two hosts ms", Figure.twoHolders),
        ("two answer ms", Figure.twoOwners), ("stall ms", Figure.stall),
    ]
    private static let costFigures = [
        ("processes", Figure.processes), ("PSS MiB", Figure.proportionalMemory), ("RSS MiB", Figure.residentMemory),
        ("CPU s/h", Figure.processorTime), ("switches/s", Figure.switches), ("down packets/s", Figure.downPackets),
        ("bytes/s", Figure.downBytes), ("up packets/s", Figure.upPackets), ("bytes/s", Figure.upBytes),
    ]

    private var faults: MarkdownTable {
        var result = MarkdownTable(
            columns: [.left("fault"), .left("who"), .right("n")] + Self.faultFigures.map { .right($0.0) })
        for fault in own.distinct(\.fault) where fault != HostsTrial.cost.name {
            for peer in own.distinct(\.peer) {
                let some = own.with { $0.fault == fault && $0.peer == peer }
                guard !some.rows.isEmpty else { continue }
                result.rows.append(
                    [String(fault.dropFirst(HostsTrial.prefix.count)), peer, "\(some.rows.count)"]
                        + Self.faultFigures.map { some.cell($0.1) })
            }
        }
        return result
    }

    private var cost: MarkdownTable {
        var result = MarkdownTable(
            columns: [.left("who"), .left("host"), .right("n")] + Self.costFigures.map { .right($0.0) })
        let rows = own.with { $0.fault == HostsTrial.cost.name && $0.figures[Figure.node] != nil }
        for peer in rows.distinct(\.peer) {
            for (host, serves) in [("serves", true), ("backup", false)] {
                let some = rows.with { $0.peer == peer && ($0.figures[Figure.node] == 1) == serves }
                guard !some.rows.isEmpty else { continue }
                result.rows.append([peer, host, "\(some.rows.count)"] + Self.costFigures.map { some.cell($0.1) })
            }
        }
        return result
    }

    private static let howHostsAreMeasured = """
        A client, three hosts of which one serves, and a router: once under hb_gateway, once under keepalived. keepalived has an instance
        of VRRP on each side, a sync group, and the check of the service as a tracking script. All times are the defaults. Every 2 ms the
        client asks somebody behind the router, and the router asks the client; the outage is the longest wait of the client, `upstream`
        that of the router. Under keepalived all uplinks are up, so a host that has given the addresses away still forwards what comes.
        `by the holder` is the longest wait for an answer by way of a host that has the roving address. `two hosts` is the longest time in
        which two hosts had one, as their kernels report. `two answer` is how long two stations answered the client's ARP. `kill` kills the
        process that works; `kill-all` kills all of the daemon's at one instant, and nothing cleans up. `back` switches the best host on.
        """

    private static let howCostIsMeasured = """
        The cost is that of five hosts while nothing happens, all times the defaults: a check each second. `backup` are the other four. All
        processes of the daemon count together; the checks that it starts, the same script for both, do not. The hosts run the same
        program and share its pages, so PSS divides them by five. Packets are what a host sends on each side.
        """
}
