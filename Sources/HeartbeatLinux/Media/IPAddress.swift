// IPv4 and IPv6 addresses as bytes, their text, and the socket addresses the kernel wants. It refuses to know host names:
// those need a lookup that can block.

import Glibc

/// An IPv4 or IPv6 address in network order.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 bytes (IPv4) or 16 (IPv6).
    package let bytes: [UInt8]

    /// `nil` unless there are 4 or 16 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads `192.0.2.1`, `2001:db8::1` or `fe80::1%eth0`; `nil` for anything else, names included. The zone is dropped: every
    /// medium names its interface.
    package init?(_ text: String) {
        let numeric = text.prefix { $0 != "%" }
        var buffer = [UInt8](repeating: 0, count: 16)
        if numeric.count == text.count, inet_pton(AF_INET, text, &buffer) == 1 {
            bytes = Array(buffer[..<4])
        } else if inet_pton(AF_INET6, String(numeric), &buffer) == 1 {
            bytes = buffer
        } else {
            return nil
        }
    }

    package var isIPv6: Bool { bytes.count == 16 }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var family: Int32 { isIPv6 ? AF_INET6 : AF_INET }

    static func any(isIPv6: Bool) -> IPAddress {
        IPAddress(unchecked: [UInt8](repeating: 0, count: isIPv6 ? 16 : 4))
    }

    /// Every node of the link, ff02::1.
    static let allNodes = IPAddress(unchecked: [0xFF, 0x02] + [UInt8](repeating: 0, count: 13) + [1])

    /// The group in which the owner of this IPv6 address listens for those who look for it (RFC 4291 section 2.7.1).
    var solicitedNode: IPAddress {
        IPAddress(unchecked: [0xFF, 0x02] + [UInt8](repeating: 0, count: 9) + [1, 0xFF] + bytes.suffix(3))
    }

    private init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// A `sockaddr_in` or `sockaddr_in6` ready for the kernel.
struct SocketEndpoint {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    /// `scope` is the interface index that link-local IPv6 addresses need.
    init(_ address: IPAddress, port: UInt16, scope: UInt32 = 0) {
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
    init() {}

    /// Copies what the kernel or a library returned.
    init(_ address: UnsafePointer<sockaddr>, length: socklen_t) {
        withUnsafeMutableBytes(of: &storage) { raw in
            raw.copyBytes(from: UnsafeRawBufferPointer(start: address, count: min(Int(length), raw.count)))
        }
        self.length = length
    }

    /// The address without port and scope; `nil` for a family other than IPv4 and IPv6.
    var address: IPAddress? {
        withUnsafeBytes(of: storage) { raw in
            switch Int32(storage.ss_family) {
            case AF_INET: IPAddress(bytes: Array(raw[4..<8]))
            case AF_INET6: IPAddress(bytes: Array(raw[8..<24]))
            default: nil
            }
        }
    }

    /// Lends the address to a call that reads it.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// Lends the space to a call that fills it.
    mutating func fill<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
    }
}
