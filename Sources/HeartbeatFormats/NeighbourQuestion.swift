// Which station has an address? The question of ARP or neighbour discovery, which answers count, and what tells a single
// neighbour where an address is. Pure bytes; it refuses to know how they are sent.

import HeartbeatModel

/// A question for the station of one neighbour.
package struct NeighbourQuestion {
    /// To everybody who may have the address.
    package let frame: AnnouncementFrame

    /// `own` is an address of the asking node, or that of nobody for IPv4 (RFC 5227): whoever hears the question learns from
    /// it where that address is.
    package init(_ neighbour: IPAddress, own: IPAddress, station: [UInt8]) {
        if neighbour.isIPv6 {
            let group = neighbour.solicitedNode
            frame = Self.solicitation(
                of: neighbour, to: group, at: NeighbourPacket.station(of: group), from: own, station)
        } else {
            let packet = ArpPacket(
                .request, senderStation: station, sender: own, targetStation: ArpPacket.nobody, target: neighbour)
            frame = AnnouncementFrame(
                ethertype: ArpPacket.ethertype, destination: ArpPacket.everybody, payload: packet.bytes)
        }
    }

    /// What of an interface's packets can be an answer to a question of this version of IP.
    package static func filter(isIPv6: Bool) -> PacketFilter {
        PacketFilter(
            isIPv6
                ? [
                    .isForThisStation, .byte(at: 6, is: 58), .byte(at: 7, is: NeighbourPacket.hopLimit),
                    .byte(at: NeighbourPacket.headerLength, is: NeighbourPacket.advertisement),
                ] : [.isForThisStation, .halfWord(at: 6, is: UInt16(ArpPacket.Operation.reply.rawValue))])
    }

    /// Whose station a packet tells, if it is an answer to a question of its version.
    package static func answer(in bytes: [UInt8], isIPv6: Bool) -> (neighbour: IPAddress, station: [UInt8])? {
        guard isIPv6 else {
            guard let reply = ArpPacket(bytes), reply.operation == .reply else { return nil }
            return (reply.sender, reply.senderStation)
        }
        guard let packet = NeighbourPacket(bytes), packet.message.first == NeighbourPacket.advertisement,
            let station = station(ofAnswer: packet.message), let neighbour = IPAddress(bytes: packet.message[8..<24])
        else { return nil }
        return (neighbour, station)
    }

    /// The target of an advertisement, as an ICMPv6 message alone, if it is an answer: a flag says so.
    package static func target(ofAnswer message: [UInt8]) -> IPAddress? {
        guard message.count >= 24, message[0] == NeighbourPacket.advertisement, message[4] & 0x40 != 0 else {
            return nil
        }
        return IPAddress(bytes: Array(message[8..<24]))
    }

    /// Whose station such an advertisement tells, behind its target: an option is its type, its length in units of eight bytes, and
    /// what it says. Option 2 is the target's station, which an answer to a question of everybody has (RFC 4861 section 7.2.4).
    package static func station(ofAnswer message: [UInt8]) -> [UInt8]? {
        guard message.count >= 32, message[24] == 2, message[25] == 1 else { return nil }
        return Array(message[26..<32])
    }

    /// RFC 4861 section 4.3, as an ICMPv6 message alone: the target, and the sender's station as option 1.
    package static func solicitation(of target: IPAddress, from station: [UInt8]) -> [UInt8] {
        [NeighbourPacket.solicitation, 0, 0, 0, 0, 0, 0, 0] + target.bytes + [1, 1] + station
    }

    /// The same in its packet and frame.
    fileprivate static func solicitation(
        of target: IPAddress, to destination: IPAddress, at receiver: [UInt8], from source: IPAddress,
        _ station: [UInt8]
    ) -> AnnouncementFrame {
        let packet = NeighbourPacket(
            source: source, destination: destination, message: solicitation(of: target, from: station))
        return AnnouncementFrame(
            ethertype: NeighbourPacket.ethertype, destination: receiver, payload: packet.bytes)
    }
}

extension AnnouncementFrames {
    /// What tells one neighbour where `address` is, to its station alone: a switch that drops what goes to everybody lets it
    /// through, and it is a question for the neighbour itself, whose sender every station writes down (RFC 826, RFC 4861
    /// section 7.2.3), also one that believes no announcement. The same as an announcement follows.
    package static func frames(
        for address: IPAddress, station: [UInt8], isRouter: Bool, to neighbour: IPAddress, at receiver: [UInt8]
    ) -> [AnnouncementFrame] {
        guard address.isIPv6 else {
            let packets = [
                ArpPacket(
                    .request, senderStation: station, sender: address, targetStation: ArpPacket.nobody,
                    target: neighbour),
                ArpPacket(
                    .reply, senderStation: station, sender: address, targetStation: receiver, target: neighbour),
            ]
            return packets.map {
                AnnouncementFrame(ethertype: ArpPacket.ethertype, destination: receiver, payload: $0.bytes)
            }
        }
        return [
            NeighbourQuestion.solicitation(of: neighbour, to: neighbour, at: receiver, from: address, station),
            advertisement(address, station, isRouter: isRouter, to: neighbour, at: receiver),
        ]
    }
}
