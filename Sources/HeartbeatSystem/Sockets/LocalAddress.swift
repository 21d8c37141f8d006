// Which addresses this machine's interfaces carry right now.

import Glibc
import HeartbeatModel

/// An address of an interface of this machine.
package struct LocalAddress: Hashable, Sendable {
    /// The interface's name, without the alias label an address may have.
    package var interface: String
    package var address: IPAddress
    /// The interface reaches all its neighbours with one packet.
    package var canBroadcast: Bool

    /// Every address of every interface; empty when the system does not tell.
    package static func all() -> [LocalAddress] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var result: [LocalAddress] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let raw = entry.ifa_addr, let length = length(of: raw.pointee.sa_family),
                let address = SocketEndpoint(raw, length: length).address
            else { continue }
            result.append(
                LocalAddress(
                    interface: String(String(cString: entry.ifa_name).prefix { $0 != ":" }), address: address,
                    canBroadcast: entry.ifa_flags & UInt32(IFF_BROADCAST) != 0))
        }
        return result
    }

    private static func length(of family: sa_family_t) -> socklen_t? {
        switch Int32(family) {
        case AF_INET: socklen_t(MemoryLayout<sockaddr_in>.size)
        case AF_INET6: socklen_t(MemoryLayout<sockaddr_in6>.size)
        default: nil
        }
    }
}
