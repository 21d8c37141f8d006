// A prediction beside what then happened, as figures of a row and remarks. Whether times are near enough is a figure; only another
// order, or another owner, is wrong.

/// One event, predicted and measured.
struct ForecastComparison {
    let predicted: ForecastOutcome
    let measured: ForecastOutcome

    /// A time may be off by so much: milliseconds, or this share of the prediction, whichever is more.
    static let (mostMilliseconds, mostShare) = (20.0, 0.2)

    /// By how much it is further off than that; 0 for what is near enough.
    static func beyond(predicted: Double, measured: Double) -> Double {
        max(0, abs(measured - predicted) - max(mostMilliseconds, mostShare * predicted))
    }

    /// What is not known of either side is left out.
    var figures: [String: Double] {
        var result = [Figure.asPredicted: wrongs.isEmpty ? 1.0 : 0]
        for (side, outcome) in [(ForecastSide.predicted, predicted), (.measured, measured)] {
            for (group, away) in outcome.away { result[Figure.away(group, side)] = away }
            for happening in outcome.happenings { result[Figure.moment(happening.step, side)] = happening.at }
        }
        result[Figure.beyondForecast] = ForecastGroup.allCases.compactMap { group in
            guard let predicted = predicted.away[group], let measured = measured.away[group] else { return nil }
            return Self.beyond(predicted: predicted, measured: measured)
        }.max()
        return result.mapValues { ($0 * 1000).rounded() / 1000 }
    }

    var notes: [String] { wrongs.map { BenchRow.wrong + $0 } }

    private var wrongs: [String] {
        var result: [String] = []
        if predicted.steps != measured.steps {
            result.append("predicted \(Self.text(predicted.steps)); it was \(Self.text(measured.steps))")
        }
        if predicted.owners != measured.owners {
            result.append("predicted \(predicted.ownersText); it was \(measured.ownersText)")
        }
        return result
    }

    private static func text(_ steps: [ForecastOutcome.Step]) -> String {
        steps.isEmpty ? "nothing" : steps.map(\.text).joined(separator: ", ")
    }
}
