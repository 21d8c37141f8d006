// What there is to say of a node's history: the movements that were asked for, and where the time of each went. Text and JSON are made of
// it; it refuses to know where the lines were found.

import HeartbeatModel

/// Movements, the oldest first.
package struct HistoryReport: Hashable, Sendable {
    package var movements: [HistoryEntry]
    /// So many earlier ones that were asked for are kept as well, and left out.
    package var leftOut = 0
    /// What could not be read, a sentence each.
    package var notes: [String] = []
    /// Wall clock of the asking machine, in milliseconds since 1970.
    package var asked: UInt64

    /// What is asked for.
    package enum Choice: Hashable, Sendable {
        case all
        case group(String)
        case number(UInt64)

        /// A number is one, unless a group is called so.
        package init(_ word: String?, among movements: [HistoryEntry]) {
            guard let word else {
                self = .all
                return
            }
            let isGroup = movements.contains { $0.timeline.group == word }
            self = UInt64(word).flatMap { isGroup ? nil : .number($0) } ?? .group(word)
        }
    }

    /// The last `most` of those that were asked for.
    package init(_ all: [HistoryEntry], _ choice: Choice, most: Int, asked: UInt64) {
        let chosen = all.filter { entry in
            switch choice {
            case .all: true
            case .group(let key): entry.timeline.group == key
            case .number(let number): entry.number == number
            }
        }
        movements = chosen.suffix(most)
        leftOut = chosen.count - movements.count
        self.asked = asked
    }
}

extension [HistoryEntry] {
    /// Those of the same cause as `movement`, itself among them.
    package func chain(of movement: HistoryEntry) -> [HistoryEntry] {
        filter { $0.chain == movement.chain && $0.node == movement.node }
    }
}

extension HistoryEntry {
    /// Where the time went.
    package var budget: [GroupTimeline.Part] { timeline.budget }

    /// `gw-b -> gw-a`; where nobody has had it, or gets it, the name is missing.
    var way: String {
        [from.map { "\($0)" }, "->", to.map { "\($0)" }].compactMap(\.self).joined(separator: " ")
    }

    /// From the origin to the end.
    package var took: Duration { timeline.end - timeline.zero }

    /// Something would not start or not stop.
    package var isWrong: Bool {
        switch timeline.outcome {
        case .running, .released: false
        case .failed, .stuck: true
        }
    }

    /// `gw-a died`, in a few words.
    package var because: String {
        let other = from.flatMap { $0 == node ? nil : $0.text } ?? "the other node"
        switch timeline.origin {
        case .lastHeard(let node): return "\(node) died"
        case .request: return "handover asked"
        case .loss: return "network lost"
        case .failback: return "failback"
        case .offer: return "\(other) gave it"
        case .stop: return "stop asked"
        case .peerStopped: return "\(other) stopped"
        case .failure: return "failure"
        case .decision: return timeline.isStart ? "start" : "no longer wanted"
        }
    }
}
