// When a node tells the peer for people how it hears it: seldom while nobody looks, at once when somebody does, and never often,
// whatever anybody sends. A value without a clock; what is told is not known here.

import HeartbeatModel

/// When the next view goes, and what it is.
package struct ViewPace: Hashable, Sendable {
    /// What the next view is besides a word.
    package struct Sending: Hashable, Sendable {
        /// The peer has asked.
        package var isAnswer: Bool
        /// Somebody here waits for the peer's.
        package var isQuestion: Bool
    }

    /// While nobody looks.
    static let period = Duration.seconds(60)
    /// Between two changes that are told.
    static let newsPause = Duration.seconds(1)
    /// Between two answers, and between two questions.
    static let pause = Duration.milliseconds(250)

    private var told: Instant
    private var answered: Instant?
    private var asked: Instant?
    private var hasNews = false
    private var mustAnswer = false
    private var mustAsk = false

    package init(now: Instant) {
        told = now
    }

    /// A link has changed, or the peer can be told for the first time.
    package mutating func hasChanged() { hasNews = true }

    /// The peer wants to know.
    package mutating func wasAsked() { mustAnswer = true }

    /// Somebody here wants to know.
    package mutating func ask() { mustAsk = true }

    /// Nobody here waits any more.
    package mutating func hasBeenTold() { mustAsk = false }

    /// When `take` next gives something.
    package var deadline: Instant {
        var next = told + (hasNews ? Self.newsPause : Self.period)
        if mustAnswer { next = min(next, answered.map { $0 + Self.pause } ?? told) }
        if mustAsk { next = min(next, asked.map { $0 + Self.pause } ?? told) }
        return next
    }

    /// What is to be sent now, if anything is.
    package mutating func take(at now: Instant) -> Sending? {
        guard deadline <= now else { return nil }
        let sending = Sending(
            isAnswer: mustAnswer && answered.map { $0 + Self.pause <= now } ?? true,
            isQuestion: mustAsk && asked.map { $0 + Self.pause <= now } ?? true)
        if sending.isAnswer { (mustAnswer, answered) = (false, now) }
        if sending.isQuestion { (mustAsk, asked) = (false, now) }
        (told, hasNews) = (now, false)
        return sending
    }

    /// There is nobody to tell: what has changed is told to whoever comes.
    package mutating func drop(at now: Instant) {
        (told, hasNews, mustAnswer, mustAsk) = (now, false, false, false)
    }
}
