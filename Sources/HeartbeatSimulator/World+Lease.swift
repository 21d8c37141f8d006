// The kernels' side of the lease: a deadline that the daemon stores and that outlives it.

import HeartbeatCore
import HeartbeatModel

extension World {
    /// A daemon begins: its kernel answers for no service address from now on, whatever an earlier one had stored.
    func setUpLease(_ host: Int) {
        guard hasLease else { return }
        hosts[host].leaseUntil = hosts[host].kernelTime(.zero)
        feed(.kernel(.leaseSupported(true)), to: host)
    }

    func holdLease(until: Instant, _ ground: LeaseGround, _ host: Int) {
        guard let stored = hosts[host].leaseUntil else { return }
        let machine = hosts[host]
        let new = until + machine.suspended
        let isHeld = stored > machine.kernelTime(now)
        switch ground {
        case .agreement: machine.leaseUntil = new
        case .keepalive, .solitude: if isHeld { machine.leaseUntil = new }
        case .shortening: if isHeld { machine.leaseUntil = min(new, stored) }
        }
        feed(.kernel(.leaseStored(until: (machine.leaseUntil ?? stored) - machine.suspended)), to: host)
    }

    /// Beside a peer that counts the time from its keepalives a node's lease ends before that one's deadtime.
    func noteLease(_ lease: Duration?, of host: Int) {
        let machine = hosts[host]
        guard let lease, lease > configuration.deadtime, machine.core?.peerIsActive == true else {
            machine.loneBesidePeer = 0
            return
        }
        machine.loneBesidePeer += 1
        if machine.loneBesidePeer > 3 {
            checker.report("\(machine.name) keeps the lease of a node alone beside its peer", at: now)
        }
    }

    /// A machine goes on. If it was suspended, its network card slept, too, and the daemon's clock shows nothing of it. Returns
    /// whether the peer may have found it dead meanwhile.
    func wakeUp(_ host: Int) -> Bool {
        let machine = hosts[host]
        guard hasLease, let standstill = machine.standstill else { return false }
        let silence = machine.localTime(now) - standstill.began
        guard machine.isSuspended else { return silence >= configuration.deadtime - configuration.keepalive * 2 }
        machine.isSuspended = false
        machine.suspended += silence
        machine.backlog.removeAll { if case .received = $0 { true } else { false } }
        machine.backlog.insert(.kernel(.stoodStill(silence)), at: 0)
        return true
    }

    /// Something of the group will not stop on one of the machines, and somebody has been told: its addresses stay up there.
    func isStuck(_ group: Int) -> Bool { hosts.contains { $0.stuck.contains(group) } }

    /// Somebody has brought an address of the group up by hand, which its node's kernel answers for as for its own until it is
    /// found.
    func isStray(_ group: Int) -> Bool { hosts.contains { $0.hasStray(group) } }

    /// Whether a machine's kernel lets nothing of its service addresses pass.
    func isDark(_ host: Int) -> Bool {
        hosts[host].isPaused || hosts[host].leaseUntil.map { $0 <= hosts[host].kernelTime(now) } ?? false
    }

    /// Whether a machine's kernel answers for an address of its own.
    func answers(_ host: Int, _ place: ResourcePlace) -> Bool {
        hosts[host].running.contains(place) && !isDark(host)
    }
}
