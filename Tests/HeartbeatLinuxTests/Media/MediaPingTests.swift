import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatFormats
@testable import HeartbeatMedia

/// A probe on a loop, with what it was told.
private final class Prober: @unchecked Sendable {
    let loop: LoopThread
    private(set) var replies: [(payload: String, host: String)] = []
    private(set) var events: [MediumEvent] = []
    private var probe: PingProbe!

    init(_ node: PingNode, identifier: UInt16 = 77, in network: TestNetwork) {
        loop = LoopThread(in: network)
        probe = loop.on { [unowned self] reactor in
            let probe = PingProbe(node, identifier: identifier, reactor: reactor, retryDelay: .milliseconds(50))
            probe.onReply = { self.replies.append((String(decoding: $0, as: UTF8.self), $1)) }
            probe.onEvent = { self.events.append($0) }
            probe.open()
            return probe
        }
    }

    func send(_ text: String) {
        loop.on { [probe] _ in probe!.probe(Array(text.utf8)) }
    }

    func send(_ text: String, until condition: @escaping (Prober) -> Bool) -> Bool {
        eventually {
            send(text)
            return loop.on { _ in condition(self) }
        }
    }

    func stop() {
        loop.on { [probe] _ in probe!.close() }
        loop.stop()
    }
}

private func node(_ hosts: String..., isIPv6: Bool = false) -> PingNode {
    PingNode(name: NodeName(hosts[0]), hosts: hosts, isGroup: hosts.count > 1, isIPv6: isIPv6)
}

@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct MediaPingTests {
    let network = TestNetwork()

    @Test(
        "The payload comes back with the host that answered",
        arguments: [node("127.0.0.1"), node("localhost"), node("::1", isIPv6: true)])
    func echo(node: PingNode) {
        let prober = Prober(node, in: network)
        defer { prober.stop() }
        #expect(prober.send("###\nmessage") { !$0.replies.isEmpty })
        #expect(prober.loop.on { _ in prober.replies.allSatisfy { $0 == ("###\nmessage", node.hosts[0]) } })
        #expect(prober.loop.on { _ in prober.events.isEmpty })
    }

    @Test("Every host of a group that answers is reported; one that is unreachable costs nothing")
    func group() {
        let prober = Prober(node("192.0.2.1", "127.0.0.2", "127.0.0.3"), in: network)
        defer { prober.stop() }
        prober.send("hello")
        #expect(eventually { prober.loop.on { _ in prober.replies.count >= 2 } })
        #expect(prober.loop.on { _ in prober.replies.map(\.host).sorted() } == ["127.0.0.2", "127.0.0.3"])
        #expect(prober.loop.on { _ in prober.events.isEmpty })
    }

    @Test("Replies to another program are not ours, even with the same identifier and sequence")
    func foreignReplies() {
        let mine = Prober(node("127.0.0.1"), in: network)
        let twin = Prober(node("127.0.0.1"), in: network)
        let other = Prober(node("127.0.0.1"), identifier: 78, in: network)
        defer { [mine, twin, other].forEach { $0.stop() } }
        for round in 0..<20 {
            mine.send("mine \(round)")
            twin.send("twin \(round)")
            other.send("mine \(round)")
        }
        #expect(mine.send("last") { $0.replies.contains { $0.payload == "last" } })
        let payloads = mine.loop.on { _ in mine.replies.map(\.payload) }
        #expect(payloads.allSatisfy { $0.hasPrefix("mine ") || $0 == "last" })
        #expect(payloads.filter { $0 == "mine 3" }.count == 1)
    }

    @Test("A name without an address is reported once, and the rest of the group is asked")
    func unresolved() {
        let prober = Prober(node("no-such-host.invalid", "127.0.0.1"), in: network)
        defer { prober.stop() }
        #expect(prober.send("x") { !$0.replies.isEmpty && !$0.events.isEmpty })
        #expect(prober.loop.on { _ in prober.replies.allSatisfy { $0.host == "127.0.0.1" } })
        #expect(prober.loop.on { _ in prober.events.count } == 1)
    }

    @Test("An address of the wrong version is an error, not a crash")
    func wrongVersion() {
        let prober = Prober(node("127.0.0.1", isIPv6: true), in: network)
        defer { prober.stop() }
        #expect(prober.send("x") { !$0.events.isEmpty })
        #expect(prober.loop.on { _ in prober.replies.isEmpty })
    }
}

struct IcmpEchoTests {
    @Test("An IPv4 request carries a checksum that verifies, an IPv6 one leaves it to the kernel")
    func request() {
        let echo = IcmpEcho(identifier: 0x1234, sequence: 0xABCD, payload: Array("odd".utf8))
        let packet = echo.request(isIPv6: false)
        #expect(packet[..<2] == [8, 0] && packet[4...] == [0x12, 0x34, 0xAB, 0xCD, 0x6F, 0x64, 0x64])
        #expect(InternetChecksum.of(packet) == 0)
        #expect(echo.request(isIPv6: true)[..<4] == [128, 0, 0, 0])
    }

    @Test(
        "The checksum of RFC 1071, section 3",
        arguments: [([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7], 0x220D), ([], 0xFFFF), ([0xFF], 0x00FF)]
            as [([UInt8], UInt16)])
    func checksum(bytes: [UInt8], sum: UInt16) {
        #expect(InternetChecksum.of(bytes) == sum)
    }

    private static let header: [UInt8] = [0x46] + [UInt8](repeating: 7, count: 23)

    @Test("A reply is read behind an IP header of any length")
    func reply() {
        let reply: [UInt8] = [0, 0, 9, 9, 1, 2, 3, 4, 5]
        let expected = IcmpEcho(identifier: 0x0102, sequence: 0x0304, payload: [5])
        #expect(IcmpEcho(reply: Self.header + reply, isIPv6: false, hasIPHeader: true) == expected)
        #expect(IcmpEcho(reply: reply, isIPv6: false, hasIPHeader: false) == expected)
        #expect(IcmpEcho(reply: [129] + reply[1...], isIPv6: true, hasIPHeader: false) == expected)
    }

    @Test("Anything shorter or else is not a reply")
    func noReply() {
        let reply = Self.header + [0, 0, 9, 9, 1, 2, 3, 4]
        for length in 0..<reply.count {
            #expect(IcmpEcho(reply: Array(reply[..<length]), isIPv6: false, hasIPHeader: true) == nil)
        }
        for (offset, value) in [(0, 0x65), (0, 0x44), (24, 8), (24, 3), (25, 1)] as [(Int, UInt8)] {
            var other = reply
            other[offset] = value
            #expect(IcmpEcho(reply: other, isIPv6: false, hasIPHeader: true) == nil)
        }
    }
}
