// What became of a gateway with two lines, as tables: for a terminal and for the page of benchmarks.

import HeartbeatLab

/// The rows of lines among others.
struct LinesTable {
    private let own: RowTable

    init(_ table: RowTable) { own = table.with { $0.fault.hasPrefix(LinesTrial.prefix) } }

    private var tables: [MarkdownTable] { [faults, others].filter { !$0.rows.isEmpty } }

    /// For a terminal.
    var text: String { tables.map(\.text).joined(separator: "\n") }

    /// The part of the page.
    var markdown: String {
        "## A gateway with two lines\n\n\(Self.howLinesAreMeasured)\n\n" + (tables.isEmpty ? "Not measured.\n" : text)
    }

    /// One row on one line, for somebody who waits.
    static func line(for row: BenchRow) -> String { row.line(faultFigures + otherFigures) }

    private static let faultFigures = [
        ("switch ms", Figure.lineSwitch), ("old socket after it ms", Figure.lineResume),
        ("other class lost", Figure.otherLost), ("wrong line", Figure.wrongLine),
    ]
    private static let otherFigures = [
        ("switches", Figure.lineSwitches), ("program all ms", Figure.programAll),
        ("program a move ms", Figure.programMove),
        ("RSS MiB", Figure.residentMemory), ("wake-ups a second", Figure.switches),
        ("CPU s an hour", Figure.processorTime),
    ]

    private var faults: MarkdownTable {
        var result = MarkdownTable(
            columns: [.left("fault"), .left("who"), .right("n")] + Self.faultFigures.map { .right($0.0) })
        for fault in own.distinct(\.fault) where [.dead, .carrier].map(\LinesTrial.name).contains(fault) {
            for peer in own.distinct(\.peer) {
                let some = own.with { $0.fault == fault && $0.peer == peer }
                guard !some.rows.isEmpty else { continue }
                result.rows.append(
                    [String(fault.dropFirst(LinesTrial.prefix.count)), peer, "\(some.rows.count)"]
                        + Self.faultFigures.map { some.cell($0.1) })
            }
        }
        return result
    }

    private var others: MarkdownTable {
        var result = MarkdownTable(columns: [.left("figure"), .right("n"), .right("ours")])
        for (title, figure) in Self.otherFigures + [("wrong line in all of them", Figure.wrongLine)] {
            let some = own.with {
                $0.figures[figure] != nil && ![.dead, .carrier].map(\LinesTrial.name).contains($0.fault)
            }
            guard !some.rows.isEmpty else { continue }
            result.rows.append([title, "\(some.rows.count)", some.cell(figure)])
        }
        return result
    }

    private static let howLinesAreMeasured = """
        A gateway with two providers, a server on one line and a workstation on the other, [two-lines.md](two-lines.md). The line of the
        server dies behind its first router (`dead`), or loses its carrier. Three hosts are asked once a second over each line; three
        misses are too many. `script` is a shell script that does the same with `ping` and `ip rule`, and asks one host. `switch` is the
        time to the kernel's first new rule; `old socket` the time from there to the next datagram of a flow that is one socket all along
        (`-`: none came). `switches` are deaths of a line drawn at random, each with its return.
        """
}
