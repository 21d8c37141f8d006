// The rows of a campaign as tables of Markdown: what each fault cost each peer, who was ahead, and the sums. Rows in, text out.

/// Rows of one campaign, or of several that were given the same schedule.
package struct TortureTable: Sendable {
    var table: RowTable
    /// In the order of their first row.
    private var peers: [String] { table.distinct(\.peer) }

    package init(_ rows: [BenchRow]) {
        table = RowTable(rows: rows)
    }

    /// Both tables with their headings, each line with its end.
    package var markdown: String {
        """
        Seconds of both addresses together: mean, median and greatest. An outage is every pause of more than 50 ms between two
        answers to the client; two owners means that both nodes answered for an address.

        \(faults.text)
        Sums in seconds, over every fault that all peers have played, and over all that each has played.

        \(sums.text)
        """
    }

    // MARK: - Each fault

    var faults: MarkdownTable {
        var result = MarkdownTable(
            columns: [.left("fault"), .right("n")] + peers.flatMap { [.right("\($0): outage"), .right("two owners")] }
                + (peers.count > 1 ? [.left("ahead")] : []))
        for fault in Self.names where table.rows.contains(where: { $0.fault == fault }) {
            let some = table.with { $0.fault == fault }
            let cells = peers.flatMap { peer in
                let own = some.with { $0.peer == peer }
                return [Self.cell(own, Figure.outageSum), Self.cell(own, Figure.twoOwnersSum)]
            }
            let count = peers.map { peer in some.rows.count { $0.peer == peer } }.max() ?? 0
            result.rows.append([fault, "\(count)"] + cells + (peers.count > 1 ? [ahead(in: some)] : []))
        }
        return result
    }

    /// Every name that a fault of a schedule can have, in the order of the kinds.
    private static let names = TortureKind.allCases.flatMap { kind in
        kind.places.map {
            TortureFault(number: 0, kind: kind, place: $0, milliseconds: 0, gapMilliseconds: 0).name
        }
    }

    private static func cell(_ rows: RowTable, _ figure: String) -> String {
        guard let spread = rows.spread(figure) else { return "-" }
        return [spread.mean, spread.median, spread.greatest].map { decimal($0 / 1000, digits: 2) }.joined(
            separator: " ")
    }

    /// Those who left the client least without an answer, and with two; `=` when all are about the same, `-` when only one has
    /// played it.
    private func ahead(in rows: RowTable) -> String {
        let means = peers.compactMap { peer -> (peer: String, cost: Double)? in
            let own = rows.with { $0.peer == peer }
            guard let outage = own.spread(Figure.outageSum), let two = own.spread(Figure.twoOwnersSum) else {
                return nil
            }
            return (peer, outage.mean + two.mean)
        }
        guard means.count > 1, let least = means.map(\.cost).min() else { return "-" }
        let first = means.filter { $0.cost - least <= max(200, $0.cost / 10) }
        return first.count == means.count ? "=" : first.map(\.peer).joined(separator: " ")
    }

    // MARK: - Sums

    var sums: MarkdownTable {
        var result = MarkdownTable(
            columns: [
                .left("peer"), .left("over"), .right("faults"), .right("outage"), .right("two owners"),
                .right("lost for good"), .right("moved for nothing"),
            ])
        let common = comparable
        for (title, rows) in [("comparable", common), ("all", table)] {
            for peer in peers {
                let own = rows.with { $0.peer == peer }
                func sum(_ figure: String) -> Double { own.rows.compactMap { $0.figures[figure] }.reduce(0, +) }
                result.rows.append(
                    [peer, title, "\(own.rows.count)"]
                        + [Figure.outageSum, Figure.twoOwnersSum].map { decimal(sum($0) / 1000, digits: 1) }
                        + [Figure.lostForGood, Figure.movedForNothing].map { decimal(sum($0), digits: 0) })
            }
        }
        return result
    }

    /// The rows of the faults for which every peer has one with figures.
    private var comparable: RowTable {
        var players: [Int: Set<String>] = [:]
        for row in table.rows where row.figures[Figure.outageSum] != nil {
            players[row.run, default: []].insert(row.peer)
        }
        let count = peers.count
        return table.with { (players[$0.run]?.count ?? 0) == count }
    }
}

extension Spread {
    var mean: Double { values.reduce(0, +) / Double(values.count) }
}
