// Packets as fast as one processor sends them, to see what each costs on its way. It counts them and the time they took; where
// they go is the business of whoever has built the way.

import CLinux
import Glibc
import Synchronization

/// What a stream of packets took.
package struct PacketStream: Hashable, Sendable {
    package var packets: Int
    /// Of the sending thread. Virtual interfaces hand a packet on in the context of its sender, so that the whole way is in it.
    package var processorTime: Duration

    /// Payload of the smallest packets that Ethernet carries.
    package static let payload = 18

    /// Sends UDP packets from a namespace for `span`, from a thread that inherits the processors of its caller.
    package static func send(
        from namespace: NetworkNamespace, to address: String, for span: Duration
    ) throws -> PacketStream {
        guard let target = ipv4Bytes(address) else { throw LabError.missing("\(address) is no IPv4 address") }
        let socket = try namespace.open("UDP socket") { Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0) }
        defer { _ = close(socket) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(9).bigEndian
        name.sin_addr.s_addr = target.reversed().reduce(0) { $0 << 8 | UInt32($1) }
        let code = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try check(code, "connect to \(address)")
        let result = Mutex(PacketStream(packets: 0, processorTime: .zero))
        try LabThread {
            let stream = measure(socket, for: span)
            result.withLock { $0 = stream }
        }.join()
        return result.withLock { $0 }
    }

    private static func measure(_ socket: Int32, for span: Duration) -> PacketStream {
        let payload = [UInt8](repeating: 0, count: Self.payload)
        let end = Moment.now() + span
        let before = processorTime()
        var packets = 0
        while Moment.now() < end {
            for _ in 0..<64 where write(socket, payload, payload.count) == payload.count { packets += 1 }
        }
        return PacketStream(packets: packets, processorTime: processorTime() - before)
    }

    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
