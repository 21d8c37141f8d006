// What is open between the two nodes: a question that the peer has yet to answer, or a set that both claim.
//
//        ask                    both claim a set
//   none ───▶ asked ──────────────────────────────▶ overlapping
//     ▲         │ answered, nothing in dispute          │ one has yielded, the peer has told it
//     └─────────┴───────────────────────────────────────┘

import HeartbeatModel

/// The open question to the peer what it holds.
package struct Question: Hashable, Codable, Sendable {
    /// From this message of ours on, a report that has heard it is an answer.
    package var sequence: SequenceNumber
    /// It is repeated then.
    var retry: Instant
}

/// What is open between the two nodes.
package enum Dispute: Hashable, Codable, Sendable {
    case none
    case asked(Question)
    /// Both are known to claim the same set `since` then. One of ours is asked; an original is given `patience` to notice.
    case overlapping(since: Instant, question: Question?, patience: Instant?)

    package var question: Question? {
        switch self {
        case .none: nil
        case .asked(let question): question
        case .overlapping(_, let question, _): question
        }
    }

    /// The peer has been asked and has not answered.
    var isAsked: Bool { question != nil }

    package var overlapSince: Instant? {
        if case .overlapping(let since, _, _) = self { since } else { nil }
    }

    var deadline: Instant? {
        switch self {
        case .none: nil
        case .asked(let question): question.retry
        case .overlapping(_, let question, let patience): patience ?? question?.retry
        }
    }

    mutating func ask(_ question: Question) {
        switch self {
        case .none, .asked: self = .asked(question)
        case .overlapping(let since, _, let patience):
            self = .overlapping(since: since, question: question, patience: patience)
        }
    }

    /// Nobody is asked any more.
    mutating func dropQuestion() {
        switch self {
        case .none, .asked: self = .none
        case .overlapping(let since, _, let patience):
            self = .overlapping(since: since, question: nil, patience: patience)
        }
    }

    /// A set is claimed by both since `now`.
    mutating func begin(at now: Instant) {
        self = .overlapping(since: now, question: question, patience: nil)
    }

    /// Beside an original, which does not compare claims.
    mutating func wait(until patience: Instant?) {
        guard case .overlapping(let since, let question, _) = self else { return }
        self = .overlapping(since: since, question: question, patience: patience)
    }

    /// One of the two has yielded.
    mutating func endOverlap() {
        self = question.map { .asked($0) } ?? .none
    }
}
