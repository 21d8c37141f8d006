// What is written turns one screen into the other on a terminal that knows nothing but what every terminal knows.

import Testing

@testable import HeartbeatStatus

/// A terminal of the seventies: letters, `CSI row;column H`, `CSI K`, `CSI 2J`, `CSI colour m`. Anything else is a mistake.
private struct LittleTerminal {
    struct Cell: Hashable {
        var letter: Character = " "
        var colour = 0
    }

    let (columns, rows): (Int, Int)
    private(set) var cells: [[Cell]]
    private(set) var mistakes: [String] = []
    private var (row, column, colour) = (0, 0, 0)

    init(columns: Int, rows: Int, filledWith letter: Character = " ") {
        (self.columns, self.rows) = (columns, rows)
        cells = Array(repeating: Array(repeating: Cell(letter: letter), count: columns), count: rows)
    }

    var lines: [String] {
        cells.map { row in
            var text = String(row.map(\.letter))
            while text.hasSuffix(" ") { text.removeLast() }
            return text
        }
    }

    mutating func take(_ text: String) {
        var rest = Array(text)[...]
        while let letter = rest.popFirst() {
            guard letter == "\u{1B}" else {
                put(letter)
                continue
            }
            guard rest.popFirst() == "[" else { return mistakes.append("an escape that is no CSI") }
            let parameters = rest.prefix { $0.isNumber || $0 == ";" }
            rest = rest.dropFirst(parameters.count)
            guard let end = rest.popFirst() else { return mistakes.append("an end in the middle") }
            obey(end, String(parameters).split(separator: ";").compactMap { Int($0) })
        }
    }

    private mutating func put(_ letter: Character) {
        guard row < rows, column < columns, letter.isASCII, !letter.isNewline else {
            return mistakes.append("\(letter) at \(row), \(column)")
        }
        cells[row][column] = Cell(letter: letter, colour: colour)
        column += 1
    }

    private mutating func obey(_ command: Character, _ numbers: [Int]) {
        switch (command, numbers) {
        case ("H", _) where numbers.count == 2: (row, column) = (numbers[0] - 1, numbers[1] - 1)
        case ("K", []):
            if column >= columns { mistakes.append("an erasure beyond the end") }
            for place in column..<max(column, columns) { cells[row][place] = Cell() }
        case ("J", [2]): cells = cells.map { $0.map { _ in Cell() } }
        case ("m", [0]), ("m", [31]), ("m", [33]): colour = numbers[0]
        default: mistakes.append("CSI \(numbers) \(command)")
        }
        if !(0..<rows).contains(row) || !(0...columns).contains(column) { mistakes.append("the cursor is outside") }
    }
}

/// Numbers that are the same ones each time.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var word = state
        word ^= word >> 33
        return word &* 0xff51_afd7_ed55_8ccd
    }
}

@Suite struct ScreenDifferenceTests {
    private static func line(_ columns: Int, _ dice: inout Dice) -> String {
        let length = Int.random(in: 0...columns, using: &dice)
        return trimmed(String((0..<length).map { _ in "ab |!".randomElement(using: &dice) ?? " " }))
    }

    private static func trimmed(_ line: String) -> String {
        var text = line
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }

    /// A line that is like the one before, as lines of a live screen are.
    private static func neighbour(of line: String, _ columns: Int, _ dice: inout Dice) -> String {
        var letters = Array(line)
        for place in letters.indices where Int.random(in: 0..<5, using: &dice) == 0 { letters[place] = "x" }
        if Bool.random(using: &dice) { letters.append(contentsOf: " y") }
        return trimmed(String(letters.prefix(columns)))
    }

    @Test(arguments: 0..<200) func `random screens become one another`(seed: Int) {
        var dice = Dice(state: UInt64(seed))
        let (columns, rows) = (Int.random(in: 1...30, using: &dice), Int.random(in: 1...6, using: &dice))
        let isColoured = Bool.random(using: &dice)
        var terminal = LittleTerminal(columns: columns, rows: rows, filledWith: "#")
        var shown: [String]?
        for _ in 0..<10 {
            let isNear = Bool.random(using: &dice)
            let next = (0..<rows).map { row in
                isNear && shown != nil
                    ? Self.neighbour(of: shown?[row] ?? "", columns, &dice) : Self.line(columns, &dice)
            }
            terminal.take(ScreenDifference(from: shown, to: next, isColoured: isColoured).text)
            #expect(terminal.lines == next && terminal.mistakes.isEmpty, "\(terminal.mistakes)")
            for (row, line) in next.enumerated() {
                let marks = isColoured ? min(2, line.prefix { $0 == "!" }.count) : 0
                let colours = (0..<line.count).map { $0 < marks ? (marks == 2 ? 31 : 33) : 0 }
                #expect(terminal.cells[row].prefix(line.count).map(\.colour) == colours, "\(line)")
            }
            shown = next
        }
    }

    @Test func `what is the same is not written`() {
        let lines = ["OK  all is well", "", "eth0  0.11 s"]
        #expect(ScreenDifference(from: lines, to: lines, isColoured: true).text == "")
        #expect(
            ScreenDifference(from: lines, to: ["OK  all is well", "", "eth0  0.12 s"], isColoured: true).text
                == "\u{1B}[3;10H2")
        #expect(
            ScreenDifference(from: lines, to: ["OK  all", "", "eth0  0.11 s"], isColoured: true).text
                == "\u{1B}[1;8H\u{1B}[K")
    }

    @Test func `marks have their colours, and nothing else has`() {
        let text = ScreenDifference(from: nil, to: ["!! bad", "! so", "well !"], isColoured: true).text
        #expect(
            text
                == "\u{1B}[0m\u{1B}[2J\u{1B}[1;1H\u{1B}[31m!!\u{1B}[0m bad\u{1B}[2;1H\u{1B}[33m!\u{1B}[0m so\u{1B}[3;1Hwell !"
        )
        #expect(!ScreenDifference(from: [""], to: ["!! bad"], isColoured: false).text.contains("m"))
    }

    @Test func `of another number of lines nothing is known`() {
        let text = ScreenDifference(from: ["a", "b"], to: ["a"], isColoured: false).text
        #expect(text == "\u{1B}[0m\u{1B}[2J\u{1B}[1;1Ha")
    }
}
