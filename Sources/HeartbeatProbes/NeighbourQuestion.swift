// The question who has an address, of ARP or of neighbour discovery, as a packet, and what an answer to it looks like.

import HeartbeatFormats
import HeartbeatModel

/// Asks a whole network for the owner of one address.
struct NeighbourQuestion {
    let address: IPAddress
    let ethertype: UInt16
    /// Where it is sent.
    let station: [UInt8]
    let packet: [UInt8]

    /// `own` may be any address: without one of its own a node may ask all the same (RFC 5227, an ARP probe).
    static func arp(_ address: IPAddress, from own: IPAddress, at station: [UInt8]) -> NeighbourQuestion {
        let request = ArpPacket(
            .request, senderStation: station, sender: own, targetStation: ArpPacket.nobody, target: address)
        return NeighbourQuestion(
            address: address, ethertype: ArpPacket.ethertype, station: ArpPacket.everybody, packet: request.bytes)
    }

    /// RFC 4861 section 4.3: the target, and our own station as option 1.
    static func solicitation(_ address: IPAddress, from own: IPAddress, at station: [UInt8]) -> NeighbourQuestion {
        let group = address.solicitedNode
        let solicitation = NeighbourPacket(
            source: own, destination: group, message: solicitationMessage(address, at: station))
        return NeighbourQuestion(
            address: address, ethertype: NeighbourPacket.ethertype, station: NeighbourPacket.station(of: group),
            packet: solicitation.bytes)
    }

    static func solicitationMessage(_ address: IPAddress, at station: [UInt8]) -> [UInt8] {
        [NeighbourPacket.solicitation, 0, 0, 0, 0, 0, 0, 0] + address.bytes + [1, 1] + station
    }

    // MARK: - Answers

    /// Replies to this station, by whomever.
    static let arpReplies: [PacketFilter.Test] = [
        .isForThisStation, .halfWord(at: 6, is: UInt16(ArpPacket.Operation.reply.rawValue)),
    ]

    static let advertisements: [PacketFilter.Test] = [
        .byte(at: 6, is: 58), .byte(at: 7, is: NeighbourPacket.hopLimit),
        .byte(at: NeighbourPacket.headerLength, is: NeighbourPacket.advertisement),
    ]

    /// Only answers to this question.
    var filter: PacketFilter {
        address.isIPv6
            ? PacketFilter(
                Self.advertisements + PacketFilter.Test.bytes(address.bytes, at: NeighbourPacket.headerLength + 8))
            : PacketFilter(Self.arpReplies + PacketFilter.Test.bytes(address.bytes, at: 14))
    }

    /// The address whose owner answers with this packet; `nil` when it is no answer.
    static func owner(in packet: [UInt8], isIPv6: Bool) -> IPAddress? {
        guard isIPv6 else {
            guard let reply = ArpPacket(packet), reply.operation == .reply else { return nil }
            return reply.sender
        }
        return NeighbourPacket(packet).flatMap { owner(inAdvertisement: $0.message) }
    }

    /// The same of an ICMPv6 message alone. A flag says that it is an answer.
    static func owner(inAdvertisement message: [UInt8]) -> IPAddress? {
        guard message.count >= 24, message[0] == NeighbourPacket.advertisement, message[4] & 0x40 != 0 else {
            return nil
        }
        return IPAddress(bytes: Array(message[8..<24]))
    }
}
