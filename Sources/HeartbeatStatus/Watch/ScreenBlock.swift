// Lines of a screen that belong together, and what of several of them is shown where there is no room for all.

/// A part of a screen.
struct ScreenBlock {
    var lines: [String]
    /// Those of less weight give way first.
    var weight: Int
    /// So many lines are always shown, as long as nothing heavier needs the room.
    var least = 0
    /// The first line is a title, which says nothing without a row.
    var hasTitle = false

    /// The last line tells that there are more.
    private static let more = "   ..."

    /// At most `rows` lines, the parts in their order.
    static func lines(_ blocks: [ScreenBlock], rows: Int, hasGaps: Bool) -> [String] {
        var blocks = blocks.filter { !$0.lines.isEmpty }
        func height() -> Int {
            let shown = blocks.filter { !$0.lines.isEmpty }
            return shown.reduce(0) { $0 + $1.lines.count } + (hasGaps ? max(0, shown.count - 1) : 0)
        }
        for keepsLeast in [true, false] {
            for place in blocks.indices.sorted(by: { blocks[$0].weight < blocks[$1].weight }) {
                let excess = height() - rows
                guard excess > 0 else { break }
                let least = keepsLeast ? blocks[place].least : 0
                blocks[place].cut(to: max(min(least, blocks[place].lines.count), blocks[place].lines.count - excess))
            }
        }
        let shown = blocks.map(\.lines).filter { !$0.isEmpty }
        return Array(shown.joined(separator: hasGaps ? [""] : []).prefix(max(0, rows)))
    }

    private mutating func cut(to count: Int) {
        guard count < lines.count else { return }
        guard !hasTitle || count > 2 else {
            lines = []
            return
        }
        lines = Array(lines.prefix(count))
        if count > 1 { lines[count - 1] = Self.more }
    }
}
