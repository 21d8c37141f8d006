// Which messages of a peer are new, when a missing one is asked for, and that nothing a peer numbers its messages with
// makes this node remember more than it should.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct SequenceTrackerTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    /// A tracker that has heard `sequences` in this order, and the verdict on each.
    private static func hear(_ sequences: [UInt64], seed: UInt64 = 1) -> (SequenceTracker, [SequenceTracker.Verdict]) {
        var random = SplitMix64(seed: seed)
        var tracker = SequenceTracker(longestDelay: .milliseconds(250), random: &random)
        let verdicts = sequences.map { tracker.receive(SequenceNumber($0), now: start, random: &random) }
        return (tracker, verdicts)
    }

    private static func missing(_ tracker: SequenceTracker) -> [UInt64] {
        var copy = tracker
        return copy.dueRequests(now: start + .seconds(10)).flatMap {
            Array($0.lowerBound.number...$0.upperBound.number)
        }
    }

    private static func gap(_ lost: UInt64, after last: UInt64) -> SequenceTracker.Verdict {
        .newAfterGap(lost: lost, last: SequenceNumber(last))
    }

    // MARK: - Verdicts

    struct Case: Sendable {
        var heard: [UInt64]
        var verdict: SequenceTracker.Verdict
        var missing: [UInt64] = []
        /// The last of those that count; by default the highest.
        var last: UInt64?
    }

    static let cases: [Case] = [
        Case(heard: [1], verdict: .new),
        Case(heard: [0], verdict: .new),
        Case(heard: [.max], verdict: .new),
        Case(heard: [1, 2], verdict: .new),
        Case(heard: [1, 1], verdict: .repeated),
        Case(heard: [1, 2, 1], verdict: .repeated),
        Case(heard: [1, 3], verdict: gap(1, after: 1), missing: [2]),
        Case(heard: [1, 5], verdict: gap(3, after: 1), missing: [2, 3, 4]),
        Case(heard: [1, 5, 8], verdict: gap(2, after: 5), missing: [2, 3, 4, 6, 7]),
        Case(heard: [1, 4, 3], verdict: .filled(last: false), missing: [2]),
        Case(heard: [1, 4, 3, 2], verdict: .filled(last: true)),
        Case(heard: [1, 3, 2, 2], verdict: .repeated),
        Case(heard: [1, 3, 3], verdict: .repeated, missing: [2]),
        // Just before the first one heard: not asked for, but new, once.
        Case(heard: [20, 19], verdict: .new),
        Case(heard: [20, 4], verdict: .new),
        Case(heard: [20, 4, 4], verdict: .repeated),
        Case(heard: [20, 3], verdict: .repeated),
        Case(heard: [3, 1], verdict: .new),
        Case(heard: [3, 0], verdict: .repeated),
        Case(heard: [1, 0], verdict: .repeated),
        Case(heard: [20, 21, 18], verdict: .new),
        // As wide as is repaired, and one wider.
        Case(heard: [1, 252], verdict: gap(250, after: 1), missing: Array(2...251)),
        Case(heard: [1, 253], verdict: .unconfirmed, last: 1),
        // Only a second message from there makes it true; copies of the first do not.
        Case(heard: [1, 253, 253], verdict: .unconfirmed, last: 1),
        Case(heard: [1, 253, 254], verdict: gap(252, after: 1), missing: [253]),
        Case(heard: [1, 253, 503], verdict: gap(501, after: 1), missing: [253]),
        Case(heard: [1, 253, 504], verdict: .unconfirmed, last: 1),
        Case(heard: [1, 254, 253, 255], verdict: gap(1, after: 253), missing: [254]),
        Case(heard: [1, 3, 300, 301], verdict: gap(297, after: 3), missing: [300]),
        Case(heard: [1, 3, 300, 4], verdict: .new, missing: [2], last: 4),
        Case(heard: [1, .max], verdict: .unconfirmed, last: 1),
        Case(heard: [1, .max, 2, 3], verdict: .new, last: 3),
        Case(heard: [1, .max, .max - 1], verdict: gap(.max - 3, after: 1), last: .max - 1),
        Case(heard: [.max - 2, .max], verdict: gap(1, after: .max - 2), missing: [.max - 1]),
        Case(heard: [.max, 1], verdict: .repeated),
    ]

    @Test(arguments: cases)
    func verdictOfTheLastMessage(row: Case) {
        let (tracker, verdicts) = Self.hear(row.heard)
        #expect(verdicts.last == row.verdict, "\(row.heard)")
        #expect(Self.missing(tracker) == row.missing, "\(row.heard)")
        #expect(tracker.last?.number == row.last ?? row.heard.max())
    }

    @Test func whatThePeerCannotSendAgainIsNotAskedForAnyMore() {
        var (tracker, _) = Self.hear([1, 4])
        #expect(tracker.giveUp(SequenceNumber(2)) == true)
        #expect(Self.missing(tracker) == [3])
        #expect(tracker.giveUp(SequenceNumber(2)) == false)
        #expect(tracker.giveUp(SequenceNumber(1)) == false)
        #expect(tracker.giveUp(SequenceNumber(9)) == false)
        #expect(tracker.giveUp(SequenceNumber(3)) == true)
        #expect(tracker.deadline == nil)
    }

    @Test func aGivenUpMessageThatComesAfterAllIsARepetition() {
        var (tracker, _) = Self.hear([1, 3])
        _ = tracker.giveUp(SequenceNumber(2))
        var random = SplitMix64(seed: 2)
        #expect(tracker.receive(SequenceNumber(2), now: Self.start, random: &random) == .repeated)
    }

    // MARK: - Requests

    @Test(arguments: [0, 50, 51, 250, 1000])
    func firstRequestComesWithinTheRandomDelay(milliseconds: Int) throws {
        let longest = max(Duration.milliseconds(milliseconds), .milliseconds(50))
        var seen: Set<Instant> = []
        for seed in 0..<200 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            var tracker = SequenceTracker(longestDelay: .milliseconds(milliseconds), random: &random)
            _ = tracker.receive(SequenceNumber(1), now: Self.start, random: &random)
            _ = tracker.receive(SequenceNumber(3), now: Self.start, random: &random)
            let due = try #require(tracker.deadline)
            #expect(due >= Self.start + .milliseconds(50) && due <= Self.start + longest)
            #expect(tracker.dueRequests(now: due - .nanoseconds(1)).isEmpty)
            #expect(tracker.dueRequests(now: due) == [SequenceNumber(2)...SequenceNumber(2)])
            seen.insert(due)
        }
        // Nodes that lost the same broadcast must not all ask at once.
        #expect(longest == .milliseconds(50) ? seen.count == 1 : seen.count > 100)
    }

    @Test func aRequestIsRepeatedEvery250MillisecondsAndLaterEverySecond() throws {
        var (tracker, _) = Self.hear([1, 3])
        var due = try #require(tracker.deadline)
        for request in 1...20 {
            #expect(tracker.dueRequests(now: due) == [SequenceNumber(2)...SequenceNumber(2)])
            #expect(tracker.dueRequests(now: due).isEmpty)
            let next = due + .milliseconds(request < 4 ? 250 : 1000)
            #expect(tracker.deadline == next)
            due = next
        }
    }

    @Test func neighboursAreAskedForTogetherFiftyAtMost() throws {
        var (tracker, _) = Self.hear([1, 122, 124])
        let due = try #require(tracker.deadline)
        var requests: [ClosedRange<UInt64>] = []
        while requests.count < 4, let next = tracker.deadline, next <= due + .milliseconds(200) {
            requests += tracker.dueRequests(now: next).map { $0.lowerBound.number...$0.upperBound.number }
        }
        #expect(Set(requests).isSuperset(of: [2...51, 52...101, 102...121]))
    }

    @Test func theNextRequestIsTheEarliestOfAllMissing() throws {
        var (tracker, _) = Self.hear([1, 40])
        var asked: [UInt64] = []
        var last = Self.start
        while asked.count < 38 {
            let due = try #require(tracker.deadline)
            #expect(due >= last)
            last = due
            asked += tracker.dueRequests(now: due).flatMap { Array($0.lowerBound.number...$0.upperBound.number) }
        }
        #expect(last <= Self.start + .milliseconds(250))
        #expect(asked.sorted() == Array(2...39))
    }

    // MARK: - Bounds

    @Test func atMostFiveHundredMissingMessagesAreRemembered() {
        // Every 200th arrives, the rest never does.
        let (tracker, _) = Self.hear((0...100).map { 1 + $0 * 200 })
        let missing = Self.missing(tracker)
        #expect(missing.count == 500)
        #expect(missing.last == 20_000)
        #expect(missing == missing.sorted())
    }

    @Test func aGapTooWideToRepairEndsEarlierRepairsToo() {
        let (tracker, _) = Self.hear([1, 3, 5, 1000, 1001])
        #expect(Self.missing(tracker) == [1000])
    }

    // MARK: - Acknowledgements

    @Test func exactlyEveryTenthIsAcknowledged() {
        var triggers: Set<UInt64> = []
        for seed in 0..<100 as Range<UInt64> {
            let (tracker, _) = Self.hear([1], seed: seed)
            let acknowledged = (1...100).map { SequenceNumber($0) }.compactMap { tracker.acknowledgement(after: $0) }
            #expect(acknowledged.count == 10)
            #expect(Set(acknowledged.map { $0.number % 10 }).count == 1)
            triggers.formUnion(acknowledged.map { $0.number % 10 })
        }
        #expect(triggers.count == 10)
    }

    @Test func nothingIsAcknowledgedWhileSomethingIsMissing() {
        var (tracker, _) = Self.hear([1, 3])
        let numbers = (1...100).map { SequenceNumber($0) }
        #expect(numbers.allSatisfy { tracker.acknowledgement(after: $0) == nil })
        var random = SplitMix64(seed: 3)
        _ = tracker.receive(SequenceNumber(2), now: Self.start, random: &random)
        #expect(numbers.contains { tracker.acknowledgement(after: $0) != nil })
    }
}
