// Everything that can be lost or die now, alone and with one other thing, and what would come of it: a table for people, and the ground of
// what `hbctl plan --matrix` ends with.

import HeartbeatModel

package struct PlanMatrix: Hashable, Sendable {
    /// More are not played: a person waits for them, and reads them.
    package static let mostRows = 200

    package let predictions: [Prediction]
    /// Pairs of events that were left out.
    package let leftOut: Int

    package init(_ forecast: Forecast) {
        let singles = forecast.singles()
        var events = singles.map { [$0] }
        for (index, first) in singles.enumerated() {
            events += singles[(index + 1)...].filter { Self.isSensible(first, $0) }.map { [first, $0] }
        }
        leftOut = max(0, events.count - Self.mostRows)
        predictions = events.prefix(Self.mostRows).map { forecast.play($0) }
    }

    /// A machine that is off, or has no daemon, loses nothing more.
    private static func isSensible(_ first: PairEvent, _ second: PairEvent) -> Bool {
        guard let one = first.node, let other = second.node else { return true }
        return one != other || first.isLoss && second.isLoss
    }

    /// The worst that a single event comes to: what two of them can do nobody promises.
    package var exitCode: Int32 { predictions.filter { $0.events.count == 1 }.map(\.exitCode).max() ?? 3 }

    /// A row each: the exit code that `hbctl plan` of these events has, what happens, what comes of it.
    package var lines: [String] {
        let causes = predictions.map { $0.events.map(\.text).joined(separator: " ") }
        let width = max(12, causes.map(\.count).max() ?? 0)
        func row(_ mark: String, _ cause: String, _ outcome: String) -> String {
            mark + "  " + cause + blanks(width - cause.count) + "  " + outcome
        }
        var rows = [row("exit", "what happens", "what comes of it")]
        for (prediction, cause) in zip(predictions, causes) {
            rows.append(row("   \(prediction.exitCode)", cause, prediction.short))
        }
        if leftOut > 0 { rows.append("      and \(leftOut) more, which were not played") }
        return rows
    }
}

extension PairEvent {
    fileprivate var isLoss: Bool {
        switch self {
        case .lose, .loseMedia: true
        case .regain, .regainMedia, .power, .kill, .stop, .boot, .standby, .takeover, .move, .maintenance, .fail:
            false
        }
    }
}
