// What became of gateways that are virtual machines, as the part of the page.

import HeartbeatLab

/// The rows of virtual machines among others.
struct MachineTable {
    private let own: RowTable

    init(_ table: RowTable) { own = table.with { $0.fault.hasPrefix(BenchRow.machines) } }

    var markdown: String {
        "## Gateways that are virtual machines\n\n\(Self.howMachinesAreMeasured)\n\n"
            + (own.rows.isEmpty ? "Not measured.\n" : table.text)
    }

    private var table: MarkdownTable {
        let figures = [
            ("outage ms", Figure.outage), ("two owners ms", Figure.twoOwners), ("moves", Figure.moves),
            ("false deaths", Figure.falseDeaths), ("detection ms", Figure.detection),
        ]
        var result = MarkdownTable(
            columns: [.left("site"), .left("scene"), .left("peer"), .right("n")] + figures.map { .right($0.0) })
        for site in own.distinct(\.setting) {
            for scene in own.with({ $0.setting == site }).distinct(\.fault) {
                for peer in own.distinct(\.peer) {
                    let some = own.with { $0.setting == site && $0.fault == scene && $0.peer == peer }
                    guard !some.rows.isEmpty else { continue }
                    let name = String(scene.dropFirst(BenchRow.machines.count))
                    result.rows.append([site, name, peer, "\(some.rows.count)"] + figures.map { some.cell($0.1) })
                }
            }
        }
        return result
    }

    private static let howMachinesAreMeasured = """
        Whole machines, emulated, 250 ms and 1 s over a null modem of 19200 baud and a broadcast in the LAN;
        [machines.md](machines.md) says what the sites and the scenes are. Programs start twenty times slower there than on a
        gateway: compare the daemons with each other. Where the service does not move, its outage lasts as long as the scene,
        twelve seconds. `detection` is the time from the last word of a node to its death in the other one's log; `tunnels` has
        1 s and 5 s, which is the default. The gateway of `dsl` has no peer: once a second its probes ask over its lines, and a
        session that is dialled anew is an outage for as long as it is away.
        """
}
