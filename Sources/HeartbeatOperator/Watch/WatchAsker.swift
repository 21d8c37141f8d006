// Asks the daemon on a thread of its own, and plays what would happen there, so that keys work while a daemon that hangs is waited for and
// when the pair is in another state. One question at a time.

import Glibc
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem
import Synchronization

final class WatchAsker: Sendable {
    /// What was found.
    struct Answer: Sendable {
        var status: PairStatus
        /// `nil` where the daemon has told none.
        var facts: NodeFacts?
        /// What would happen, a line each.
        var forecast: [String] = []
        /// Of this node, when something has moved since it was read last.
        var movements: [HistoryEntry] = []
    }

    /// A daemon that answers later counts as silent, until it answers.
    private static let patience = Duration.seconds(2)
    /// The line of a movement comes a moment after the facts of it.
    private static let attempts = 3

    private let places: Places
    private let answer = Mutex<Answer?>(nil)
    private let questions: (read: Int32, write: Int32)
    private let answers: (read: Int32, write: Int32)

    /// `nil` where there is no memory for a thread or a pipe.
    init?(_ places: Places) {
        guard let questions = try? Descriptors.makePipe(), let answers = try? Descriptors.makePipe() else { return nil }
        (self.places, self.questions, self.answers) = (places, questions, answers)
        guard DetachedThread.start({ [self] in work() }) == nil else { return nil }
    }

    /// Has something to read when there is an answer.
    var descriptor: Int32 { answers.read }

    func ask(isFresh: Bool) { _ = Descriptors.write([isFresh ? 1 : 0], to: questions.write) }

    /// The answer to the last question, once.
    func take() -> Answer? {
        let found = answer.withLock { answer in
            defer { answer = nil }
            return answer
        }
        if found != nil { _ = Descriptors.read(answers.read, atMost: 1) }
        return found
    }

    // MARK: - On the thread

    private func work() {
        let asking = Asking(places, patience: Self.patience)
        let node = places.node
        var whatIf = WhatIf(places)
        var known: UInt64?
        var attempts = 0
        while let question = Descriptors.read(questions.read, atMost: 1), let first = question.first {
            let source = asking.source(isFresh: first == 1)
            var found = Answer(status: PairStatus(source, of: node, asked: WallClock.unixMilliseconds))
            if case .answered(let facts) = source { (found.facts, found.forecast) = (facts, whatIf.lines(facts)) }
            let last = found.status.lastChange?.number ?? 0
            if known != last { (known, attempts) = (last, Self.attempts) }
            if attempts > 0, first == 1 {
                attempts -= 1
                found.movements = HistoryReading(places).movements
                if found.movements.last.map({ $0.number >= last }) ?? false { attempts = 0 }
            }
            answer.withLock { $0 = found }
            _ = Descriptors.write([0], to: answers.write)
        }
    }
}
