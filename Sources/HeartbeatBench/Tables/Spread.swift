// Several runs of one figure and how they are written. Nothing here depends on the locale or on a dictionary's order, so the
// same rows give the same text on every machine.

/// The values that one figure took in all runs; never empty.
struct Spread: Hashable, Sendable {
    /// Ascending.
    let values: [Double]

    /// `nil` without a value. What is no number (a quotient of zeros) counts as none.
    init?(_ values: [Double]) {
        let values = values.filter(\.isFinite).sorted()
        guard !values.isEmpty else { return nil }
        self.values = values
    }

    var least: Double { values[0] }
    var greatest: Double { values[values.count - 1] }

    /// The value in the middle; the mean of the two in the middle of an even number.
    var median: Double {
        let middle = values.count / 2
        return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
    }

    /// `median (least–greatest)`; the value alone when all are written alike.
    func text(digits: Int) -> String {
        let (low, middle, high) = (
            decimal(least, digits: digits), decimal(median, digits: digits), decimal(greatest, digits: digits)
        )
        return low == high ? middle : "\(middle) (\(low)–\(high))"
    }
}

/// A number with this many digits after the point, rounded half away from zero; never `-0`.
func decimal(_ value: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
    let scaled = (value * Double(scale)).rounded(.toNearestOrAwayFromZero)
    guard let units = Int(exactly: scaled) else { return "\(value)" }
    let (whole, rest) = units.magnitude.quotientAndRemainder(dividingBy: UInt(scale))
    let fraction = String(rest)
    let zeros = String(repeating: "0", count: max(0, digits - fraction.count))
    return (units < 0 ? "-" : "") + String(whole) + (digits == 0 ? "" : ".\(zeros)\(fraction)")
}
