// Tells the neighbours of one interface that an address is here now. It refuses to configure the address or to wait between
// repetitions: the caller knows how often.

import CLinux
import Glibc

/// A gratuitous ARP or an unsolicited neighbour advertisement, ready to be sent as often as wanted.
public struct Announcement {
    private let interface: String
    private let index: UInt32
    private let socket: MediaDescriptor
    private let frames: [AnnouncementFrame]

    /// Prepares the announcement of `address` on `interface`. Throws when there is no such Ethernet interface, or without
    /// CAP_NET_RAW. The interface may be down and the address need not be configured yet.
    public init(interface: String, address: IPAddress) throws(MediaError) {
        self.interface = interface
        index = try InterfaceQuery.index(of: interface)
        let station = try InterfaceQuery.station(of: interface)
        guard station.type == 1 /* ARPHRD_ETHER */ else {
            throw MediaError(.send, interface, code: EAFNOSUPPORT, reason: "not an Ethernet interface")
        }
        let fd = clinux_packet_socket()
        socket = MediaDescriptor(takingOwnershipOf: try check(fd, .openSocket, "announcements on \(interface)"))
        frames = AnnouncementFrames.frames(
            for: address, station: station.address,
            isRouter: address.isIPv6 && Self.forwardsIPv6(interface))
    }

    /// Sends one round, without waiting: two frames for IPv4, one for IPv6.
    public func send() throws(MediaError) {
        for frame in frames {
            let sent = clinux_packet_send(
                socket.number, Int32(bitPattern: index), frame.ethertype, frame.destination, frame.payload,
                frame.payload.count)
            try check(sent < 0 ? -1 : 0, .send, interface)
        }
    }

    private static func forwardsIPv6(_ interface: String) -> Bool {
        let fd = open("/proc/sys/net/ipv6/conf/\(interface)/forwarding", O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return false }
        defer { close(fd) }
        var digit: UInt8 = 0
        return read(fd, &digit, 1) == 1 && digit != UInt8(ascii: "0")
    }
}
