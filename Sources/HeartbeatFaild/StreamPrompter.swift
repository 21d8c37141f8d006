// Makes TCP streams go on at once when their addresses have moved to another LAN. TCP doubles its pause with every packet that
// is lost, so a stream that stood still for three seconds waits up to three more although the way is free again. RFC 6069 is
// the remedy that TCP itself knows: an ICMP "host unreachable" that quotes the lost packet proves that it was the way and not
// congestion, takes one doubling back, and sends again at once if the shorter pause is over. This host tells its own streams
// so, by the loopback interface: no packet of it leaves the machine.

import CLinux
import Glibc
import HeartbeatFormats
import HeartbeatLans
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// Watches streams while they may be lost, and wakes them.
final class StreamPrompter {
    /// Doublings that are taken back: 200 ms become a minute in eight.
    private static let doublings = 8
    /// The other host moves at about the same time, and its answer may have been lost.
    private static let pauses: [Duration] = [.zero, .milliseconds(100), .milliseconds(500)]
    /// More streams are not woken.
    private static let mostStreams = 512

    private let reactor: Reactor
    private var captures: [(addresses: Set<IPAddress>, capture: StreamCapture)] = []

    init(reactor: Reactor) {
        self.reactor = reactor
    }

    /// Listens to what is sent to these addresses from now on. What has been heard of them before is kept.
    func watch(_ suspects: [LanSuspect], on interfaces: [String: InterfaceEntry]) throws(SystemError) {
        let suspected = Set(suspects.flatMap(\.addresses))
        captures.removeAll { $0.addresses.isDisjoint(with: suspected) }
        let covered = captures.reduce(into: Set()) { $0.formUnion($1.addresses) }
        for suspect in suspects {
            let new = suspect.addresses.filter { !covered.contains($0) }
            guard !new.isEmpty, let interface = interfaces[suspect.network] else { continue }
            captures.append((Set(new), try StreamCapture(interface, to: new)))
        }
    }

    /// Wakes the streams of this host to addresses that have moved. Returns how many it found.
    func wake(streamsTo moved: Set<IPAddress>, of own: Set<IPAddress>) throws(SystemError) -> Int {
        let streams = captures.flatMap { $0.capture.streams() }
            .filter { moved.contains($0.destination) && own.contains($0.source) }.prefix(Self.mostStreams)
        guard !streams.isEmpty else { return 0 }
        let socket = try OwnedDescriptor.socket(
            family: AF_INET, type: SOCK_RAW, protocol: Int32(IPPROTO_ICMP), for: "waking streams")
        // It hears nothing: a set bit blocks (raw(7), ICMP_FILTER).
        socket.setIfPossible(255 /* SOL_RAW */, 1 /* ICMP_FILTER */, to: UInt32.max)
        for pause in Self.pauses {
            // The socket lives as long as the last round.
            reactor.after(pause) { for stream in streams { Self.tell(stream, over: socket) } }
        }
        return streams.count
    }

    private static func tell(_ stream: StreamPacket, over socket: OwnedDescriptor) {
        let message = unreachable(stream)
        for _ in 0..<doublings { _ = socket.send(message, to: SocketEndpoint(stream.source, port: 0)) }
    }

    /// RFC 792: type 3 (destination unreachable), code 1 (host), checksum, four bytes unused, the quote.
    static func unreachable(_ stream: StreamPacket) -> [UInt8] {
        var message: [UInt8] = [3, 1, 0, 0, 0, 0, 0, 0] + stream.quote
        let sum = InternetChecksum.of(message)
        message[2] = UInt8(sum >> 8)
        message[3] = UInt8(sum & 0xFF)
        return message
    }
}
