// One line: whether it works, and whether that is believed. A line that is bad for a moment has not been bad, and one that is good
// again must stay so.
//
//            bad                      for `hold`
//   up ──────────────▶ doubtful ───────────────────▶ down
//    ▲                     │ good                     │  ▲
//    ├─────────────────────┘                     good │  │ bad
//    │                  for `rise`                    ▼  │
//    └───────────────────────────────────────── returning

import HeartbeatModel
import HeartbeatMonitors

/// One line of the gateway. Takes `now` as a parameter.
package struct LineState: Hashable, Sendable {
    package enum Stand: Hashable, Sendable {
        case up
        case doubtful(since: Instant)
        case down
        case returning(until: Instant)
    }

    package enum Change: Hashable {
        /// It was bad for so long, and is good again.
        case recovered(Duration)
        case fell
        case returning
        case rose
    }

    package private(set) var rule: LineRule
    package private(set) var stand: Stand
    /// `nil` while it cannot be used.
    package private(set) var facts: LineFacts?
    /// Why it is bad; of a good one, why it was so last.
    package private(set) var reason = ""
    private var monitors: [PathMonitor]
    private var canBeAsked = true
    /// The owner's programs know that it is up, with this interface.
    var toldIndex: UInt32?

    /// - Parameter stand: what is believed before anything is known.
    init(_ rule: LineRule, probes: [PathProbe], stand: Stand) {
        self.rule = rule
        self.stand = stand
        monitors = probes.map { PathMonitor($0) }
    }

    /// Something may be sent over it for want of a better one.
    package var isUsable: Bool {
        switch stand {
        case .up, .doubtful: true
        case .down, .returning: false
        }
    }

    /// Good, and not yet trusted: better than nothing.
    package var isReturning: Bool { if case .returning = stand { isGood } else { false } }

    package var isDown: Bool { stand == .down }

    /// What it shows now, whether that is believed or not.
    package var isGood: Bool { facts != nil && (monitors.isEmpty || lostProbes.count <= monitors.count - rule.alive) }

    package var lostProbes: [String] { monitors.filter(\.isLost).map(\.probe.name) }

    package var deadline: Instant? {
        switch stand {
        case .up, .down: nil
        case .doubtful(let since): since + rule.patience
        case .returning(let until): until
        }
    }

    // MARK: - Facts

    mutating func take(_ facts: LineFacts) {
        if self.facts?.index != facts.index { toldIndex = nil }
        self.facts = facts
        canBeAsked = true
    }

    mutating func lose(_ fault: LineFault) {
        facts = nil
        canBeAsked = fault.canBeAsked
        toldIndex = nil
        reason = fault.text(of: rule)
    }

    /// It has not been there since the beginning, and nobody waits for it.
    mutating func neverWas(at now: Instant) {
        stand = .doubtful(since: now - rule.patience)
    }

    /// The answer of one of its probes; `nil` when it is of none.
    mutating func take(_ answer: PathAnswer, of probe: String, at now: Instant) -> PathMonitor.Change? {
        guard let place = monitors.firstIndex(where: { $0.probe.name == probe }) else { return nil }
        // A session that is being dialled has an interface already: that nothing can be sent says nothing of what is behind it.
        var answer = answer
        if !canBeAsked, case .failed(let reason) = answer { answer = .unknown(reason) }
        let change = monitors[place].take(answer, at: now)
        if !isGood, facts != nil {
            let lost = lostProbes
            reason = "\(lost.count) of \(monitors.count) probes are lost (\(lost.joined(separator: ", ")))"
        }
        return change
    }

    // MARK: - Judgement

    /// Draws what follows from what it shows.
    mutating func judge(at now: Instant) -> Change? {
        switch (stand, isGood) {
        case (.up, false):
            stand = .doubtful(since: now)
            return judge(at: now)
        case (.doubtful(let since), true):
            stand = .up
            return .recovered(now - since)
        case (.doubtful(let since), false):
            guard now - since >= rule.patience else { return nil }
            stand = .down
            return .fell
        case (.down, true):
            stand = .returning(until: now + rule.rise)
            return rule.rise > .zero ? .returning : judge(at: now)
        case (.returning, false):
            stand = .down
            return .fell
        case (.returning(let until), true):
            guard until <= now else { return nil }
            stand = .up
            return .rose
        case (.up, true), (.down, false): return nil
        }
    }
}
