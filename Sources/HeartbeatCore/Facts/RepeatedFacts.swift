// Decides which facts get a line and which are only counted, so that a flapping cable costs a line a minute and not the
// disk. Two facts are the same when event and object are; how often the text differs does not matter. It refuses to know
// where lines go and what time it is.
//
//             more than `passing` in a window                     window with more than `passing`
//   passing ────────────────────────────────▶ counting: one line ────────────────┐
//      ▲                                       a window, at its end ◀────────────┘
//      └──── a window with at most `passing` ──────────┘

import HeartbeatModel

/// The facts of the last minute, counted.
public struct RepeatedFacts: Hashable, Sendable {
    /// So many lines of one fact pass in a window.
    public let passing: Int
    public let window: Duration
    /// Facts that are remembered at once; beyond, the one whose window began first is told and forgotten.
    public static let mostFacts = 256

    private struct Count: Hashable {
        /// The latest, which the line at the window's end repeats.
        var fact: Fact
        var begin: Instant
        /// Since when `hidden` counts.
        var since: Instant
        /// How many may still pass in this window.
        var allowance: Int
        var happened = 1
        /// Those without a line so far.
        var hidden = 0
        var hasCriticalPassed: Bool
        /// Counts up with every fact, for the order of the lines.
        var order: UInt64
    }

    private var counts: [Count] = []
    private var order: UInt64 = 0

    public init(passing: Int = 5, window: Duration = .seconds(60)) {
        self.passing = passing
        self.window = window
    }

    /// When `expire` has a line to tell; `nil` while nothing is being counted.
    public var nextDeadline: Instant? {
        counts.lazy.filter { $0.hidden > 0 }.map { $0.begin + window }.min()
    }

    /// Takes a fact; gives the lines to write now, in order: what was counted before it, and the fact itself unless it is
    /// only counted. A critical one passes at least once in a window.
    public mutating func take(_ fact: Fact, at now: Instant) -> [Fact] {
        var told = expire(at: now)
        order += 1
        if let index = counts.firstIndex(where: { $0.fact.event == fact.event && $0.fact.object == fact.object }) {
            guard passes(fact, index) else { return told }
        } else {
            if counts.count >= Self.mostFacts { told += forgetOldest(at: now) }
            counts.append(
                Count(
                    fact: fact, begin: now, since: now, allowance: passing - 1,
                    hasCriticalPassed: fact.level == .critical, order: order))
        }
        // The line of a new fact about the same thing must not come before what led to it.
        told += tell(at: now) { $0.fact.object == fact.object }
        return told + [fact]
    }

    /// Gives the lines for windows that have ended by `now`. Calling it early changes nothing.
    public mutating func expire(at now: Instant) -> [Fact] {
        let ended: (Count) -> Bool = { [window] in $0.begin + window <= now }
        guard counts.contains(where: ended) else { return [] }
        let told = tell(at: now, where: ended)
        counts.removeAll { [passing] in ended($0) && $0.happened <= passing }
        for index in counts.indices where ended(counts[index]) {
            counts[index].begin = now
            counts[index].since = now
            counts[index].allowance = 0
            counts[index].happened = 0
            counts[index].hasCriticalPassed = false
        }
        return told
    }

    /// Gives the lines for everything counted, at the end of the log.
    public mutating func flush(at now: Instant) -> [Fact] {
        tell(at: now) { _ in true }
    }

    /// Counts one more of a known fact; whether it gets a line.
    private mutating func passes(_ fact: Fact, _ index: Int) -> Bool {
        counts[index].happened += 1
        counts[index].fact = fact
        counts[index].order = order
        if counts[index].allowance > 0 {
            counts[index].allowance -= 1
        } else if fact.level != .critical || counts[index].hasCriticalPassed {
            counts[index].hidden += 1
            return false
        }
        if fact.level == .critical { counts[index].hasCriticalPassed = true }
        return true
    }

    private mutating func tell(at now: Instant, where isDue: (Count) -> Bool) -> [Fact] {
        let due = counts.indices.filter { counts[$0].hidden > 0 && isDue(counts[$0]) }
        return due.sorted { counts[$0].order < counts[$1].order }.map { index in
            var fact = counts[index].fact
            let times = counts[index].hidden
            let seconds = max(1, ((now - counts[index].since).milliseconds + 999) / 1000)
            fact.text += "; \(times) more \(times == 1 ? "time" : "times") in the last \(seconds) s"
            fact.fields.append(Fact.Field(.repeated, times))
            counts[index].hidden = 0
            counts[index].since = now
            return fact
        }
    }

    private mutating func forgetOldest(at now: Instant) -> [Fact] {
        guard let oldest = counts.indices.min(by: { counts[$0].begin < counts[$1].begin }) else { return [] }
        let order = counts[oldest].order
        let told = tell(at: now) { $0.order == order }
        counts.remove(at: oldest)
        return told
    }
}
