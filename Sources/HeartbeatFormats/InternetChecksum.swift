// The checksum of the internet protocols (RFC 1071). Pure.

/// The checksum of IP, ICMP and ICMPv6 (RFC 1071).
package enum InternetChecksum {
    /// The one's complement of the one's complement sum of big-endian 16-bit words; an odd last byte is padded with zero.
    package static func of(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt64 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt64(bytes[index]) << 8
            if index + 1 < bytes.count { sum += UInt64(bytes[index + 1]) }
        }
        while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
        return ~UInt16(sum)
    }
}
