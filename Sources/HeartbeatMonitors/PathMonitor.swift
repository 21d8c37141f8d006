// Whether a path counts as lost: `fall` unanswered questions in a row lose it, `rise` answered ones bring it back, and one that
// was not answered begins the count anew. A question that could not be asked says nothing either way. What a partner answers
// besides is kept as it was said.

import HeartbeatModel

/// One probe's answers, counted.
package struct PathMonitor: Hashable, Codable, Sendable {
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
    private var hasAnswered = false
    /// What the partner said last; `nil` when it is no partner, and when the path is lost.
    private var told: Told?
    /// So many questions in a row have had no answer, or could not be asked.
    private var silences = 0

    /// One answer can get lost.
    private static let silence = 2

    private struct Told: Hashable, Codable, Sendable {
        var word: PartnerWord
        var at: Instant
        /// It served and meant to stay when it last said where it is. What changes may end where it began: a node that takes
        /// back a peer without groups is changing for a moment, and goes nowhere.
        var stays: Bool

        init(_ word: PartnerWord, at now: Instant, after last: Told?) {
            (self.word, at) = (word, now)
            stays = word.place == .changing ? last?.stays ?? false : word.place == .serves && word.stays
        }
    }

    package init(_ probe: PathProbe, isLost: Bool = false) {
        self.probe = probe
        self.isLost = isLost
        isHearsay = isLost
    }

    /// Lost, and not answering again either.
    package var isSurelyLost: Bool { isLost && !isHearsay && isAnswered != true }

    /// Surely working.
    package var isProven: Bool { !isLost && isAnswered == true }

    /// Where the partner's word leaves this node, whose pair is at `place`.
    package func footing(_ place: OwnPlace, at now: Instant) -> PartnerFooting {
        // The other pair serves where this one does not, and cannot come: nobody answers here.
        if silences >= Self.silence, place.servesHere, place.otherIsWith { return .apart }
        guard let told else { return .unsure }
        // What was said before this pair came here says nothing about the partner's answer to that.
        if place.servesHere, told.word.place != .serves, now - told.at > place.age { return .unsure }
        return PartnerRule.footing(of: told.word, age: told.word.age + (now - told.at), own: place)
    }

    /// The partner has said that it cannot serve instead of the other node of its pair.
    package var partnerIsBound: Bool { told?.word.isBound == true }

    /// The partner serves and means to stay.
    package var partnerStays: Bool { told?.stays ?? false }

    /// Counts go on under new numbers.
    package mutating func redefine(_ new: PathProbe) {
        probe = new
    }

    package mutating func take(_ answer: PathAnswer, at now: Instant) -> Change? {
        switch answer {
        case .answered: return answered()
        case .told(let word):
            told = Told(word, at: now, after: told)
            return answered()
        case .failed(let reason): return failed(reason)
        case .unknown(let reason): return couldNotAsk(reason)
        }
    }

    private mutating func answered() -> Change? {
        let wasUnknown = cannotAsk
        cannotAsk = false
        hasAnswered = true
        silences = 0
        isAnswered = true
        failures = 0
        guard isLost else { return wasUnknown ? .known : nil }
        successes += 1
        guard successes >= probe.rise else { return nil }
        isLost = false
        return .recovered
    }

    private mutating func failed(_ reason: String) -> Change? {
        failures += 1
        silences += 1
        // It may be a heartbeat that does not know the question, and has not lost anything.
        if probe.asksPartner, !hasAnswered, !isLost { return isUnknown("\(reason); it has not answered yet") }
        cannotAsk = false
        isAnswered = false
        isHearsay = false
        let answers = successes
        successes = 0
        guard !isLost else {
            return answers > 0
                ? .relapsed(reason: reason, answers: answers) : .stillLost(reason: reason, count: failures)
        }
        guard failures >= probe.fall else { return .missed(reason: reason, count: failures) }
        isLost = true
        told = nil
        return .lost(reason: reason)
    }

    private mutating func couldNotAsk(_ reason: String) -> Change? {
        silences += 1
        told = nil
        return isUnknown(reason)
    }

    private mutating func isUnknown(_ reason: String) -> Change? {
        isAnswered = nil
        successes = 0
        guard !cannotAsk else { return nil }
        cannotAsk = true
        return .unknown(reason: reason)
    }
}
