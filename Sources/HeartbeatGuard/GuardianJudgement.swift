// When a guardian must act: the daemon is dead, or has had no turn for longer than its kernel may answer. A value; it refuses to
// know of clocks and processes, and needs no memory but its own.

/// What one guardian makes of what it sees.
package struct GuardianJudgement: Hashable {
    /// What the shared page says, and whether the daemon lives.
    package struct Sight: Hashable {
        package var isDead: Bool
        package var orders: GuardPage.Orders
        package var until: UInt64
        package var turn: UInt64
        package var patience: UInt64

        package init(isDead: Bool, orders: GuardPage.Orders, until: UInt64, turn: UInt64, patience: UInt64) {
            self.isDead = isDead
            self.orders = orders
            self.until = until
            self.turn = turn
            self.patience = patience
        }

        package init(_ page: GuardPage, isDead: Bool) {
            self.init(
                isDead: isDead, orders: page.orders, until: page.until, turn: page.turn, patience: page.patience)
        }
    }

    /// Nanoseconds of two clocks: one that counts suspension, as the page's times do, and one that does not, by which sleep
    /// is measured.
    package struct Clocks: Hashable {
        package var sinceBoot: UInt64
        package var awake: UInt64

        package init(sinceBoot: UInt64, awake: UInt64) {
            self.sinceBoot = sinceBoot
            self.awake = awake
        }
    }

    package enum Verdict: Hashable {
        /// Nothing to do; look again after so many nanoseconds, or when the daemon ends.
        case wait(UInt64)
        case act(Reason)
        /// The daemon has ended as it should.
        case leave
    }

    package enum Reason: Hashable {
        case dead
        /// It has had no turn for so long.
        case still(UInt64)
    }

    /// A machine that was paused whole wakes up together with its daemon, which then gets so long for its next turn.
    package static let grace: UInt64 = 50_000_000
    /// It is given anew when the look after it comes late: the machine was paused once more. Not for ever.
    private static let mostGraces = 5
    private static let longestWait: UInt64 = 60_000_000_000

    private struct Suspicion: Hashable {
        var turn: UInt64
        var lookAt: UInt64
        var graces: Int
    }

    private var suspicion: Suspicion?

    package init() {}

    package mutating func judge(_ sight: Sight, at now: Clocks) -> Verdict {
        guard !sight.isDead else { return sight.orders == .dismissed ? .leave : .act(.dead) }
        let (sum, isBeyond) = sight.turn.addingReportingOverflow(sight.patience)
        let end = max(sight.until, isBeyond ? .max : sum)
        guard sight.orders != .dismissed, sight.patience > 0, now.sinceBoot >= end else {
            suspicion = nil
            let rest = now.sinceBoot < end ? end - now.sinceBoot : Self.grace
            return .wait(min(rest, Self.longestWait))
        }
        guard let known = suspicion, known.turn == sight.turn else { return suspect(sight, at: now, graces: 1) }
        guard now.awake >= known.lookAt else { return .wait(known.lookAt - now.awake) }
        if now.awake - known.lookAt > Self.grace, known.graces < Self.mostGraces {
            return suspect(sight, at: now, graces: known.graces + 1)
        }
        return .act(.still(now.sinceBoot - min(sight.turn, now.sinceBoot)))
    }

    private mutating func suspect(_ sight: Sight, at now: Clocks, graces: Int) -> Verdict {
        suspicion = Suspicion(turn: sight.turn, lookAt: now.awake + Self.grace, graces: graces)
        return .wait(Self.grace)
    }
}
