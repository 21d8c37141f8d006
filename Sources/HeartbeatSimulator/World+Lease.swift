// The kernels' side of the lease: a deadline that the daemon stores and that outlives it.

import HeartbeatCore
import HeartbeatModel

extension World {
    /// A daemon begins: its kernel answers for no service address from now on, whatever an earlier one had stored.
    func setUpLease(_ host: Int) {
        guard hasLease else { return }
        hosts[host].leaseUntil = hosts[host].localTime(.zero)
        feed(.leaseSupported(true), to: host)
    }

    func holdLease(until: Instant, _ isRenewal: Bool, _ host: Int) {
        guard let stored = hosts[host].leaseUntil else { return }
        if !isRenewal || stored > hosts[host].localTime(now) { hosts[host].leaseUntil = until }
        feed(.leaseStored(until: hosts[host].leaseUntil ?? until), to: host)
    }

    /// Something of the group will not stop on one of the machines, and somebody has been told: its addresses stay up there.
    func isStuck(_ group: Int) -> Bool { hosts.contains { $0.stuck.contains(group) } }

    /// Whether a machine's kernel lets nothing of its service addresses pass.
    func isDark(_ host: Int) -> Bool {
        hosts[host].isPaused || hosts[host].leaseUntil.map { $0 <= hosts[host].localTime(now) } ?? false
    }

    /// Whether a machine's kernel answers for an address of its own.
    func answers(_ host: Int, _ place: ResourcePlace) -> Bool {
        hosts[host].running.contains(place) && !isDark(host)
    }
}
