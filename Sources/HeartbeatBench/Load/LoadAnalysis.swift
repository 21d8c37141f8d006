// What became of one cluster in a time in which nothing was done to it. It knows no cluster and can be fed by hand.

import HeartbeatLab

/// The frame in which the record of one address is judged.
struct LoadAnalysis {
    var start: Moment
    var end: Moment
    /// The nodes by number; the first should serve all the time.
    var stations: [HardwareAddress]

    /// A node that does not answer for the address for this long no longer has it; a busy machine answers late.
    private static let absence = Duration.milliseconds(100)
    /// A pause between answers that the interval of the probe does not explain.
    private static let gap = Duration.milliseconds(20)

    func figures(of address: ProbeAnalysis) -> [String: Double] {
        let seen = address.figures(from: start, to: end)
        let window = address.samples.filter { start <= $0.sentAt && $0.sentAt < end }
        let pauses = address.pauses(longerThan: max(Self.gap, address.period * 5), from: start, to: end)
        let figures = [
            Figure.loadSeconds: (end - start).inMilliseconds / 1000,
            Figure.takeovers: Double(arrivals(of: stations[1], in: window)),
            Figure.twoOwners: seen.doubleOwnership.inMilliseconds,
            Figure.noOwner: (address.period * window.count(where: \.owners.isEmpty)).inMilliseconds,
            Figure.outage: seen.outage.inMilliseconds,
            Figure.gaps: pauses.reduce(.zero, +).inMilliseconds,
        ]
        return figures.mapValues { ($0 * 1000).rounded() / 1000 }
    }

    /// How often a station came to answer that had not for a while.
    private func arrivals(of station: HardwareAddress, in window: [ProbeSample]) -> Int {
        var count = 0
        var absentSince: Moment? = start - Self.absence
        for sample in window {
            if sample.owners.contains(where: { $0.from == station }) {
                if let since = absentSince, sample.sentAt - since >= Self.absence { count += 1 }
                absentSince = nil
            } else {
                absentSince = absentSince ?? sample.sentAt
            }
        }
        return count
    }
}
