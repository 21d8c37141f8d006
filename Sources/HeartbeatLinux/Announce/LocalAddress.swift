// Which interface of this machine carries an address right now.

import Glibc

public enum LocalAddress {
    /// The interface's name without an alias label; `nil` when no interface has the address.
    public static func interface(carrying address: IPAddress) -> String? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let raw = entry.pointee.ifa_addr, length(of: raw.pointee.sa_family) > 0,
                SocketEndpoint(raw, length: length(of: raw.pointee.sa_family)).address == address
            else { continue }
            return String(String(cString: entry.pointee.ifa_name).prefix { $0 != ":" })
        }
        return nil
    }

    private static func length(of family: sa_family_t) -> socklen_t {
        switch Int32(family) {
        case AF_INET: socklen_t(MemoryLayout<sockaddr_in>.size)
        case AF_INET6: socklen_t(MemoryLayout<sockaddr_in6>.size)
        default: 0
        }
    }
}
