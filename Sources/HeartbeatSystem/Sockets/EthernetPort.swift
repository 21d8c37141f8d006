// One Ethernet interface, by which packets are sent and heard behind the kernel's back: who asks a neighbour there must be one
// that a station can answer.

import CLinux
import Glibc

/// An interface as a raw packet socket needs it.
package struct EthernetPort {
    package let name: String
    /// Its hardware address.
    package let station: [UInt8]
    private let index: Int32

    /// Throws when there is no such interface, or it is of another kind.
    package init(_ name: String) throws(SystemError) {
        self.name = name
        index = Int32(bitPattern: try InterfaceQuery.index(of: name))
        let (type, station) = try InterfaceQuery.station(of: name)
        guard type == 1 /* ARPHRD_ETHER */ else {
            throw SystemError(
                .openSocket, "neighbours on \(name)", code: EAFNOSUPPORT, reason: "not an Ethernet interface")
        }
        self.station = station
    }

    /// A socket that hears nothing yet. What filters it is attached now: once it listens, every frame of the interface arrives.
    package func openSocket() throws(SystemError) -> OwnedDescriptor {
        OwnedDescriptor(takingOwnershipOf: try check(clinux_packet_socket(), .openSocket, "asking neighbours"))
    }

    package func listen(with socket: OwnedDescriptor, to ethertype: UInt16) throws(SystemError) {
        try check(clinux_packet_listen(socket.number, index, ethertype), .bind, "interface \(name)")
    }

    /// Returns -1 with errno set when it could not be sent.
    package func send(_ packet: [UInt8], of ethertype: UInt16, to station: [UInt8], over socket: OwnedDescriptor) -> Int
    {
        Int(clinux_packet_send(socket.number, index, ethertype, station, packet, packet.count))
    }
}
