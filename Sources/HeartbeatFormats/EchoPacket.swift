// An echo of ICMP or ICMPv6 with its IP header, as bytes behind the link-level header: for questions from an address, and to a
// station, that the kernel would not choose. Pure.

import HeartbeatModel

/// An echo request or reply in its packet.
package struct EchoPacket: Hashable {
    package let source: IPAddress
    package let destination: IPAddress
    package let echo: IcmpEcho

    package static let ethertype4: UInt16 = 0x0800
    package static let ethertype6 = NeighbourPacket.ethertype

    /// What of an interface's packets of this version can be a reply with this identifier that was sent to this station alone.
    package static func filter(ofReplies identifier: UInt16, isIPv6: Bool) -> PacketFilter {
        let tests: [PacketFilter.Test] =
            isIPv6
            ? [
                .byte(at: 6, is: 58), .halfWord(at: NeighbourPacket.headerLength, is: 129 << 8),
                .halfWord(at: NeighbourPacket.headerLength + 4, is: identifier),
            ]
            : [
                .byte(at: 9, is: 1), .halfWord(behindIPHeaderAt: 0, is: 0),
                .halfWord(behindIPHeaderAt: 4, is: identifier),
            ]
        return PacketFilter([.isForThisStation] + tests)
    }

    package init(source: IPAddress, destination: IPAddress, echo: IcmpEcho) {
        self.source = source
        self.destination = destination
        self.echo = echo
    }

    /// As a request.
    package var bytes: [UInt8] {
        let message = echo.request(isIPv6: source.isIPv6)
        guard !source.isIPv6 else {
            return NeighbourPacket(source: source, destination: destination, message: message).bytes
        }
        let length = 20 + message.count
        // Version and header length, service, length, identification, don't fragment, time to live, ICMP, checksum.
        var header: [UInt8] = [0x45, 0, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, 0x40, 0, 64, 1, 0, 0]
        header += source.bytes + destination.bytes
        let sum = InternetChecksum.of(header)
        header[10] = UInt8(sum >> 8)
        header[11] = UInt8(sum & 0xFF)
        return header + message
    }

    /// Reads a reply; `nil` for anything else. A frame may be padded. Checksums are not looked at: who asks knows the payload.
    package init?(reply bytes: [UInt8]) {
        guard let first = bytes.first else { return nil }
        let isIPv6 = first >> 4 == 6
        let header = isIPv6 ? NeighbourPacket.headerLength : Int(first & 0x0F) * 4
        guard isIPv6 || first >> 4 == 4, header >= 20, bytes.count >= header, bytes[isIPv6 ? 6 : 9] == (isIPv6 ? 58 : 1)
        else { return nil }
        let field = isIPv6 ? 4 : 2
        let length = (Int(bytes[field]) << 8 | Int(bytes[field + 1])) + (isIPv6 ? header : 0)
        let addresses = isIPv6 ? (8..<24, 24..<40) : (12..<16, 16..<20)
        guard length >= header, length <= bytes.count,
            let source = IPAddress(bytes: bytes[addresses.0]), let destination = IPAddress(bytes: bytes[addresses.1]),
            let echo = IcmpEcho(reply: Array(bytes[header..<length]), isIPv6: isIPv6, hasIPHeader: false)
        else { return nil }
        self.init(source: source, destination: destination, echo: echo)
    }
}
