// The descriptors of a probe: packet sockets to read answers from and to ask by, an ICMP socket that goes the way of every
// other program of the client, and the clock.

import CLinux
import Glibc

/// Opened in the namespace of the calling thread, on its eth0.
struct ProbeSockets {
    let ticker: Int32
    let arp: Int32
    let ip: Int32
    private let icmp: Int32

    init(tick: Duration) throws {
        let interface = Int32(if_nametoindex("eth0"))
        guard interface > 0 else { throw LabError.last("eth0 of the client") }
        arp = try check(clinux_lab_packet_socket(interface, ProbePackets.ethertypeARP), "packet socket for ARP")
        ip = try check(clinux_lab_packet_socket(interface, ProbePackets.ethertypeIPv4), "packet socket for IPv4")
        icmp = try check(
            socket(AF_INET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Int32(IPPROTO_ICMP)), "ICMP socket"
        )
        ticker = try check(clinux_lab_ticker(tick.inNanoseconds), "timer")
        // Answers are read from the packet socket, which shows the station; here they would only fill a buffer.
        var everything = UInt32.max
        setsockopt(icmp, 255 /* SOL_RAW */, 1 /* ICMP_FILTER */, &everything, 4)
    }

    /// Sends frames as they are, past the client's own tables.
    func send(_ frame: [UInt8]) {
        _ = Glibc.send(arp, frame, frame.count, Int32(MSG_DONTWAIT))
    }

    /// Sends an ICMP message to an address as any program does. That nobody can be reached is an answer too, and shows as
    /// one that never comes.
    func send(_ message: [UInt8], to address: [UInt8]) {
        var destination = sockaddr_in()
        destination.sin_family = sa_family_t(AF_INET)
        withUnsafeMutableBytes(of: &destination.sin_addr) { $0.copyBytes(from: address) }
        withUnsafePointer(to: destination) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(
                    icmp, message, message.count, Int32(MSG_DONTWAIT), address,
                    socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// The next frame, and when the kernel received it; `nil` when none is waiting.
    func receive(from socket: Int32) -> (frame: [UInt8], at: Moment)? {
        var nanoseconds: Int64 = 0
        let frame = [UInt8](unsafeUninitializedCapacity: 2048) { buffer, used in
            used = max(0, clinux_lab_receive(socket, buffer.baseAddress, buffer.count, &nanoseconds))
        }
        return frame.isEmpty ? nil : (frame, Moment(nanoseconds: nanoseconds))
    }

    func close() {
        for descriptor in [ticker, arp, ip, icmp] { _ = Glibc.close(descriptor) }
    }
}
