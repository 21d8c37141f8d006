// The packets of neighbours: ARP (RFC 826) and what carries neighbour discovery (RFC 4861), as bytes behind the link-level
// header. Pure.

import HeartbeatModel

/// An ARP packet of Ethernet and IPv4.
package struct ArpPacket: Hashable {
    package enum Operation: UInt8 {
        case request = 1
        case reply = 2
    }

    package let operation: Operation
    /// Six bytes.
    package let senderStation: [UInt8]
    package let sender: IPAddress
    package let targetStation: [UInt8]
    package let target: IPAddress

    package static let ethertype: UInt16 = 0x0806
    package static let everybody = [UInt8](repeating: 0xFF, count: 6)
    /// The target station of a request.
    package static let nobody = [UInt8](repeating: 0, count: 6)

    /// Ethernet, IPv4, the lengths of their addresses.
    private static let kind: [UInt8] = [0, 1, 0x08, 0x00, 6, 4]

    package init(
        _ operation: Operation, senderStation: [UInt8], sender: IPAddress, targetStation: [UInt8], target: IPAddress
    ) {
        self.operation = operation
        self.senderStation = senderStation
        self.sender = sender
        self.targetStation = targetStation
        self.target = target
    }

    /// Hardware type, protocol type, their lengths, operation, then sender and target as station and address.
    package var bytes: [UInt8] {
        Self.kind + [0, operation.rawValue] + senderStation + sender.bytes + targetStation + target.bytes
    }

    /// `nil` for anything else; a frame may be padded.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= 28, Array(bytes[..<6]) == Self.kind, bytes[6] == 0,
            let operation = Operation(rawValue: bytes[7]), let sender = IPAddress(bytes: Array(bytes[14..<18])),
            let target = IPAddress(bytes: Array(bytes[24..<28]))
        else { return nil }
        self.init(
            operation, senderStation: Array(bytes[8..<14]), sender: sender, targetStation: Array(bytes[18..<24]),
            target: target)
    }
}

/// A message of neighbour discovery in its IPv6 packet.
package struct NeighbourPacket: Hashable {
    package let source: IPAddress
    package let destination: IPAddress
    /// From the type on; its checksum is 0.
    package let message: [UInt8]

    package static let ethertype: UInt16 = 0x86DD
    package static let solicitation: UInt8 = 135
    package static let advertisement: UInt8 = 136
    /// It proves to the receiver that no router was crossed.
    package static let hopLimit: UInt8 = 255
    package static let headerLength = 40

    package init(source: IPAddress, destination: IPAddress, message: [UInt8]) {
        self.source = source
        self.destination = destination
        self.message = message
    }

    /// The station addresses of an IPv6 group (RFC 2464 section 7).
    package static func station(of group: IPAddress) -> [UInt8] { [0x33, 0x33] + group.bytes.suffix(4) }

    package var bytes: [UInt8] {
        let length = UInt8(message.count)
        var summed = message
        let sum = Self.checksum(message, from: source.bytes, to: destination.bytes)
        summed[2] = UInt8(sum >> 8)
        summed[3] = UInt8(sum & 0xFF)
        return [0x60, 0, 0, 0, 0, length, 58, Self.hopLimit] + source.bytes + destination.bytes + summed
    }

    /// `nil` unless it is an ICMPv6 message directly behind the header, unharmed, that crossed no router.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.headerLength + 8, bytes[0] >> 4 == 6, bytes[6] == 58, bytes[7] == Self.hopLimit,
            case let length = Int(bytes[4]) << 8 | Int(bytes[5]), length >= 8,
            bytes.count >= Self.headerLength + length,
            let source = IPAddress(bytes: Array(bytes[8..<24])),
            let destination = IPAddress(bytes: Array(bytes[24..<40]))
        else { return nil }
        var message = Array(bytes[Self.headerLength..<(Self.headerLength + length)])
        guard Self.checksum(message, from: source.bytes, to: destination.bytes) == 0 else { return nil }
        message[2] = 0
        message[3] = 0
        self.init(source: source, destination: destination, message: message)
    }

    /// RFC 8200 section 8.1: it covers both addresses, the length and the protocol, too. Over a packet that has it, it is 0.
    private static func checksum(_ message: [UInt8], from source: [UInt8], to destination: [UInt8]) -> UInt16 {
        let length = [0, 0, UInt8(message.count >> 8), UInt8(message.count & 0xFF)]
        return InternetChecksum.of(source + destination + length + [0, 0, 0, 58] + message)
    }
}
