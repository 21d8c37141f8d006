// The packets that tell neighbours which station now has an address. Pure bytes; it refuses to know how they are sent.

/// What follows the link-level header, and where it goes.
struct AnnouncementFrame: Hashable {
    let ethertype: UInt16
    /// Station address of the receivers: broadcast or multicast.
    let destination: [UInt8]
    let payload: [UInt8]
}

enum AnnouncementFrames {
    /// The frames that announce `address` at the Ethernet `station` (six bytes).
    ///
    /// IPv4: an ARP announcement as request (RFC 5227 section 3) and the same as reply; some routers learn from one only,
    /// some from the other. IPv6: one unsolicited neighbour advertisement (RFC 4861 section 7.2.6). `isRouter` says that this
    /// node forwards IPv6: without the flag neighbours would drop it as a router.
    static func frames(for address: IPAddress, station: [UInt8], isRouter: Bool) -> [AnnouncementFrame] {
        guard address.isIPv6 else {
            return [arp(.request, address, station), arp(.reply, address, station)]
        }
        return [advertisement(address, station, isRouter: isRouter)]
    }

    private enum ArpOperation: UInt8 {
        case request = 1
        case reply = 2
    }

    /// RFC 826: hardware type, protocol type, their lengths, operation, then sender and target as station and address. Sender
    /// and target address are the announced one. The target station is unused in a request and ours in a reply.
    private static func arp(_ operation: ArpOperation, _ address: IPAddress, _ station: [UInt8]) -> AnnouncementFrame {
        let target = operation == .request ? [UInt8](repeating: 0, count: 6) : station
        let fixed: [UInt8] = [0, 1, 0x08, 0x00, 6, 4, 0, operation.rawValue]
        return AnnouncementFrame(
            ethertype: 0x0806, destination: [UInt8](repeating: 0xFF, count: 6),
            payload: fixed + station + address.bytes + target + address.bytes)
    }

    /// RFC 4861 section 4.4 to all nodes: flags (override, maybe router), the target, and its station as option 2.
    private static func advertisement(_ address: IPAddress, _ station: [UInt8], isRouter: Bool) -> AnnouncementFrame {
        let flags: UInt8 = isRouter ? 0xA0 : 0x20
        var message: [UInt8] = [136, 0, 0, 0, flags, 0, 0, 0] + address.bytes + [2, 1] + station
        let allNodes: [UInt8] = [0xFF, 0x02] + [UInt8](repeating: 0, count: 13) + [1]
        let length = UInt8(message.count)
        // RFC 8200 section 8.1: the checksum covers both addresses, the length and the protocol.
        let sum = InternetChecksum.of(address.bytes + allNodes + [0, 0, 0, length, 0, 0, 0, 58] + message)
        message[2] = UInt8(sum >> 8)
        message[3] = UInt8(sum & 0xFF)
        // Hop limit 255 proves to the receiver that no router was crossed.
        let header: [UInt8] = [0x60, 0, 0, 0, 0, length, 58, 255] + address.bytes + allNodes
        return AnnouncementFrame(
            ethertype: 0x86DD, destination: [0x33, 0x33, 0, 0, 0, 1], payload: header + message)
    }
}
