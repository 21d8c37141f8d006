// A table of words that fits a width: columns are left out before anything is cut or wrapped, first those that say nothing new.

import HeartbeatModel

struct TextTable {
    struct Column {
        var title: String
        var cells: [String]
        /// Columns of less weight are left out first.
        var weight: Int
        /// Never left out.
        var isNeeded = false
        /// Only where there is that much room in all.
        var from = 0
        /// Something in it is wrong, in whichever rows.
        var isWrong = false

        /// In a cell of which nobody knows anything.
        static let unknown = "?"

        var isKnown: Bool { cells.contains { $0 != Self.unknown } }
        /// It says something else in different rows, or something is wrong.
        var isNews: Bool { isWrong || Set(cells).count > 1 }
    }

    /// In front of each row: nothing, `!` or `!!`.
    var marks: [String]
    var columns: [Column]

    private static let gap = 2

    /// The title and the rows, the blanks at their ends left out. `screen`: of a screen that has something else beside the table.
    func lines(width: Int, screen: Int? = nil) -> [String] {
        guard !marks.isEmpty else { return [] }
        var shown = columns.filter { $0.isNeeded || $0.isKnown && $0.from <= screen ?? width }
        if !shown.isEmpty { shown[0].cells = zip(marks, shown[0].cells).map(+) }
        while Self.width(of: shown) > width, let victim = Self.least(of: shown) { shown.remove(at: victim) }
        let widths = shown.map(Self.width)
        func line(_ words: [String]) -> String {
            let padded = zip(words, widths).map { word, width in word + blanks(width + Self.gap - word.count) }
            return padded.joined().withoutBlanksAtEnd
        }
        return [line(shown.map(\.title))] + marks.indices.map { row in line(shown.map { $0.cells[row] }) }
    }

    private static func width(of column: Column) -> Int {
        column.cells.reduce(column.title.count) { max($0, $1.count) }
    }

    private static func width(of columns: [Column]) -> Int {
        columns.reduce(0) { $0 + width(of: $1) } + gap * max(0, columns.count - 1)
    }

    private static func least(of columns: [Column]) -> Int? {
        columns.indices.filter { !columns[$0].isNeeded }.min { left, right in
            let (one, other) = (columns[left], columns[right])
            return (one.isNews ? 1 : 0, one.weight) < (other.isNews ? 1 : 0, other.weight)
        }
    }
}
