// Whether an interface counts as lost: a carrier that is gone for a moment is not, and one that is back must stay. A cable that
// goes on falling out is believed less each time.
//
//            carrier gone                  for `debounce`
//   kept ─────────────────▶ (in doubt) ─────────────────────▶ lost
//    ▲                          │ carrier back                  │ carrier back
//    ├──────────────────────────┘                               ▼
//    └───────────────────────────────────────────────── (lost, on trial)
//              for `up`, longer after each relapse

import HeartbeatModel

/// One watched interface. Takes `now` as a parameter.
package struct InterfaceMonitor: Hashable, Codable, Sendable {
    package enum Change: Hashable {
        case lost
        /// The carrier is back and must stay for so long.
        case onTrial(Duration)
        case recovered
    }

    /// A carrier lost within so many recovery times after the last recovery is a relapse.
    private static let relapseWindow = 12
    /// Every relapse doubles the recovery time, so often at most.
    private static let mostRelapses = 6

    package private(set) var rule: InterfaceRule
    package private(set) var isLost = false
    /// `nil` until somebody has looked.
    package private(set) var hasCarrier: Bool?
    /// When the carrier went; `nil` while it is there, and where it never was.
    package private(set) var carrierLostAt: Instant?
    /// When what the carrier shows becomes what counts.
    package private(set) var deadline: Instant?
    private var recoveredAt: Instant?
    private var relapses = 0

    package init(_ rule: InterfaceRule) {
        self.rule = rule
    }

    /// Only heartbeats travel elsewhere.
    package var counts: Bool { rule.role != .heartbeat }
    package var isSurelyLost: Bool { isLost && hasCarrier == false }
    package var isInDoubt: Bool { isLost || hasCarrier == false }

    private var recovery: Duration { rule.recovery * (1 << relapses) }

    /// A new rule for the same interface holds from the next change on.
    package mutating func redefine(_ new: InterfaceRule) {
        rule = new
    }

    package mutating func observe(_ up: Bool, at now: Instant) -> Change? {
        guard up != hasCarrier else { return nil }
        let isFirstLook = hasCarrier == nil
        hasCarrier = up
        carrierLostAt = up || isFirstLook ? nil : now
        deadline = nil
        // What was never there has not just gone.
        if isFirstLook, !up {
            isLost = true
            return .lost
        }
        guard isLost == up else { return nil }
        let patience = up ? recovery : rule.debounce
        deadline = now + patience
        if let change = expire(at: now) { return change }
        return up ? .onTrial(patience) : nil
    }

    package mutating func expire(at now: Instant) -> Change? {
        guard let due = deadline, due <= now, let hasCarrier else { return nil }
        deadline = nil
        isLost = !hasCarrier
        if hasCarrier {
            recoveredAt = now
            return .recovered
        }
        let isRelapse = recoveredAt.map { now - $0 < recovery * Self.relapseWindow } ?? false
        relapses = isRelapse ? min(relapses + 1, Self.mostRelapses) : 0
        return .lost
    }
}
