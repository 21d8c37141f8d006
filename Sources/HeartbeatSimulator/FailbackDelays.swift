// How soon groups may go back to a node by themselves where `failback_delay` says something of it: not before its present life, and
// the time since it was last found dead, are as old as that. Asked of the world, which knows when a machine really began.

import HeartbeatCore
import HeartbeatModel

extension World {
    /// Clocks run at rates of their own, and a message takes no time at best.
    private static let drift = 0.99

    /// Why the groups of the other node must not return to it yet; `nil` when they may.
    func objectionOfDelay(to host: Int) -> String? {
        let delay = configuration.failbackDelay
        guard !delay.isNone else { return nil }
        let other = hosts[1 - host]
        // A daemon that has not heard of another life counts from the one it knows.
        let isKnown = hosts[host].core?.node.channel.lives?.believed == Generation(other.generation)
        if isKnown, now - other.begunAt < delay.longest * Self.drift {
            return "\(other.name) began \((now - other.begunAt).milliseconds) ms ago"
        }
        if let death = hosts[host].foundDeadAt, now - death < delay.time * Self.drift {
            return "\(other.name) was dead \((now - death).milliseconds) ms ago"
        }
        return nil
    }

    /// `host` has found the other one dead.
    func noteDeath(by host: Int) { hosts[host].foundDeadAt = now }
}
