// Rows that belong together: all runs of one peer in the same trial. They keep the order in which they were measured.

/// One peer in one trial.
struct TrialKey: Hashable {
    var fault: String
    var setting: String
    var addresses: Int
    var peer: String

    init(_ row: BenchRow) {
        (fault, setting, addresses, peer) = (row.fault, row.setting, row.addresses, row.peer)
    }

    init(fault: String, setting: String, addresses: Int, peer: String) {
        (self.fault, self.setting, self.addresses, self.peer) = (fault, setting, addresses, peer)
    }
}

/// All rows, asked by what they are about.
struct RowTable {
    var rows: [BenchRow]

    /// Of several rows, the different values of one part, in the order of their first.
    func distinct<Value: Hashable>(_ value: (BenchRow) -> Value) -> [Value] {
        var seen: Set<Value> = []
        return rows.map(value).filter { seen.insert($0).inserted }
    }

    func with(_ condition: (BenchRow) -> Bool) -> RowTable {
        RowTable(rows: rows.filter(condition))
    }

    subscript(key: TrialKey) -> RowTable {
        with { TrialKey($0) == key }
    }

    func spread(_ figure: String) -> Spread? {
        Spread(rows.compactMap { $0.figures[figure] })
    }

    /// The row whose figure is in the middle; of two, the smaller.
    func typical(_ figure: String) -> BenchRow? {
        let some = rows.filter { $0.figures[figure] != nil }.sorted { $0.figures[figure]! < $1.figures[figure]! }
        return some.isEmpty ? nil : some[(some.count - 1) / 2]
    }

    /// As a cell of a table; `-` without a value.
    func cell(_ figure: String) -> String {
        spread(figure)?.text ?? "-"
    }
}

extension BenchRow {
    /// On one line, for somebody who waits: of these figures, with their names, those that it has.
    func line(_ names: [(name: String, figure: String)]) -> String {
        let told = names.compactMap { name, figure in
            figures[figure].map { "\(name) \(decimal($0, digits: $0 == $0.rounded() ? 0 : 1))" }
        }
        return "\(peer) \(fault), run \(run): \((told + notes).joined(separator: ", "))"
    }
}

extension Spread {
    /// With as many digits as mean something: none for counts, tenths below a hundred.
    var text: String {
        let isCount = values.allSatisfy { $0 == $0.rounded() }
        return text(digits: isCount || median.magnitude >= 100 ? 0 : 1)
    }
}
