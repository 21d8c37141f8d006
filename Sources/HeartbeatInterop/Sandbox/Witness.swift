// Sees what a node in a sandbox sends: datagrams at the far ends of its interfaces. What a node sends is its configuration in
// effect, whatever it prints.

import CLinux
import Glibc
import HeartbeatLab

/// A heartbeat message somebody has sent.
struct SentMessage: Hashable, Sendable {
    /// `eth0 10.77.0.255:694`, and ` ttl 1` after a group.
    var path: String
    var bytes: [UInt8]
}

/// Listens at the far ends of a sandbox's interfaces.
final class Witness {
    private var sockets: [(interface: String, descriptor: Int32)] = []
    private(set) var messages: [SentMessage] = []

    init(_ sandbox: Sandbox) throws {
        sockets = try sandbox.inNetwork {
            try Sandbox.interfaces.sorted(by: { $0.key < $1.key }).flatMap { interface, wire in
                try [UInt16(0x0800), 0x86DD].map { ethertype in
                    let index = Int32(bitPattern: if_nametoindex(wire))
                    return (interface, try check(clinux_lab_packet_socket(index, ethertype), "listen on \(wire)"))
                }
            }
        }
    }

    func close() {
        for socket in sockets { _ = Glibc.close(socket.descriptor) }
        sockets = []
    }

    /// Takes what has arrived so far.
    func collect() {
        for (interface, descriptor) in sockets {
            while true {
                let frame = readSome(descriptor)
                guard !frame.isEmpty else { break }
                if let message = Self.message(in: frame, on: interface) { messages.append(message) }
            }
        }
    }

    /// The distinct paths of all messages.
    var paths: [String] { Set(messages.map(\.path)).sorted() }

    /// A UDP datagram with a heartbeat message; every other frame is somebody else's business.
    static func message(in frame: [UInt8], on interface: String) -> SentMessage? {
        guard frame.count > 54 else { return nil }
        let packet = frame.dropFirst(14)
        let isIPv6 = frame[12] == 0x86
        let header = isIPv6 ? 40 : Int(frame[14] & 0x0F) * 4
        guard packet[isIPv6 ? 20 : 23] == 17, packet.count > header + 8 else { return nil }
        let datagram = packet.dropFirst(header)
        let start = datagram.startIndex
        let length = Int(datagram[start + 4]) << 8 | Int(datagram[start + 5])
        let text = datagram.dropFirst(8).prefix(max(0, length - 8))
        guard text.starts(with: "###\n".utf8) || text.starts(with: ">>>\n".utf8) else { return nil }
        let port = Int(datagram[start + 2]) << 8 | Int(datagram[start + 3])
        let address = isIPv6 ? Array(frame[38..<54]) : Array(frame[30..<34])
        var path = "\(interface) \(Self.text(of: address)):\(port)"
        if isIPv6 ? address[0] == 0xFF : (224...239).contains(address[0]) { path += " ttl \(frame[isIPv6 ? 21 : 22])" }
        return SentMessage(path: path, bytes: Array(text))
    }

    private static func text(of address: [UInt8]) -> String {
        if address.count == 4 { return address.map { String($0) }.joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(address[$0]) << 8 | UInt16(address[$0 + 1]) }
        return "[" + groups.map { String($0, radix: 16) }.joined(separator: ":") + "]"
    }
}
