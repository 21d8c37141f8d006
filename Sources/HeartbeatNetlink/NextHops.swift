// Which routers the kernel's routes lead to, and over which interfaces: every routing table, IPv4 and IPv6.

import HeartbeatFormats
import HeartbeatSystem

extension NetlinkSocket {
    /// The next hops of all routes of all tables, each once: those that lead to most first, so the default gateways.
    ///
    /// It waits for the kernel: microseconds for a few routes, about a second for a million. Who must not wait asks on a
    /// thread of its own.
    package func nextHops() throws(SystemError) -> [NextHop] {
        var shortest: [NextHop: UInt8] = [:]
        for request in NextHop.requests {
            try visit(request) { message in
                for (hop, prefixLength) in NextHop.all(in: message) {
                    shortest[hop] = min(prefixLength, shortest[hop] ?? .max)
                }
            }
        }
        return shortest.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
    }
}
