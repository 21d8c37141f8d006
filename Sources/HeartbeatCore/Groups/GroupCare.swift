// Looking after a group that runs: when each of its steps is looked at next, which are known to be lost, and how often it has
// failed lately. What is then done about it is the runner's.

import HeartbeatModel

/// The schedule of checks and the record of failures of one group.
struct GroupCare: Hashable, Codable, Sendable {
    /// Somebody who takes an address away more often than this in `removalSpan` is not to be outdone by putting it back.
    private static let removalLimit = 20
    private static let removalSpan = Duration.seconds(10)

    /// An address that cannot be put back is tried again at this pace, this often: an interface that is switched off for a
    /// moment is no reason to move a service.
    private static let restorePause = Duration.seconds(1)
    private static let restoreAttempts = 10

    /// By step; `nil` for those nobody looks at.
    private var checks: [Instant?] = []
    /// By step: the words that somebody has taken away.
    private var lost: [Int: Set<String>] = [:]
    private var failedRestores = 0
    /// What could not be put back is not tried before.
    private var restoreAt: Instant?
    private var failures: [Instant] = []
    private var removals: [Instant] = []
    /// Since the daemon began.
    private(set) var timesRemoved = 0

    /// When the next check is planned, or – if anything may be put back – the next attempt at that.
    func nextCheck(mayRestore: Bool) -> Instant? {
        (checks + (mayRestore ? [restoreAt] : [])).compactMap { $0 }.min()
    }

    /// The group runs from now on.
    mutating func begin(_ steps: [ResourceStep], now: Instant) {
        checks = steps.map { step in step.monitorInterval.map { now + $0 } }
    }

    /// It does not run any more.
    mutating func end() {
        checks = []
        lost = [:]
        restored()
    }

    /// A check that is due, planned anew. The leftmost, because those right of it depend on it.
    mutating func takeDueCheck(_ steps: [ResourceStep], now: Instant) -> Int? {
        guard let index = checks.firstIndex(where: { $0.map { $0 <= now } ?? false }) else { return nil }
        checks[index] = steps[index].monitorInterval.map { now + $0 }
        return index
    }

    /// Somebody has taken `word` of the step at `index` away.
    mutating func lose(_ word: String, of index: Int) {
        lost[index, default: []].insert(word)
    }

    /// `word` of the step at `index` is not there just now.
    func hasLost(_ word: String, of index: Int) -> Bool { lost[index]?.contains(word) == true }

    /// A step to be put back, what of it is missing, and whether that is still worth trying.
    mutating func takeLost(now: Instant) -> (index: Int, words: Set<String>, isHopeless: Bool)? {
        if let restoreAt, restoreAt > now { return nil }
        restoreAt = nil
        guard let index = lost.keys.min(), let words = lost.removeValue(forKey: index) else { return nil }
        guard failedRestores == 0 else { return (index, words, false) }
        timesRemoved += 1
        removals = removals.filter { now - $0 < Self.removalSpan } + [now]
        return (index, words, removals.count > Self.removalLimit)
    }

    /// Everything is there again.
    mutating func restored() {
        failedRestores = 0
        restoreAt = nil
    }

    /// The step at `index` could not be put back; whether it is worth another try, which is planned then.
    mutating func restoreFailed(_ words: Set<String>, of index: Int, now: Instant) -> Bool {
        failedRestores += 1
        guard failedRestores < Self.restoreAttempts else { return false }
        lost[index, default: []].formUnion(words)
        restoreAt = now + Self.restorePause
        return true
    }

    /// What is being tried again was told when it was lost.
    var isRetrying: Bool { failedRestores > 0 }

    /// Notes a failure and tells how many there were within `window`.
    mutating func failed(now: Instant, window: Duration) -> Int {
        failures = failures.filter { now - $0 < window } + [now]
        removals = []
        return failures.count
    }

    mutating func forgetFailures() {
        failures = []
    }
}
