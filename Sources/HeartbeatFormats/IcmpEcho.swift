// ICMP echo packets (RFC 792, RFC 4443): written and read as bytes. Pure; it refuses to know about sockets.

/// An echo request or reply.
package struct IcmpEcho: Hashable {
    package var identifier: UInt16
    package var sequence: UInt16
    package var payload: [UInt8]

    /// The request: type, code, checksum, identifier, sequence (two bytes each, big endian), payload. For IPv6 the kernel
    /// fills in the checksum, which covers addresses not known here.
    package func request(isIPv6: Bool) -> [UInt8] {
        var packet: [UInt8] = [isIPv6 ? 128 : 8, 0, 0, 0]
        for field in [identifier, sequence] { packet += [UInt8(field >> 8), UInt8(field & 0xFF)] }
        packet += payload
        guard !isIPv6 else { return packet }
        let sum = InternetChecksum.of(packet)
        packet[2] = UInt8(sum >> 8)
        packet[3] = UInt8(sum & 0xFF)
        return packet
    }

    /// Reads a reply as a socket delivers it; `nil` for anything else. A raw IPv4 socket delivers the IP header too.
    package init?(reply packet: [UInt8], isIPv6: Bool, hasIPHeader: Bool) {
        var start = 0
        if hasIPHeader {
            guard let first = packet.first, first >> 4 == 4, first & 0x0F >= 5 else { return nil }
            start = Int(first & 0x0F) * 4
        }
        guard packet.count >= start + 8, packet[start] == (isIPv6 ? 129 : 0), packet[start + 1] == 0 else { return nil }
        identifier = UInt16(packet[start + 4]) << 8 | UInt16(packet[start + 5])
        sequence = UInt16(packet[start + 6]) << 8 | UInt16(packet[start + 7])
        payload = Array(packet[(start + 8)...])
    }

    /// Whether this is the reply to `request`. Over a socket that is not raw the kernel has checked the identifier, and
    /// chosen it.
    package func isReply(to request: IcmpEcho, overRawSocket isRaw: Bool) -> Bool {
        (!isRaw || identifier == request.identifier) && sequence == request.sequence && payload == request.payload
    }

    package init(identifier: UInt16, sequence: UInt16, payload: [UInt8]) {
        self.identifier = identifier
        self.sequence = sequence
        self.payload = payload
    }
}
