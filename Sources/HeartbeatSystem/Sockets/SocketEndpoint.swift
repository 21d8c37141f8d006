// Socket addresses of IP as the kernel wants them, and back.

import Glibc
import HeartbeatModel

/// A `sockaddr_in` or `sockaddr_in6` ready for the kernel.
package struct SocketEndpoint {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    /// `scope` is the interface index that link-local IPv6 addresses need.
    package init(_ address: IPAddress, port: UInt16, scope: UInt32 = 0) {
        withUnsafeMutableBytes(of: &storage) { raw in
            // Offsets of sockaddr_in and sockaddr_in6 (ip(7), ipv6(7)); they share family and port.
            raw.storeBytes(of: sa_family_t(address.family), as: sa_family_t.self)
            raw.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            raw[(address.isIPv6 ? 8 : 4)...].copyBytes(from: address.bytes)
            if address.isIPv6 { raw.storeBytes(of: scope, toByteOffset: 24, as: UInt32.self) }
        }
        length = socklen_t(address.isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
    }

    /// Empty, to be filled by `recvfrom`.
    package init() {}

    /// Copies what the kernel or a library returned.
    package init(_ address: UnsafePointer<sockaddr>, length: socklen_t) {
        withUnsafeMutableBytes(of: &storage) { raw in
            raw.copyBytes(from: UnsafeRawBufferPointer(start: address, count: min(Int(length), raw.count)))
        }
        self.length = length
    }

    /// The address without port and scope; `nil` for a family other than IPv4 and IPv6.
    package var address: IPAddress? {
        withUnsafeBytes(of: storage) { raw in
            switch Int32(storage.ss_family) {
            case AF_INET: IPAddress(bytes: Array(raw[4..<8]))
            case AF_INET6: IPAddress(bytes: Array(raw[8..<24]))
            default: nil
            }
        }
    }

    /// Of an address of IP.
    package var port: UInt16 {
        withUnsafeBytes(of: storage) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
    }

    /// Lends the address to a call that reads it.
    package func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// Lends the space to a call that fills it.
    package mutating func fill<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
    }
}

extension IPAddress {
    /// The address family of its sockets.
    package var family: Int32 { isIPv6 ? AF_INET6 : AF_INET }
}
