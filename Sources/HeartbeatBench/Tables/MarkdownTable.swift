// A table of Markdown, with columns as wide as their widest cell so that it can be read in a terminal too.

/// Head and rows; the first column is aligned to the left, all others as said.
struct MarkdownTable: Hashable, Sendable {
    enum Alignment: Hashable, Sendable { case left, right }

    struct Column: Hashable, Sendable {
        var title: String
        var alignment: Alignment

        static func left(_ title: String) -> Column { Column(title: title, alignment: .left) }
        static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
    }

    var columns: [Column]
    /// Each with one cell for each column.
    var rows: [[String]] = []

    /// The table, each line with its end.
    var text: String {
        let titles = columns.map { Self.escaped($0.title) }
        let cells = rows.map { $0.map(Self.escaped) }
        let widths = titles.indices.map { column in
            max(3, ([titles] + cells).map { $0[column].count }.max() ?? 0)
        }
        let ruler = zip(columns, widths).map { column, width in
            let dashes = String(repeating: "-", count: width - 1)
            return column.alignment == .left ? "-\(dashes)" : "\(dashes):"
        }
        return ([titles, ruler] + cells).map { line in
            let padded = line.indices.map { pad(line[$0], to: widths[$0], columns[$0].alignment) }
            return "| \(padded.joined(separator: " | ")) |\n"
        }.joined()
    }

    private func pad(_ cell: String, to width: Int, _ alignment: Alignment) -> String {
        let blanks = String(repeating: " ", count: max(0, width - cell.count))
        return alignment == .left ? cell + blanks : blanks + cell
    }

    private static func escaped(_ cell: String) -> String {
        cell.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
