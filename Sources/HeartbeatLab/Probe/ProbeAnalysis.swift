// Turns the records of a probe into the figures of one scene: how long the client was not served, and how long two nodes
// answered for one address. It knows nothing of namespaces or sockets and can be fed by hand.

/// A probe's records, and the questions they answer.
package struct ProbeAnalysis: Sendable {
    /// In the order of sending.
    package var samples: [ProbeSample]
    package var announcements: [Announcement]
    /// The interval at which the probe meant to send.
    package var period: Duration
    /// An echo answered later than this counts as lost.
    package static let patience = Duration.milliseconds(300)

    package init(samples: [ProbeSample], announcements: [Announcement], period: Duration) {
        self.samples = samples
        self.announcements = announcements
        self.period = period
    }

    /// The figures of the time from `start` to `end`. Probes whose answer may still be on its way at `end` are not
    /// counted as lost; let `patience` pass before `end` to have them all judged.
    package func figures(from start: Moment, to end: Moment) -> ProbeFigures {
        let window = samples.filter { start <= $0.sentAt && $0.sentAt < end }
        return ProbeFigures(
            outage: outage(from: start, to: end),
            sent: window.count,
            lost: window.count { isLost($0, at: end) },
            doubleOwnership: doubleOwnership(in: window),
            longestStall: longestStall(in: window),
            firstAnswers: firstAnswers(in: window),
            announcements: announcements.filter { start <= $0.at && $0.at < end })
    }

    /// Longest time between two answers, one of which at least lies in the window. A time without any answer yet begins
    /// at `start`, one without an end is counted up to `end`.
    private func outage(from start: Moment, to end: Moment) -> Duration {
        pauses(from: start, to: end).max() ?? .zero
    }

    private func pauses(from start: Moment, to end: Moment) -> [Duration] {
        let answers = samples.compactMap { $0.echo?.at }.filter { $0 < end }.sorted()
        let first = answers.last { $0 < start } ?? start
        let rest = answers.filter { start <= $0 } + [end]
        return zip(rest, [first] + rest).map { $0 - $1 }
    }

    /// Every time between two answers that is longer than `limit`, by the rules of the outage.
    package func pauses(longerThan limit: Duration, from start: Moment, to end: Moment) -> [Duration] {
        pauses(from: start, to: end).filter { $0 > limit }
    }

    private func isLost(_ sample: ProbeSample, at end: Moment) -> Bool {
        guard let echo = sample.echo else { return end - sample.sentAt >= Self.patience }
        return echo.at - sample.sentAt >= Self.patience
    }

    /// Sum over all runs of probes that two or more stations answered. A run counts from its first probe to its last
    /// and one period more, so that a single such probe is not nothing.
    private func doubleOwnership(in window: [ProbeSample]) -> Duration {
        var total = Duration.zero
        var run: (first: Moment, last: Moment)?
        for sample in window {
            if sample.owners.count > 1 {
                run = (run?.first ?? sample.sentAt, sample.sentAt)
            } else if let ended = run {
                total += ended.last - ended.first + period
                run = nil
            }
        }
        if let ended = run { total += ended.last - ended.first + period }
        return total
    }

    /// How much later than meant the latest probe was sent: what the machine held up, not the cluster.
    private func longestStall(in window: [ProbeSample]) -> Duration {
        let intervals = zip(window.dropFirst(), window).map { $0.sentAt - $1.sentAt }
        return max(.zero, (intervals.max() ?? .zero) - period)
    }

    private func firstAnswers(in window: [ProbeSample]) -> [HardwareAddress: Moment] {
        var result: [HardwareAddress: Moment] = [:]
        for answer in window.compactMap(\.echo) {
            result[answer.from] = min(result[answer.from] ?? answer.at, answer.at)
        }
        return result
    }
}

/// What a client went through in one scene.
package struct ProbeFigures: Hashable, Sendable {
    /// Longest time without an answer, from the last answer before to the first after it.
    package var outage: Duration
    package var sent: Int
    /// Echoes without an answer in time.
    package var lost: Int
    /// How long more than one station answered ARP for the address.
    package var doubleOwnership: Duration
    /// Longest delay of the probe itself; an outage or a gap of about this size proves nothing.
    package var longestStall: Duration
    /// When each station first answered an echo.
    package var firstAnswers: [HardwareAddress: Moment]
    package var announcements: [Announcement]
}
