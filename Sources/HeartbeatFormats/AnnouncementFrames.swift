// The packets that tell neighbours which station now has an address. Pure bytes; it refuses to know how they are sent.

import HeartbeatModel

/// What follows the link-level header, and where it goes.
package struct AnnouncementFrame: Hashable {
    package let ethertype: UInt16
    /// Station address of the receivers: broadcast or multicast.
    package let destination: [UInt8]
    package let payload: [UInt8]
}

package enum AnnouncementFrames {
    /// The frames that announce `address` at the Ethernet `station` (six bytes).
    ///
    /// IPv4: an ARP announcement as request (RFC 5227 section 3) and the same as reply; some routers learn from one only,
    /// some from the other. IPv6: one unsolicited neighbour advertisement (RFC 4861 section 7.2.6). `isRouter` says that this
    /// node forwards IPv6: without the flag neighbours would drop it as a router.
    package static func frames(for address: IPAddress, station: [UInt8], isRouter: Bool) -> [AnnouncementFrame] {
        guard address.isIPv6 else {
            return [arp(.request, address, station), arp(.reply, address, station)]
        }
        return [
            advertisement(
                address, station, isRouter: isRouter, to: .allNodes, at: NeighbourPacket.station(of: .allNodes))
        ]
    }

    /// Sender and target address are the announced one. The target station is unused in a request and ours in a reply.
    private static func arp(
        _ operation: ArpPacket.Operation, _ address: IPAddress, _ station: [UInt8]
    ) -> AnnouncementFrame {
        let packet = ArpPacket(
            operation, senderStation: station, sender: address,
            targetStation: operation == .request ? ArpPacket.nobody : station, target: address)
        return AnnouncementFrame(
            ethertype: ArpPacket.ethertype, destination: ArpPacket.everybody, payload: packet.bytes)
    }

    /// RFC 4861 section 4.4: flags (override, maybe router), the target, and its station as option 2.
    static func advertisement(
        _ address: IPAddress, _ station: [UInt8], isRouter: Bool, to receiver: IPAddress, at receiverStation: [UInt8]
    ) -> AnnouncementFrame {
        let flags: UInt8 = isRouter ? 0xA0 : 0x20
        let message = [NeighbourPacket.advertisement, 0, 0, 0, flags, 0, 0, 0] + address.bytes + [2, 1] + station
        let packet = NeighbourPacket(source: address, destination: receiver, message: message)
        return AnnouncementFrame(
            ethertype: NeighbourPacket.ethertype, destination: receiverStation, payload: packet.bytes)
    }
}
