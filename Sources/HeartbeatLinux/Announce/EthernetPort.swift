// One Ethernet interface, by which packets are sent and heard behind the kernel's back: who asks a neighbour there must be one
// that a station can answer.

import CLinux
import Glibc

/// An interface as a raw packet socket needs it.
struct EthernetPort {
    let name: String
    /// Its hardware address.
    let station: [UInt8]
    private let index: Int32

    /// Throws when there is no such interface, or it is of another kind.
    init(_ name: String) throws(MediaError) {
        self.name = name
        index = Int32(bitPattern: try InterfaceQuery.index(of: name))
        let (type, station) = try InterfaceQuery.station(of: name)
        guard type == 1 /* ARPHRD_ETHER */ else {
            throw MediaError(
                .openSocket, "neighbours on \(name)", code: EAFNOSUPPORT, reason: "not an Ethernet interface")
        }
        self.station = station
    }

    /// A socket that hears nothing yet. What filters it is attached now: once it listens, every frame of the interface arrives.
    func openSocket() throws(MediaError) -> MediaDescriptor {
        MediaDescriptor(takingOwnershipOf: try check(clinux_packet_socket(), .openSocket, "asking neighbours"))
    }

    func listen(with socket: MediaDescriptor, to ethertype: UInt16) throws(MediaError) {
        try check(clinux_packet_listen(socket.number, index, ethertype), .bind, "interface \(name)")
    }

    /// Returns -1 with errno set when it could not be sent.
    func send(_ packet: [UInt8], of ethertype: UInt16, to station: [UInt8], over socket: MediaDescriptor) -> Int {
        Int(clinux_packet_send(socket.number, index, ethertype, station, packet, packet.count))
    }
}
