// Sends the packets that tell neighbours where an address is now. It refuses to configure the address and to decide how often
// its neighbours are told.

import CLinux
import Glibc
import HeartbeatFormats
import HeartbeatModel
import HeartbeatSystem

/// An address to be announced, with its packets ready to be sent as often as wanted.
package struct AnnouncedAddress: Hashable {
    package let address: IPAddress
    package let interface: InterfaceEntry
    fileprivate let frames: [AnnouncementFrame]

    /// `nil` when the interface has no neighbours, such as a point-to-point line.
    package init?(_ address: IPAddress, on interface: InterfaceEntry) {
        guard !interface.hasNoNeighbours else { return nil }
        self.address = address
        self.interface = interface
        frames =
            interface.hardwareType == 1 /* ARPHRD_ETHER */ && interface.station.count == 6
            ? AnnouncementFrames.frames(for: address, station: interface.station, isRouter: interface.forwardsIPv6) : []
    }

    /// How many packets it takes to tell everybody.
    package var forms: Int { max(1, frames.count) }
}

/// One packet socket for all interfaces.
package final class AnnouncementSocket {
    private let socket: OwnedDescriptor

    /// Takes CAP_NET_RAW.
    package init() throws(SystemError) {
        socket = OwnedDescriptor(
            takingOwnershipOf: try check(clinux_packet_socket(), .openSocket, "announcing addresses"))
    }

    /// Sends one packet, without waiting: of an IPv4 address the ARP request as form 0 and the reply as form 1; of an
    /// IPv6 address the advertisement as form 0, and nothing as any other.
    package func send(_ announced: AnnouncedAddress, form: Int) throws(SystemError) {
        guard !announced.frames.isEmpty else {
            throw SystemError(
                .send, announced.interface.name, code: EAFNOSUPPORT,
                reason: "not an Ethernet interface, \(announced.address) is not announced on it")
        }
        guard form < announced.frames.count else { return }
        let frame = announced.frames[form]
        let sent = clinux_packet_send(
            socket.number, Int32(bitPattern: announced.interface.index), frame.ethertype, frame.destination,
            frame.payload, frame.payload.count)
        try check(sent < 0 ? -1 : 0, .send, announced.interface.name)
    }
}
