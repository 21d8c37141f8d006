// Rows as text for a terminal: what was measured of the same thing in one line, medians with their extremes.

/// A table of rows.
package struct BenchTable: Sendable {
    package var rows: [BenchRow]

    package init(_ rows: [BenchRow]) {
        self.rows = rows
    }

    /// A line for each peer, fault, setting and number of addresses, in the order in which they were first measured.
    package var text: String {
        var groups: [(head: TrialKey, rows: [BenchRow])] = []
        for row in rows {
            let head = TrialKey(row)
            if let index = groups.firstIndex(where: { $0.head == head }) {
                groups[index].rows.append(row)
            } else {
                groups.append((head, [row]))
            }
        }
        groups.sort { $0.head.isBefore($1.head, in: rows) }
        let titles = ["setting", "addresses", "fault", "peer", "n"] + Self.columns.map(\.title)
        let lines = groups.map { group in
            [
                group.head.setting, "\(group.head.addresses)", group.head.fault, group.head.peer, "\(group.rows.count)",
            ] + Self.columns.map { Spread(group.rows.compactMap(\.figures[$0.figure]))?.text(digits: 1) ?? "-" }
        }
        return Self.align([titles] + lines) + groups.map { Self.notes(of: $0.rows) }.joined()
    }

    /// One row on one line, for somebody who waits.
    package static func line(for row: BenchRow) -> String {
        let figures = columns.compactMap { column in
            row.figures[column.figure].map { "\(column.title) \(decimal($0, digits: 1))" }
        }
        let head = "\(row.peer) \(row.fault), \(row.setting), \(row.addresses) address\(row.addresses == 1 ? "" : "es")"
        return "\(head), run \(row.run): \((figures + row.notes).joined(separator: ", "))"
    }

    /// A line for each thing that happened: milliseconds since the fault, how long it took, who, what.
    static func text(of timeline: [TimelineEntry]) -> String {
        align(
            timeline.map { entry in
                [decimal(entry.at, digits: 2), entry.took.map { decimal($0, digits: 2) } ?? "", entry.who, entry.what]
            })
    }

    private static let columns: [(title: String, figure: String)] = [
        ("outage ms", Figure.outage), ("after deadtime", Figure.afterDeadtime),
        ("last ARP after deadtime", Figure.announcedAfterDeadtime), ("all served", Figure.allServed),
        ("two owners", Figure.twoOwners),
        ("lost", Figure.lost), ("stall", Figure.stall),
    ]

    /// What the rows of one group remark, each remark once.
    private static func notes(of rows: [BenchRow]) -> String {
        var remarks: [(note: String, runs: [Int])] = []
        for row in rows {
            for note in row.notes {
                if let index = remarks.firstIndex(where: { $0.note == note }) {
                    remarks[index].runs.append(row.run)
                } else {
                    remarks.append((note, [row.run]))
                }
            }
        }
        return remarks.map { note, runs in
            let which = runs.map { "\($0)" }.joined(separator: " ")
            return "\(rows[0].peer) \(rows[0].fault) \(rows[0].setting), run \(which): \(note)\n"
        }.joined()
    }

    private static func align(_ rows: [[String]]) -> String {
        guard let columns = rows.first?.count else { return "" }
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ") + "\n"
        }.joined()
    }
}

extension TrialKey {
    /// Peers of the same trial stand together.
    fileprivate func isBefore(_ other: TrialKey, in rows: [BenchRow]) -> Bool {
        func place(_ key: TrialKey) -> (Int, Int) {
            let same = rows.firstIndex {
                ($0.setting, $0.addresses, $0.fault) == (key.setting, key.addresses, key.fault)
            }
            return (same ?? 0, rows.firstIndex { TrialKey($0) == key } ?? 0)
        }
        return place(self) < place(other)
    }
}
