// The checksum of IPv4 headers and ICMP messages, for packets that the laboratory makes itself.

/// RFC 1071, of an even number of bytes.
func internetChecksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for start in stride(from: 0, to: bytes.count - 1, by: 2) {
        sum += UInt32(bytes[start]) << 8 | UInt32(bytes[start + 1])
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return ~UInt16(sum)
}
