// Whether a path counts as lost: `fall` unanswered questions in a row lose it, `rise` answered ones bring it back, and one that
// was not answered begins the count anew. A question that could not be asked says nothing either way.

import HeartbeatModel

/// One probe's answers, counted.
package struct PathMonitor: Hashable, Sendable {
    package enum Change: Hashable {
        /// Not yet lost: so many of `fall` went unanswered.
        case missed(reason: String, count: Int)
        case lost(reason: String)
        /// Lost already: so many in a row went unanswered.
        case stillLost(reason: String, count: Int)
        /// It was on its way back: so many of `rise` were answered, and the count begins again.
        case relapsed(reason: String, answers: Int)
        case recovered
        /// It cannot be asked any more: nothing is known.
        case unknown(reason: String)
        /// It can be asked again.
        case known
    }

    package private(set) var probe: PathProbe
    package private(set) var isLost = false
    /// The last question that could be asked was answered; `nil` before the first, and when it cannot be asked.
    package private(set) var isAnswered: Bool?
    private var failures = 0
    private var successes = 0
    private var cannotAsk = false
    /// It was lost for an earlier daemon, and may have come back since: it has not been asked yet.
    private var isHearsay = false

    package init(_ probe: PathProbe, isLost: Bool = false) {
        self.probe = probe
        self.isLost = isLost
        isHearsay = isLost
    }

    /// Lost, and not answering again either.
    package var isSurelyLost: Bool { isLost && !isHearsay && isAnswered != true }

    /// Surely working.
    package var isProven: Bool { !isLost && isAnswered == true }

    /// Counts go on under new numbers.
    package mutating func redefine(_ new: PathProbe) {
        probe = new
    }

    package mutating func take(_ answer: PathAnswer) -> Change? {
        switch answer {
        case .answered: answered()
        case .failed(let reason): failed(reason)
        case .unknown(let reason): couldNotAsk(reason)
        }
    }

    private mutating func answered() -> Change? {
        let wasUnknown = cannotAsk
        cannotAsk = false
        isAnswered = true
        failures = 0
        guard isLost else { return wasUnknown ? .known : nil }
        successes += 1
        guard successes >= probe.rise else { return nil }
        isLost = false
        return .recovered
    }

    private mutating func failed(_ reason: String) -> Change? {
        cannotAsk = false
        isAnswered = false
        isHearsay = false
        let answers = successes
        successes = 0
        failures += 1
        guard !isLost else {
            return answers > 0
                ? .relapsed(reason: reason, answers: answers) : .stillLost(reason: reason, count: failures)
        }
        guard failures >= probe.fall else { return .missed(reason: reason, count: failures) }
        isLost = true
        return .lost(reason: reason)
    }

    private mutating func couldNotAsk(_ reason: String) -> Change? {
        isAnswered = nil
        successes = 0
        guard !cannotAsk else { return nil }
        cannotAsk = true
        return .unknown(reason: reason)
    }
}
