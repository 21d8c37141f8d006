// How near a prediction came to what happened, as two tables: for how long groups were away, and when each thing happened.

import HeartbeatLab

/// The rows of forecasts among others.
struct ForecastTable {
    private let own: RowTable

    init(_ table: RowTable) { own = table.with { $0.fault.hasPrefix(ForecastTrial.prefix) } }

    private var tables: [MarkdownTable] { [away, moments].filter { !$0.rows.isEmpty } }

    /// For a terminal.
    var text: String { tables.map(\.text).joined(separator: "\n") }

    /// The part of the page.
    var markdown: String {
        "## What hbctl plan predicts\n\n\(Self.howForecastsAreMeasured)\n\n"
            + (tables.isEmpty ? "Not measured.\n" : text)
    }

    /// One row on one line, for somebody who waits.
    static func line(for row: BenchRow) -> String {
        let figures = ForecastGroup.allCases.flatMap { group in
            ForecastSide.allCases.map { ("\(group) away \($0) ms", Figure.away(group, $0)) }
        }
        return row.line(figures + [("further off than allowed ms", Figure.beyondForecast), ("stall ms", Figure.stall)])
    }

    /// Rows of one event in one setting.
    private var trials: [(head: [String], rows: RowTable)] {
        own.distinct(\.setting).flatMap { setting in
            ForecastTrial.allCases.compactMap { trial in
                let some = own.with { $0.setting == setting && $0.fault == trial.name }
                return some.rows.isEmpty ? nil : ([setting, trial.title], some)
            }
        }
    }

    private var away: MarkdownTable {
        var result = MarkdownTable(
            columns: [
                .left("setting"), .left("event"), .left("group"), .right("n"), .right("predicted ms"),
                .right("measured ms"), .right("difference ms"), .right("within 20 ms or 20 %"),
                .right("order and owners"),
            ])
        for (head, rows) in trials {
            for group in ForecastGroup.allCases {
                let pairs = Self.pairs(rows) { Figure.away(group, $0) }
                let near = pairs.count {
                    ForecastComparison.beyond(predicted: $0.predicted, measured: $0.measured) == 0
                }
                let same = rows.rows.compactMap { $0.figures[Figure.asPredicted] }
                result.rows.append(
                    head + ["\(group)", "\(rows.rows.count)"] + Self.cells(pairs)
                        + [Self.share(near, of: pairs.count), Self.share(same.count { $0 == 1 }, of: same.count)])
            }
        }
        return result
    }

    private var moments: MarkdownTable {
        var result = MarkdownTable(
            columns: [
                .left("setting"), .left("event"), .left("what happens"), .right("n"), .right("predicted at ms"),
                .right("measured at ms"), .right("difference ms"),
            ])
        for (head, rows) in trials {
            let told = Self.steps.compactMap { step -> (at: Double, cells: [String])? in
                let pairs = Self.pairs(rows) { Figure.moment(step, $0) }
                guard let at = Spread(pairs.map(\.predicted)) else { return nil }
                return (at.median, [step.text, "\(pairs.count)"] + Self.cells(pairs))
            }
            result.rows += told.sorted { $0.at < $1.at }.map { head + $0.cells }
        }
        return result
    }

    private typealias Pair = (predicted: Double, measured: Double)

    /// Of the runs that have both.
    private static func pairs(_ rows: RowTable, _ figure: (ForecastSide) -> String) -> [Pair] {
        rows.rows.compactMap { row in
            guard let predicted = row.figures[figure(.predicted)], let measured = row.figures[figure(.measured)] else {
                return nil
            }
            return (predicted, measured)
        }
    }

    private static func cells(_ pairs: [Pair]) -> [String] {
        [pairs.map(\.predicted), pairs.map(\.measured), pairs.map { $0.measured - $0.predicted }].map {
            Spread($0)?.text ?? "-"
        }
    }

    private static func share(_ count: Int, of all: Int) -> String { all == 0 ? "-" : "\(count) of \(all)" }

    /// Everything that can happen to a group.
    private static let steps = ["cluster1", "cluster2"].flatMap { node in
        ForecastOutcome.Step.Change.allCases.flatMap { change in
            ForecastGroup.allCases.map { ForecastOutcome.Step(node: node, change: change, group: $0) }
        }
    }

    private static let howForecastsAreMeasured = """
        A pair with an address and a script that takes \(ForecastGroup.stopTime) s to stop and \(ForecastGroup.startTime) s to start. \
        Each event was rehearsed once. Then
        `hbctl plan` is asked, and the event happens just after a keepalive, which a plan supposes too. Away is the client's longest wait
        for the address, and for the script what both nodes log. Moments count from when the daemon had the order or the carrier was
        lost, or from the cut of the power. The goal is 20 ms or 20 % of what was predicted, whichever is more.
        """
}
