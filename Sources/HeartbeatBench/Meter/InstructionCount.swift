// How many instructions a daemon carries out in user space for each keepalive interval: the part of its cost that no
// neighbour on the machine can change. Where it was counted and how stands beside it; the arithmetic is here.

import HeartbeatLab

/// Instructions of one process or several, and the time in which they were counted.
struct InstructionCount: Hashable, Sendable {
    /// Carried out in user space.
    var instructions: Int
    var span: Duration

    /// `nil` of a span without length.
    /// - Parameter keepalive: time between two signs of life.
    func perInterval(of keepalive: Duration) -> Double? {
        guard span > .zero, keepalive > .zero else { return nil }
        return Double(instructions) * keepalive.inMilliseconds / span.inMilliseconds
    }

    /// The sum of several processes, each counted over a span of its own; `nil` without any, or when one has none.
    static func perInterval(_ counts: [InstructionCount], of keepalive: Duration) -> Double? {
        let parts = counts.map { $0.perInterval(of: keepalive) }
        guard !parts.isEmpty, !parts.contains(nil) else { return nil }
        return parts.compactMap(\.self).reduce(0, +).rounded()
    }
}

/// What counted.
enum InstructionMethod: Hashable, Sendable, CaseIterable {
    /// The processor's own counter, by perf_event_open(2).
    case counter
    /// valgrind's tool callgrind, where the processor shows no counter.
    case callgrind

    /// What the row says.
    var note: String {
        switch self {
        case .counter: "instructions counted by the processor"
        case .callgrind: "instructions counted by valgrind's callgrind, in a pair of its own"
        }
    }
}
