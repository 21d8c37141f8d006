// The timers of a node as a table: one optional instant each, the next wake-up is the minimum. Timers that belong to one
// peer, link, group or lost message live with that part; these are the ones of the node as a whole.

import HeartbeatModel

/// The node-wide timers.
enum Timer: Int, CaseIterable {
    /// The next status message is due.
    case keepalive
    /// The peer has not answered `reqnodes`.
    case requestNodes
    /// The peer has not answered `starting`.
    case repeatStarting
    /// Nobody has answered `starting`: our own groups are asked for one by one.
    case legacyRequest
    /// A step of a giveup has not been answered.
    case standbyTimeout
    /// The groups of a set have had no owner for a while.
    case orphan
    /// Both nodes hold the same groups and the question is still open.
    case conflict
    /// A failback that was not answered is offered again.
    case failback
    /// The peer's word that it has not started what will not stop here would be too old.
    case stayQuestion
    /// A peer that is dead to us is told again what we hold.
    case tellTheDead
    /// How long stops that fail are tried again while we shut down.
    case shutdown
    /// After `shutdone`: how long to stay reachable for retransmit requests.
    case linger
}

/// An optional instant for every `Timer`.
struct Deadlines: Hashable, Sendable {
    private var instants = [Instant?](repeating: nil, count: Timer.allCases.count)

    subscript(timer: Timer) -> Instant? {
        get { instants[timer.rawValue] }
        set { instants[timer.rawValue] = newValue }
    }

    /// The earliest of all that are set.
    var next: Instant? { instants.compactMap { $0 }.min() }

    /// Clears `timer` and tells whether it was due.
    mutating func takeIfDue(_ timer: Timer, at now: Instant) -> Bool {
        guard let instant = self[timer], instant <= now else { return false }
        self[timer] = nil
        return true
    }

    mutating func clear() {
        for timer in Timer.allCases { self[timer] = nil }
    }
}
