// What a peer gets when it asks for messages again: exactly the same, not too many, not too often – whatever range it names.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct MessageHistoryTests {
    private static let now = Instant(nanoseconds: 5_000_000_000)

    private static func message(_ number: UInt64) -> Message {
        Message(
            source: NodeName("alpha"), sequence: SequenceNumber(number), generation: Generation(3), timestamp: number,
            load: "0.\(number)", content: .starting)
    }

    private static func history(_ sequences: ClosedRange<UInt64>) -> MessageHistory {
        var history = MessageHistory()
        for number in sequences { history.append(message(number), sequence: SequenceNumber(number)) }
        return history
    }

    private static func ask(
        _ history: inout MessageHistory, _ first: UInt64, _ last: UInt64, at now: Instant = now
    ) -> [MessageHistory.Answer] {
        history.answers(first: SequenceNumber(first), last: SequenceNumber(last), now: now)
    }

    private static func again(_ numbers: ClosedRange<UInt64>) -> [MessageHistory.Answer] {
        numbers.map { .again(message($0)) }
    }

    private static func gone(_ numbers: ClosedRange<UInt64>) -> [MessageHistory.Answer] {
        numbers.map { .gone(SequenceNumber($0), reason: "seqno too low") }
    }

    struct Case: Sendable {
        var first: UInt64
        var last: UInt64
        var answers: [MessageHistory.Answer]
    }

    /// Asked of a history that holds 101…200.
    static let cases: [Case] = [
        Case(first: 150, last: 150, answers: again(150...150)),
        Case(first: 150, last: 155, answers: again(150...155)),
        Case(first: 101, last: 101, answers: again(101...101)),
        Case(first: 200, last: 200, answers: again(200...200)),
        Case(first: 99, last: 102, answers: gone(99...100) + again(101...102)),
        Case(first: 198, last: 300, answers: again(198...200)),
        Case(first: 0, last: 0, answers: gone(0...0)),
        Case(first: 0, last: .max, answers: gone(0...49)),
        Case(first: 101, last: .max, answers: again(101...150)),
        Case(first: 101, last: 151, answers: again(101...150)),
        // Not sent yet, or no range at all.
        Case(first: 201, last: 201, answers: []),
        Case(first: 201, last: .max, answers: []),
        Case(first: 155, last: 150, answers: []),
        Case(first: .max, last: 0, answers: []),
        Case(first: .max, last: .max, answers: []),
        Case(first: .max - 10, last: .max, answers: []),
        Case(first: .max - 49, last: .max, answers: []),
        Case(first: .max - 48, last: .max, answers: []),
    ]

    @Test(arguments: cases)
    func answersToARange(row: Case) {
        var history = Self.history(101...200)
        #expect(Self.ask(&history, row.first, row.last) == row.answers, "\(row.first)…\(row.last)")
    }

    @Test(arguments: [0, 1, .max] as [UInt64])
    func anEmptyHistoryHasNoAnswers(first: UInt64) {
        var history = MessageHistory()
        #expect(Self.ask(&history, first, .max).isEmpty)
    }

    @Test func aMessageIsNotRepeatedTwiceWithinTheQuietTime() {
        var history = Self.history(1...10)
        #expect(Self.ask(&history, 3, 3) == Self.again(3...3))
        #expect(Self.ask(&history, 3, 3).isEmpty)
        #expect(Self.ask(&history, 2, 4) == Self.again(2...2) + Self.again(4...4))
        #expect(Self.ask(&history, 3, 3, at: Self.now + .milliseconds(239)).isEmpty)
        #expect(Self.ask(&history, 3, 3, at: Self.now + .milliseconds(240)) == Self.again(3...3))
        #expect(Self.ask(&history, 3, 3, at: Self.now + .milliseconds(400)).isEmpty)
        #expect(Self.ask(&history, 3, 3, at: Self.now + .milliseconds(480)) == Self.again(3...3))
    }

    /// A peer that asks every 250 ms, as ours do, is always answered.
    @Test func theQuietTimeIsShorterThanTheRequestInterval() {
        var history = Self.history(1...10)
        for round in 0..<10 {
            let now = Self.now + .milliseconds(250) * round
            #expect(Self.ask(&history, 7, 7, at: now) == Self.again(7...7))
        }
    }

    @Test func whatIsAskedForWithoutEndHasABudget() {
        var history = Self.history(1...500)
        let all = { (history: inout MessageHistory, now: Instant) in
            stride(from: UInt64(1), through: 451, by: 50).map { first in
                Self.ask(&history, first, first + 49, at: now).count
            }.reduce(0, +)
        }
        // A peer that has missed all there is gets it at once.
        #expect(all(&history, Self.now) == 500)
        var later = 0
        for round in 1...6000 { later += all(&history, Self.now + .milliseconds(10) * round) }
        #expect((5900...6000).contains(later))
        // What is not there any more counts as well.
        var gone = Self.history(1000...1001)
        let answers = (0..<100).map { _ in Self.ask(&gone, 1, 50).count }.reduce(0, +)
        #expect(answers == 500)
    }

    @Test(arguments: [500, 599, 600, 601, 700, 701, 5000] as [UInt64])
    func theLastFiveHundredCanAlwaysBeHadAgain(count: UInt64) {
        var history = Self.history(1...count)
        #expect(Self.ask(&history, count - 499, count - 499) == Self.again((count - 499)...(count - 499)))
        #expect(Self.ask(&history, count, count) == Self.again(count...count))
        // Trimmed in batches of about a hundred.
        if count > 700 {
            #expect(Self.ask(&history, count - 600, count - 600) == Self.gone((count - 600)...(count - 600)))
        }
    }
}
