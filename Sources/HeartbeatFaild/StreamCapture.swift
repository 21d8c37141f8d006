// Listens to what this host sends over one LAN to a few addresses by TCP, while that may be lost: what is sent again and again
// tells which streams stand still, and at which byte. Packets wait in the kernel until somebody asks.

import CLinux
import Glibc
import HeartbeatFormats
import HeartbeatLans
import HeartbeatModel
import HeartbeatSystem

/// A packet socket that hears only what leaves by one interface.
final class StreamCapture {
    /// More addresses are not listened for: the kernel's filter compares them one by one.
    private static let mostAddresses = 64
    private static let snapLength = 80
    /// So many packets are looked at: the last of each stream decides.
    private static let mostPackets = 8192

    private let socket: OwnedDescriptor

    /// Takes CAP_NET_RAW.
    init(_ interface: InterfaceEntry, to addresses: [IPAddress]) throws(SystemError) {
        // Protocol 0 receives nothing; the filter stands before the first packet.
        socket = OwnedDescriptor(
            takingOwnershipOf: try check(clinux_packet_socket(), .openSocket, "streams on \(interface.name)"))
        filter(addresses.prefix(Self.mostAddresses))
        // struct sockaddr_ll: family, protocol in network order (ETH_P_ALL, without which nothing outgoing is heard),
        // interface, then the station's type and address.
        let all = UInt16(3).bigEndian
        let address =
            hostBytes(UInt16(17 /* AF_PACKET */)) + hostBytes(all) + hostBytes(interface.index)
            + [UInt8](repeating: 0, count: 12)
        let bound = address.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: sockaddr.self) { bind(socket.number, $0.baseAddress, socklen_t(raw.count)) }
        }
        try check(bound, .bind, "interface \(interface.name)")
    }

    /// The last packet of each stream.
    func streams() -> [StreamPacket] {
        var last: [[UInt8]: StreamPacket] = [:]
        var buffer = [UInt8](repeating: 0, count: Self.snapLength)
        for _ in 0..<Self.mostPackets {
            let count = recv(socket.number, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count >= 0 else { break }
            guard let packet = StreamPacket(Array(buffer[..<count])) else { continue }
            last[packet.source.bytes + packet.destination.bytes + packet.ports] = packet
        }
        return Array(last.values)
    }

    /// A program for the kernel's packet filter (struct sock_filter: code, two jumps, a value): only IPv4 packets of TCP that
    /// leave here for one of the addresses, cut to what is needed of them.
    private func filter(_ addresses: some Collection<IPAddress>) {
        let (load, loadByte, jumpIfEqual, end): (UInt16, UInt16, UInt16, UInt16) = (0x20, 0x30, 0x15, 0x06)
        // Where the kernel keeps what it knows of a packet (SKF_AD_OFF).
        let facts: UInt32 = 0xFFFF_F000
        var program: [FilterInstruction] = []
        let count = UInt8(addresses.count)
        program.append((load, 0, 0, facts + 4 /* SKF_AD_PKTTYPE */))
        program.append((jumpIfEqual, 0, count + 5, 4 /* PACKET_OUTGOING */))
        program.append((load, 0, 0, facts /* SKF_AD_PROTOCOL */))
        program.append((jumpIfEqual, 0, count + 3, 0x0800))
        program.append((loadByte, 0, 0, 9))
        program.append((jumpIfEqual, 0, count + 1, 6))
        program.append((load, 0, 0, 16))
        for (index, address) in addresses.enumerated() {
            program.append((jumpIfEqual, count - UInt8(index), 0, UInt32(truncatingIfNeeded: address.value)))
        }
        program.append((end, 0, 0, 0))
        program.append((end, 0, 0, UInt32(Self.snapLength)))
        socket.attach(filter: program)
    }
}
