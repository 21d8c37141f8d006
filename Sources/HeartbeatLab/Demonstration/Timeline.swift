// Tells a person at a terminal what happens, while it happens: what is done and what came of it, or every fact on a line of
// its own, with the time since the scene began and who it is about. It only tells; nothing is decided from it.

import Glibc
import Synchronization

/// Prints facts from all threads, one line each.
package final class Timeline: Sendable {
    /// Who or what a line is about; gives it its colour.
    package enum Actor: Hashable, Sendable {
        case laboratory
        case client
        case node(String)
    }

    /// Every fact, not only what the laboratory does.
    let isVerbose: Bool
    private let isColoured: Bool
    private let origin: Mutex<Moment>
    private let descriptor: Int32

    /// - Parameter descriptor: where to print; coloured when that is a terminal.
    package init(descriptor: Int32, isVerbose: Bool) {
        self.descriptor = descriptor
        self.isVerbose = isVerbose
        isColoured = isatty(descriptor) == 1
        origin = Mutex(Moment.now())
    }

    /// Begins a scene: times count from here. `explanation` may have several lines.
    package func begin(_ title: String, explanation: String = "") {
        origin.withLock { $0 = Moment.now() }
        print("\n" + Self.heading(title, explanation, isColoured: isColoured))
    }

    /// How a scene begins.
    static func heading(_ title: String, _ explanation: String, isColoured: Bool) -> String {
        (isColoured ? "\u{1B}[1m\(title)\u{1B}[0m\n" : "\(title)\n")
            + (explanation.isEmpty ? "" : indented(explanation) + "\n")
    }

    /// Text without times.
    package func say(_ text: String) {
        print(text + "\n")
    }

    /// One fact, now, for those who want to know everything.
    package func detail(_ actor: Actor, _ text: String) {
        if isVerbose { tell(actor, text) }
    }

    /// One fact, now.
    package func tell(_ actor: Actor, _ text: String) {
        let milliseconds = (Moment.now() - origin.withLock { $0 }).roundedMilliseconds
        print(Self.line(milliseconds: milliseconds, actor: actor, text: text, isColoured: isColoured) + "\n")
    }

    /// A fact as it is printed: `   1034 ms  cluster2    text`.
    static func line(milliseconds: Int64, actor: Actor, text: String, isColoured: Bool) -> String {
        let (name, colour) =
            switch actor {
            case .laboratory: ("lab", "33")
            case .client: ("client", "36")
            case .node(let name): (name, name == NodeFiles.nodes[0] ? "32" : "35")
            }
        let time = padded(String(milliseconds), to: 7, onTheLeft: true)
        let who = padded(name, to: 9)
        let plain = "\(time) ms  \(who) \(text)"
        return isColoured ? "\(time) ms  \u{1B}[\(colour)m\(who)\u{1B}[0m \(text)" : plain
    }

    private func print(_ text: String) {
        var text = text
        text.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
    }
}

/// A line for each row, whose cells are the same for all: the columns named with their text on the right, the others on the
/// left, without blanks at the end.
func alignedColumns(_ rows: [[String]], onTheRight: Set<Int>) -> String {
    guard let columns = rows.first?.count else { return "" }
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        let cells = row.enumerated().map { column, cell in
            let isRight = onTheRight.contains(column)
            return column + 1 == columns && !isRight ? cell : padded(cell, to: widths[column], onTheLeft: isRight)
        }
        return cells.joined(separator: "  ") + "\n"
    }.joined()
}

/// Fills a text up with blanks.
package func padded(_ text: String, to width: Int, onTheLeft: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return onTheLeft ? blanks + text : text + blanks
}

/// Each line a bit to the right.
func indented(_ text: String) -> String {
    text.split(separator: "\n").map { "    \($0)\n" }.joined()
}
