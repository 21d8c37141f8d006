// A road between the two nodes on which packets come late, out of order or twice. The kernel has a queue for this that not
// every kernel has, so the packets are taken at one port of the switch and put out at the other by a thread.

import CLinux
import Glibc
import HeartbeatModel

/// What happens to each IPv4 packet between the two nodes.
package struct Roughness: Hashable, Sendable {
    /// Each packet is held up for a time between these, drawn for each.
    package var delay: ClosedRange<Duration>
    /// Whether the switch carries it as well, so that it comes twice.
    package var keepsOriginal: Bool

    /// Every packet comes this much later, in order.
    package static func late(_ delay: Duration) -> Roughness { Roughness(delay: delay...delay, keepsOriginal: false) }
    /// Packets overtake each other.
    package static func shuffled(_ most: Duration) -> Roughness {
        Roughness(delay: .zero...most, keepsOriginal: false)
    }
    /// Every packet comes once more, a moment later.
    package static let twice = Roughness(delay: .milliseconds(1)...(.milliseconds(1)), keepsOriginal: true)
}

/// Carries packets until it is closed.
final class RoughRoad: Sendable {
    private let thread: WorkingThread

    /// - Parameters:
    ///   - switches: where the ports are.
    ///   - nodes: both, by number.
    ///   - seed: of the delays.
    init(_ roughness: Roughness, in switches: NetworkNamespace, between nodes: [LabNode], seed: UInt64) throws {
        let lanes = try Segment.always.flatMap { segment in
            try [0, 1].map { node in
                let port = segment.port(ofNode: node)
                return try switches.open("packet socket on \(port)") {
                    clinux_lab_packet_socket(Int32(if_nametoindex(port)), 3 /* ETH_P_ALL */)
                }
            }
        }
        let peers =
            [nodes[1].hardwareAddress, nodes[0].hardwareAddress]
            + [nodes[1], nodes[0]].map { $0.hardwareAddress(ofInterface: 1) }
        thread = try WorkingThread { stop in
            var traffic = Traffic(
                roughness: roughness, lanes: lanes, peers: peers, random: SplitMix64(seed: seed))
            while !awaitReadable(lanes + [stop], milliseconds: traffic.patience()).contains(stop) {
                traffic.take()
                traffic.deliver()
            }
            for lane in lanes { _ = Glibc.close(lane) }
        }
    }

    /// Ends the thread; what is on its way is lost. Once only.
    func close() {
        thread.close()
    }
}

/// The packets on their way.
private struct Traffic {
    var roughness: Roughness
    /// Sockets at the ports of the nodes 0 and 1 of each segment in turn.
    var lanes: [Int32]
    /// The hardware address at the other end of each.
    var peers: [HardwareAddress]
    var random: SplitMix64
    var packets: [(due: Moment, lane: Int32, frame: [UInt8])] = []

    /// Milliseconds until the next packet is due; −1 without one.
    func patience() -> Int32 {
        guard let next = packets.map(\.due).min() else { return -1 }
        return Int32(clamping: max(0, (next - Moment.now()).roundedMilliseconds))
    }

    mutating func take() {
        var moment: Int64 = 0
        var frame = [UInt8](repeating: 0, count: 2048)
        for (number, lane) in lanes.enumerated() {
            while true {
                let count = clinux_lab_receive(lane, &frame, frame.count, &moment)
                guard count > 0 else { break }
                guard Self.isMeant(for: peers[number], frame[..<count]) else { continue }
                let (least, most) = (roughness.delay.lowerBound, roughness.delay.upperBound)
                let delay = least + (most - least) * Double.random(in: 0...1, using: &random)
                packets.append((Moment(nanoseconds: moment) + delay, lanes[number ^ 1], Self.whole(frame[..<count])))
            }
        }
    }

    mutating func deliver() {
        let now = Moment.now()
        for packet in packets.filter({ $0.due <= now }).sorted(by: { $0.due < $1.due }) {
            _ = write(packet.lane, packet.frame, packet.frame.count)
        }
        packets.removeAll { $0.due <= now }
    }

    /// Without the checksum of UDP, which the sender has left to its network card; one of zero is none (RFC 768).
    private static func whole(_ frame: ArraySlice<UInt8>) -> [UInt8] {
        var frame = Array(frame)
        let udp = 14 + Int(frame[14] & 0x0F) * 4
        if frame.count >= udp + 8, frame[23] == 17 { frame.replaceSubrange(udp + 6..<udp + 8, with: [0, 0]) }
        return frame
    }

    /// IPv4 to everybody or to the other node; what is the client's goes the usual way.
    private static func isMeant(for peer: HardwareAddress, _ frame: ArraySlice<UInt8>) -> Bool {
        guard frame.count >= 34, frame[12] == 0x08, frame[13] == 0x00 else { return false }
        return frame[0] & 1 == 1 || frame[..<6].elementsEqual(peer.bytes)
    }
}
