// Tells a person at a terminal what happens, while it happens: one line a fact, with the time since the scene began and
// who it is about. It only tells; nothing is decided from it.

import Glibc
import Synchronization

/// Prints facts from all threads, one line each.
public final class Timeline: Sendable {
    /// Who or what a line is about; gives it its colour.
    public enum Actor: Hashable, Sendable {
        case laboratory
        case client
        case node(String)
    }

    private let isColoured: Bool
    private let origin: Mutex<Moment>
    private let descriptor: Int32

    /// - Parameter descriptor: where to print; coloured when that is a terminal.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
        isColoured = isatty(descriptor) == 1
        origin = Mutex(Moment.now())
    }

    /// Begins a scene: times count from here.
    public func begin(_ title: String) {
        origin.withLock { $0 = Moment.now() }
        print("\n\(isColoured ? "\u{1B}[1m" : "")\(title)\(isColoured ? "\u{1B}[0m" : "")\n")
    }

    /// One fact, now.
    public func tell(_ actor: Actor, _ text: String) {
        let milliseconds = (Moment.now() - origin.withLock { $0 }).roundedMilliseconds
        print(Self.line(milliseconds: milliseconds, actor: actor, text: text, isColoured: isColoured) + "\n")
    }

    /// A table of its own, below a line that says what it is.
    public func show(_ table: String, title: String) {
        let lines = table.split(separator: "\n").map { "    \($0)\n" }
        print("\n    \(title)\n\n" + lines.joined() + "\n")
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
            column + 1 == columns ? cell : padded(cell, to: widths[column], onTheLeft: onTheRight.contains(column))
        }
        return cells.joined(separator: "  ") + "\n"
    }.joined()
}

/// Fills a text up with blanks.
func padded(_ text: String, to width: Int, onTheLeft: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return onTheLeft ? blanks + text : text + blanks
}
