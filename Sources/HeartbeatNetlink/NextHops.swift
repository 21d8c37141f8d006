// Which routers the kernel's routes lead to, and over which interfaces: every routing table, IPv4 and IPv6.

import HeartbeatFormats
import HeartbeatSystem

extension NetlinkSocket {
    /// The next hops of all routes of all tables, each once.
    ///
    /// It waits for the kernel: microseconds for a few routes, about a second for a million. Who must not wait asks on a
    /// thread of its own.
    package func nextHops() throws(SystemError) -> Set<NextHop> {
        var hops: Set<NextHop> = []
        for request in NextHop.requests {
            try visit(request) { hops.formUnion(NextHop.all(in: $0)) }
        }
        return hops
    }
}
