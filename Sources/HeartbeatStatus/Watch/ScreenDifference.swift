// What has to be written so that a terminal that shows some lines shows others: cursor movements, the letters that differ, and colours of
// marks. Nothing else is used, so that every terminal since the vt100 understands it.

/// Text for a terminal.
package struct ScreenDifference {
    package let text: String

    /// Equal letters between two differences are written again up to this many: moving the cursor costs as much.
    private static let cheapest = 6

    private enum Colour: String {
        case none = "\u{1B}[0m"
        case yellow = "\u{1B}[33m"
        case red = "\u{1B}[31m"
    }

    private struct Cell: Hashable {
        var letter: Character
        var colour: Colour

        static let blank = Cell(letter: " ", colour: .none)
    }

    /// - Parameters:
    ///   - old: what is shown; `nil`, or another number of lines: nobody knows, and the screen is cleared first.
    ///   - isColoured: marks have the colours of a page of text.
    package init(from old: [String]?, to new: [String], isColoured: Bool) {
        let known = old.flatMap { $0.count == new.count ? $0 : nil }
        var text = known == nil ? "\u{1B}[0m\u{1B}[2J" : ""
        for (row, line) in new.enumerated() {
            let before = known.map { Self.cells($0[row], isColoured) } ?? []
            text += Self.changes(row, before, Self.cells(line, isColoured))
        }
        self.text = text
    }

    /// As `StatusText.coloured` has it.
    private static func cells(_ line: String, _ isColoured: Bool) -> [Cell] {
        let marks = isColoured ? min(2, line.prefix { $0 == "!" }.count) : 0
        return line.enumerated().map { place, letter in
            Cell(letter: letter, colour: place >= marks ? .none : marks == 2 ? .red : .yellow)
        }
    }

    private static func changes(_ row: Int, _ old: [Cell], _ new: [Cell]) -> String {
        var runs: [Range<Int>] = []
        for place in 0..<max(old.count, new.count) {
            let was = place < old.count ? old[place] : .blank
            let shall = place < new.count ? new[place] : .blank
            guard was != shall else { continue }
            if let last = runs.last, place - last.upperBound <= cheapest {
                runs[runs.count - 1] = last.lowerBound..<place + 1
            } else {
                runs.append(place..<place + 1)
            }
        }
        return runs.map { run(row, $0, new) }.joined()
    }

    /// What is beyond the end of the new line is erased.
    private static func run(_ row: Int, _ range: Range<Int>, _ new: [Cell]) -> String {
        let begin = min(range.lowerBound, new.count)
        var text = "\u{1B}[\(row + 1);\(begin + 1)H"
        var colour = Colour.none
        for cell in new[begin..<min(range.upperBound, new.count)] {
            if cell.colour != colour { text += cell.colour.rawValue }
            colour = cell.colour
            text.append(cell.letter)
        }
        if colour != .none { text += Colour.none.rawValue }
        return range.upperBound > new.count ? text + "\u{1B}[K" : text
    }
}
