// A machine on the LAN that sends nonsense to where the cluster listens. It has an address of its own, from which nothing
// else comes, and no interface: frames are made here and put on the client's cable.

import CLinux
import Glibc
import HeartbeatModel

/// Where garbage goes, so that a daemon has to read it.
package enum GarbageDestination: Hashable, Sendable {
    /// A UDP port, by broadcast.
    case udp(port: UInt16)
    /// VRRP, IP protocol 112, by its multicast address.
    case vrrp

    /// An Ethernet frame with this payload.
    func frame(holding payload: [UInt8]) -> [UInt8] {
        let station: [UInt8] = [0x02, 0x66, 0, 0, 0, 0x66]
        switch self {
        case .udp(let port):
            // A checksum of zero is none (RFC 768).
            let length = UInt16(8 + payload.count)
            let udp = [
                0x80, 0x00, UInt8(port >> 8), UInt8(port & 0xFF), UInt8(length >> 8), UInt8(length & 0xFF), 0, 0,
            ]
            return HardwareAddress.broadcast.bytes + station + [0x08, 0x00]
                + Self.packet(17, to: [192, 168, 77, 255], life: 64, holding: udp + payload)
        case .vrrp:
            return [0x01, 0x00, 0x5E, 0, 0, 0x12] + station + [0x08, 0x00]
                + Self.packet(112, to: [224, 0, 0, 18], life: 255, holding: payload)
        }
    }

    private static func packet(_ protocolNumber: UInt8, to: [UInt8], life: UInt8, holding payload: [UInt8]) -> [UInt8] {
        let length = UInt16(20 + payload.count)
        var header: [UInt8] = [
            0x45, 0, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, 0, 0, life, protocolNumber, 0, 0,
        ]
        header += [192, 168, 77, 66] + to
        let sum = internetChecksum(header)
        header[10] = UInt8(sum >> 8)
        header[11] = UInt8(sum & 0xFF)
        return header + payload
    }
}

/// Sends until it is closed.
final class GarbageSource: Sendable {
    private let thread: WorkingThread

    /// - Parameters:
    ///   - rate: packets a second, up to a thousand.
    ///   - destinations: in turn.
    ///   - namespace: its eth0 is the cable they go over.
    init(rate: Int, to destinations: [GarbageDestination], from namespace: NetworkNamespace, seed: UInt64) throws {
        let socket = try namespace.open("packet socket on eth0") {
            clinux_lab_packet_socket(Int32(if_nametoindex("eth0")), 0x88B5 /* for experiments: nothing comes in */)
        }
        thread = try WorkingThread { stop in
            var random = SplitMix64(seed: seed)
            var next = 0
            while awaitReadable([stop], milliseconds: Int32(max(1, 1000 / rate))).isEmpty {
                let payload = (0..<Int.random(in: 8...400, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                let frame = destinations[next % destinations.count].frame(holding: payload)
                _ = write(socket, frame, frame.count)
                next += 1
            }
            _ = Glibc.close(socket)
        }
    }

    /// Ends the thread. Once only.
    func close() {
        thread.close()
    }
}
