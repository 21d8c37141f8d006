// The receiving half of the reliable multicast: which messages of one peer are new, which are repeats, which are missing
// and when to ask for them. Delivery is immediate and unordered, as observed on the original; order is not decided here.

import HeartbeatModel

/// What has arrived of one peer's messages within its current generation.
struct SequenceTracker: Hashable, Codable, Sendable {
    enum Verdict: Hashable {
        case new
        /// New, after a gap: this many before it have not arrived.
        case newAfterGap(lost: UInt64, last: SequenceNumber)
        /// It fills a gap; `last` when no gap is left.
        case filled(last: Bool)
        case repeated
        /// Farther ahead than is repaired. One message must not make all others look old: it counts when another one from there
        /// has come.
        case unconfirmed
    }

    /// A gap wider than this is not repaired: the peer keeps no more history than twice that.
    static let widestGap: UInt64 = 250
    private static let repeatInterval = Duration.milliseconds(250)
    /// What has been asked for this often in vain is asked for only once a second: the peer may not hear us at all, and a
    /// serial line has other things to carry.
    private static let quickRequests = 4
    private static let slowInterval = Duration.seconds(1)
    /// The original answers no more than this many for one request (observed).
    private static let widestRequest = 50
    private static let shortestDelay = Duration.milliseconds(50)

    private struct Hole: Hashable, Codable, Sendable {
        var sequence: SequenceNumber
        var nextRequest: Instant
        var requests = 0

        mutating func wasRequested(now: Instant) {
            requests += 1
            nextRequest =
                now
                + (requests < SequenceTracker.quickRequests
                    ? SequenceTracker.repeatInterval : SequenceTracker.slowInterval)
        }
    }

    /// How far before the first message heard others may still be on their way.
    private static let firstWindow: UInt64 = 16

    private(set) var last: SequenceNumber?
    /// The newest that was far ahead, if nothing has come of it yet.
    private var leap: SequenceNumber?
    /// Just before the first message heard; not asked for, but new when they come.
    private var early: [SequenceNumber] = []
    /// Ascending.
    private var holes: [Hole] = []
    /// Every tenth message is acknowledged; which of the ten is random, so that nodes do not all answer the same one.
    private let acknowledgeTrigger: UInt64
    /// Of a request for what is missing.
    var longestDelay: Duration {
        didSet { longestDelay = max(longestDelay, Self.shortestDelay) }
    }

    init(longestDelay: Duration, random: inout SplitMix64) {
        self.longestDelay = max(longestDelay, Self.shortestDelay)
        acknowledgeTrigger = UInt64.random(in: 0..<10, using: &random)
    }

    /// Judges a message that just arrived and remembers it.
    mutating func receive(_ sequence: SequenceNumber, now: Instant, random: inout SplitMix64) -> Verdict {
        guard let last else {
            self.last = sequence
            let first = sequence.number > Self.firstWindow ? sequence.number - Self.firstWindow : 1
            early = (min(first, sequence.number)..<sequence.number).map(SequenceNumber.init)
            return .new
        }
        guard sequence > last else { return fill(sequence) }
        let gap = sequence.number - last.number - 1
        guard gap <= Self.widestGap else { return leap(to: sequence, from: last, now: now) }
        self.last = sequence
        leap = nil
        guard gap > 0 else { return .new }
        for missing in (last.number + 1)..<sequence.number {
            let delay = Duration.nanoseconds(
                Int64.random(in: Self.shortestDelay.nanoseconds...longestDelay.nanoseconds, using: &random))
            holes.append(Hole(sequence: SequenceNumber(missing), nextRequest: now + delay))
        }
        // Bounded: a peer that loses everything but every 250th message must not make us remember all of it.
        if holes.count > 500 { holes.removeFirst(holes.count - 500) }
        return .newAfterGap(lost: gap, last: last)
    }

    private mutating func leap(to sequence: SequenceNumber, from last: SequenceNumber, now: Instant) -> Verdict {
        guard let first = leap, first != sequence,
            max(first, sequence).number - min(first, sequence).number <= Self.widestGap
        else {
            leap = sequence
            return .unconfirmed
        }
        leap = nil
        self.last = sequence
        // Everything before is given up; but the first of the two was not read.
        holes = first < sequence ? [Hole(sequence: first, nextRequest: now)] : []
        return .newAfterGap(lost: sequence.number - last.number - 1, last: last)
    }

    /// The sequence to acknowledge after `sequence` was new, if it is its turn and nothing before it is missing.
    func acknowledgement(after sequence: SequenceNumber) -> SequenceNumber? {
        holes.isEmpty && sequence.number % 10 == acknowledgeTrigger ? sequence : nil
    }

    /// The peer cannot send it again.
    mutating func giveUp(_ sequence: SequenceNumber) -> Bool {
        guard let index = holes.firstIndex(where: { $0.sequence == sequence }) else { return false }
        holes.remove(at: index)
        return true
    }

    /// The missing messages that are to be asked for now, neighbours together: one that is due takes those beside it along.
    mutating func dueRequests(now: Instant) -> [ClosedRange<SequenceNumber>] {
        var due: [ClosedRange<SequenceNumber>] = []
        var begin = holes.startIndex
        while begin < holes.endIndex {
            let end = endOfNeighbours(from: begin)
            if holes[begin..<end].contains(where: { $0.nextRequest <= now }) {
                due.append(holes[begin].sequence...holes[end - 1].sequence)
                for index in begin..<end { holes[index].wasRequested(now: now) }
            }
            begin = end
        }
        return due
    }

    private func endOfNeighbours(from begin: Int) -> Int {
        var end = begin + 1
        while end < holes.endIndex, end - begin < Self.widestRequest,
            holes[end].sequence.number == holes[end - 1].sequence.number &+ 1
        {
            end += 1
        }
        return end
    }

    var deadline: Instant? { holes.lazy.map(\.nextRequest).min() }

    private mutating func fill(_ sequence: SequenceNumber) -> Verdict {
        if let index = early.firstIndex(of: sequence) {
            early.remove(at: index)
            return .new
        }
        guard giveUp(sequence) else { return .repeated }
        return .filled(last: holes.isEmpty)
    }
}
