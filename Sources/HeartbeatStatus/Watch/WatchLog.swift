// What has happened, as a watch learns of it: what the daemon has logged, what is over, what has moved, and how the verdict has changed. Each
// is kept once, with the wall clock of then, however often it is told.

import HeartbeatModel

package struct WatchLog: Sendable {
    package struct Event: Hashable, Sendable {
        /// Wall clock, in milliseconds since 1970.
        package var at: UInt64
        package var text: String

        package init(at: UInt64, text: String) {
            self.at = at
            self.text = text
        }
    }

    private struct Entry {
        var key: String
        var event: Event
    }

    /// Ages are told in whole ticks of clocks that are read one after the other: what is no further apart is the same moment.
    private static let blur: UInt64 = 3000
    private static let most = 200
    private static let mostMovements = 50

    private var entries: [Entry] = []
    private var hasMovements = false
    private var level: PairStatus.Verdict.Level?
    private var changes = 0

    package init() {}

    /// By time, the oldest first.
    package var events: [Event] { entries.map(\.event) }

    /// `facts`: `nil` where the daemon has told none.
    package mutating func take(_ status: PairStatus, _ facts: NodeFacts?) {
        let now = status.source.asked
        for trouble in facts?.troubles ?? [] { take(trouble, now: now) }
        if !hasMovements, let change = status.lastChange, let at = change.age?.since {
            add("change \(change.groups)", at, StatusText.sentence(change))
        }
        let before = level
        level = status.verdict.level
        guard let before, before != status.verdict.level else { return }
        changes += 1
        add("verdict \(changes)", now, "\(status.verdict.level.rawValue): \(status.verdict.sentence)")
    }

    private mutating func take(_ trouble: NodeFacts.Trouble, now: UInt64) {
        let key = "\(trouble.code) \(trouble.objects) \(trouble.count)"
        let times = trouble.count > 1 ? ", \(trouble.count) times" : ""
        let text = PairReading.told(trouble.text)
        if let at = Self.moment(trouble.age, now) { add(key, at, text + times) }
        if let at = trouble.healed.flatMap({ Self.moment($0, now) }) { add("\(key) over", at, "over: \(text)") }
    }

    private static func moment(_ ago: Duration, _ now: UInt64) -> UInt64? {
        let milliseconds = UInt64(max(0, ago.milliseconds))
        return milliseconds < now ? now - milliseconds : nil
    }

    /// Of the history, by number.
    package mutating func take(_ movements: [HistoryEntry]) {
        guard !movements.isEmpty else { return }
        if !hasMovements { entries.removeAll { $0.key.hasPrefix("change ") } }
        hasMovements = true
        for movement in movements.suffix(Self.mostMovements) {
            let end = movement.isWrong ? "\(movement.timeline.outcome.rawValue) after" : "in"
            add(
                "movement \(movement.number)", movement.unixMilliseconds,
                "\(movement.timeline.group) \(movement.way) \(end) \(movement.took.shortText): \(movement.because) (no. \(movement.number))"
            )
        }
    }

    private mutating func add(_ key: String, _ at: UInt64, _ text: String) {
        let isKnown = entries.contains { entry in
            entry.key == key && max(entry.event.at, at) - min(entry.event.at, at) <= Self.blur
        }
        guard !isKnown else { return }
        let place = entries.lastIndex { $0.event.at <= at }.map { $0 + 1 } ?? 0
        entries.insert(Entry(key: key, event: Event(at: at, text: text)), at: place)
        if entries.count > Self.most { entries.removeFirst(entries.count - Self.most) }
    }
}

/// The other node tells its lanes only when it is asked: they are shown on, for a moment, when it tells something else in between.
package struct LaneMemory: Sendable {
    /// Looks without a lane after which it is forgotten.
    private static let patience = 8

    private var lanes: [MediumName: (lane: String, missed: Int)] = [:]

    package init() {}

    /// Puts lanes where they are missing.
    package mutating func complete(_ status: inout PairStatus) {
        var kept: [MediumName: (lane: String, missed: Int)] = [:]
        for place in status.media.indices where status.media[place].isHeard.state != .unknown {
            let name = status.media[place].name
            let told = status.media[place].isHeard.lane
            if !told.isEmpty {
                kept[name] = (told, 0)
            } else if let old = lanes[name], old.missed < Self.patience {
                kept[name] = (old.lane, old.missed + 1)
                status.media[place].isHeard.lane = old.lane
            }
        }
        lanes = kept
    }
}
