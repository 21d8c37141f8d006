// What stations on the client's LAN say about service addresses, IPv4 and IPv6: who answers when asked, and who announces.
// It asks in the name of stations that do not exist, so that the client itself learns nothing by it. It judges nothing.

import CLinux
import Glibc
import HeartbeatModel
import Synchronization

@testable import HeartbeatFormats
@testable import HeartbeatLab

/// Listens on the client's eth0 until it is closed.
final class GatewayWitness: Sendable {
    /// One statement that a station has an address.
    private struct Sighting {
        let address: [UInt8]
        let from: HardwareAddress
        let at: Moment
        /// The question it answers; `nil` for an announcement.
        let question: UInt32?
    }

    private struct Records {
        var sightings: [Sighting] = []
        var lastQuestion: UInt32 = 0xF000_0000
    }

    private let arp: Int32
    private let ipv6: Int32
    /// The client's own, through its own neighbour table.
    private let datagrams: Int32
    private let thread: WorkingThread
    private let records: Shared<Records>

    private final class Shared<Value>: Sendable {
        let value: Mutex<Value>
        init(_ value: sending Value) { self.value = Mutex(value) }
    }

    private static let station = HardwareAddress(0x02_4C_FF_FF_FF_FE)

    init(_ client: NetworkNamespace) throws {
        let opened = Shared<[Int32]>([])
        try LabThread {
            guard (try? client.enter()) != nil else { return }
            let interface = Int32(if_nametoindex("eth0"))
            let listening = [ProbePackets.ethertypeARP, 0x86DD].map { clinux_lab_packet_socket(interface, $0) }
            let speaking = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            opened.value.withLock { $0 = listening + [speaking] }
        }.join()
        let all = opened.value.withLock { $0 }
        guard all.count == 3, all.allSatisfy({ $0 >= 0 }) else { throw LifeFailure("no sockets for the client") }
        (arp, ipv6, datagrams) = (all[0], all[1], all[2])
        let sockets = Array(all.prefix(2))
        let records = Shared(Records())
        self.records = records
        thread = try WorkingThread { stop in
            while true {
                let ready = awaitReadable(sockets + [stop])
                if ready.contains(stop) { return }
                for socket in ready { Self.take(from: socket, records) }
            }
        }
    }

    /// Once only.
    func close() {
        thread.close()
        for socket in [arp, ipv6, datagrams] { _ = Glibc.close(socket) }
    }

    /// Sends the IPv6 address a datagram nobody waits for, as any client would: through its own neighbour table.
    func speak(to text: String) throws {
        var destination = sockaddr_in6()
        destination.sin6_family = sa_family_t(AF_INET6)
        destination.sin6_port = UInt16(9).bigEndian
        try withUnsafeMutableBytes(of: &destination.sin6_addr) { $0.copyBytes(from: try Self.bytes(text)) }
        withUnsafePointer(to: destination) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(datagrams, "x", 1, 0, address, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }

    /// Asks all stations for the address and collects who says it has it, for as long as a slow one may need.
    func owners(of text: String) throws -> Set<HardwareAddress> {
        let address = try Self.bytes(text)
        let question = records.value.withLock { records in
            records.lastQuestion += 1
            return records.lastQuestion
        }
        let frame = Self.question(question, for: address)
        _ = send(address.count == 4 ? arp : ipv6, frame, frame.count, 0)
        func answers() -> Set<HardwareAddress> {
            let all = records.value.withLock { $0.sightings }
            return Set(all.filter { $0.address == address && $0.question == question }.map(\.from))
        }
        // The second owner that must not be there is given its chance.
        _ = try Interruption.wait(atMost: .milliseconds(500)) { !answers().isEmpty }
        try Interruption.pause(.milliseconds(30))
        return answers()
    }

    /// Whether `station` has announced the address, unasked, since `start`.
    func hasHeard(_ station: HardwareAddress, announce text: String, since start: Moment) throws -> Bool {
        let address = try Self.bytes(text)
        return records.value.withLock { records in
            records.sightings.contains {
                $0.address == address && $0.question == nil && $0.from == station && $0.at >= start
            }
        }
    }

    // MARK: - Frames

    private static func bytes(_ text: String) throws -> [UInt8] {
        guard let address = IPAddress(text) else { throw LifeFailure("\(text) is no address") }
        return address.bytes
    }

    private static func question(_ number: UInt32, for address: [UInt8]) -> [UInt8] {
        guard address.count == 16 else {
            return ProbePackets(target: address, identifier: 0).request(number)
        }
        // RFC 4861 section 4.3: to the address's own multicast group, with our station as option 1.
        let source = asker(number, near: address)
        let group: [UInt8] = [0xFF, 2] + [UInt8](repeating: 0, count: 9) + [1, 0xFF] + address.suffix(3)
        var message: [UInt8] = [135, 0, 0, 0, 0, 0, 0, 0] + address + [1, 1] + station.bytes
        let length = UInt8(message.count)
        let sum = InternetChecksum.of(source + group + [0, 0, 0, length, 0, 0, 0, 58] + message)
        (message[2], message[3]) = (UInt8(sum >> 8), UInt8(sum & 0xFF))
        let ethernet: [UInt8] = [0x33, 0x33] + group.suffix(4) + station.bytes + [0x86, 0xDD]
        return ethernet + [0x60, 0, 0, 0, 0, length, 58, 255] + source + group + message
    }

    /// An address of the same network that carries the question's number.
    private static func asker(_ number: UInt32, near address: [UInt8]) -> [UInt8] {
        address.prefix(12) + stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private static func take(from socket: Int32, _ records: Shared<Records>) {
        while true {
            let frame = readSome(socket, atMost: 2048)
            guard !frame.isEmpty else { return }
            guard let sighting = readARP(frame) ?? readAdvertisement(frame) else { continue }
            records.value.withLock { $0.sightings.append(sighting) }
        }
    }

    private static func readARP(_ frame: [UInt8]) -> Sighting? {
        guard frame.count >= 42, frame[12] == 0x08, frame[13] == 0x06 else { return nil }
        let address = Array(frame[28..<32])
        switch ProbePackets(target: address, identifier: 0).read(frame) {
        case .owner(let index, let from):
            return Sighting(address: address, from: from, at: .now(), question: index)
        case .announcement(let from, _): return Sighting(address: address, from: from, at: .now(), question: nil)
        case .echo, nil: return nil
        }
    }

    /// A neighbour advertisement; solicited ones go to the asker whose address has the question's number.
    private static func readAdvertisement(_ frame: [UInt8]) -> Sighting? {
        guard frame.count >= 78, frame[12] == 0x86, frame[13] == 0xDD, frame[20] == 58, frame[54] == 136,
            let from = HardwareAddress(bytes: frame[6..<12])
        else { return nil }
        let number = frame[50..<54].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let isSolicited = frame[58] & 0x40 != 0
        return Sighting(
            address: Array(frame[62..<78]), from: from, at: .now(), question: isSolicited ? number : nil)
    }
}
