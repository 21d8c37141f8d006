// When groups that are to return by themselves have waited long enough (`failback_delay`). A node that has just booted, or whose
// cable has only been put back, may be gone again in a minute: each return of the groups is an interruption, and each relapse two.
// Whatever cannot wait – a node that has died, one that has lost its network, an operator's order – does not.

import HeartbeatModel

/// For how long the other node has been as it should be.
package struct FailbackPatience: Hashable, Codable, Sendable {
    /// Since when nothing has spoken against it.
    private(set) var goodSince: Instant?
    /// The life of it that is believed, and when that was first heard.
    private(set) var life: Generation?
    private(set) var bornAt: Instant?
    /// Only time stands in the way, until then, which has been told.
    var waitsUntil: Instant?

    /// It is as it should be, or not, at this moment.
    mutating func note(isGood: Bool, life: Generation?, at now: Instant) {
        if life != self.life { (self.life, bornAt, goodSince) = (life, now, nil) }
        guard isGood else {
            (goodSince, waitsUntil) = (nil, nil)
            return
        }
        if goodSince == nil { goodSince = now }
    }

    /// When it has stood what `delay` asks for; `nil` while it is not as it should be.
    func due(_ delay: FailbackDelay) -> Instant? {
        guard let goodSince, let bornAt else { return nil }
        return max(goodSince + delay.time, bornAt + delay.afterBoot)
    }
}

extension Ownership {
    /// Nothing is kept where nothing is waited for.
    mutating func notePatience(_ node: LocalNode, at now: Instant) {
        guard !node.configuration.failbackDelay.isNone else { return failback.patience = FailbackPatience() }
        let isGood =
            node.peerIsActive && node.peer?.isDark == false && !peerIsUnproven(node)
            && !(node.configuration.syncMismatch == .hold && compareFiles(node).holds)
        failback.patience.note(isGood: isGood, life: node.channel.lives?.believed, at: now)
    }

    /// Groups are to return by themselves, and only time stands in the way: told once, and once more when it begins anew.
    mutating func waitsForDelay(_ node: inout LocalNode, at now: Instant) -> Bool {
        let delay = node.configuration.failbackDelay
        guard !delay.isNone else { return false }
        // What speaks against it will be news when it is over.
        guard let due = failback.patience.due(delay) else { return true }
        guard due > now else { return false }
        if failback.patience.waitsUntil != due, let name = node.peer?.name {
            failback.patience.waitsUntil = due
            node.effects.notify(.failbackWaits(node: name, for: due - now))
        }
        return true
    }

    /// How long it is to be waited for yet; `nil` for not at all.
    func delayLeft(_ node: LocalNode, at now: Instant) -> Duration? {
        guard !node.configuration.failbackDelay.isNone else { return nil }
        let due = failback.patience.due(node.configuration.failbackDelay)
        return due.flatMap { $0 > now ? $0 - now : nil }
    }
}
