import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatFormats
@testable import HeartbeatSystem

struct PathAnswerTests {
    @Test(
        "That there is no way is a failure; what keeps this node from asking says nothing of the path",
        arguments: [
            (ENETUNREACH, true), (EHOSTUNREACH, true), (ECONNREFUSED, true), (ENETDOWN, true), (ETIMEDOUT, true),
            (ECONNRESET, true), (ENODEV, false), (EADDRNOTAVAIL, false), (ENOBUFS, false), (EAGAIN, false),
            (EMFILE, false), (ENFILE, false), (ENOMEM, false), (EPERM, false), (EACCES, false), (EINVAL, false),
        ])
    func codes(code: Int32, isFailure: Bool) {
        let error = SystemError(.send, "the way to 10.0.0.1", code: code)
        #expect(PathAnswer(error) == (isFailure ? .failed("\(error)") : .unknown("\(error)")))
        // An error of a name server may have the number of any other.
        let lookup = SystemError(.resolve, "host", code: code)
        #expect(PathAnswer(lookup) == .unknown("\(lookup)"))
    }
}

struct DnsQueryTests {
    private static let query = DnsQuery("example.org", isIPv6: false, identifier: 0x1234)!

    @Test("The question is that of RFC 1035")
    func bytes() {
        let expected: [UInt8] =
            [0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7] + Array("example".utf8) + [3] + Array("org".utf8)
            + [0, 0, 1, 0, 1]
        #expect(Self.query.bytes == expected)
        #expect(DnsQuery("example.org.", isIPv6: false, identifier: 0x1234) == Self.query)
        #expect(DnsQuery("example.org", isIPv6: true, identifier: 0)?.bytes.suffix(4) == [0, 28, 0, 1])
        #expect(DnsQuery(".", isIPv6: false, identifier: 0)?.bytes.count == 12 + 5)
    }

    @Test(
        "What is no name is not asked for",
        arguments: [
            "", "a..b", ".a", "..", String(repeating: "x", count: 64), String(repeating: "a.", count: 127) + "a",
        ])
    func noName(name: String) {
        #expect(DnsQuery(name, isIPv6: false, identifier: 0) == nil)
    }

    private static func answer(_ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
        var bytes = query.bytes
        bytes[2] |= 0x80
        change(&bytes)
        return bytes
    }

    @Test("Only an answer to this very question is one")
    func verdicts() {
        #expect(Self.query.verdict(on: Self.answer()) == .answer)
        #expect(
            Self.query.verdict(on: Self.answer { $0 += [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4] })
                == .answer)
        #expect(Self.query.verdict(on: Self.answer { $0[13] = UInt8(ascii: "E") }) == .answer)
        #expect(Self.query.verdict(on: Self.answer { $0[3] = 0x83 }) == .answer)
        #expect(Self.query.verdict(on: Self.answer { $0[3] = 0x82 }) == .refused("SERVFAIL"))
        #expect(Self.query.verdict(on: Self.answer { $0[3] = 5 }) == .refused("REFUSED"))
        // A refusal may come without the question, an answer may not.
        #expect(
            Self.query.verdict(
                on: Self.answer {
                    $0[3] = 5; $0[5] = 0; $0.removeLast(17)
                }) == .refused("REFUSED"))
        #expect(
            Self.query.verdict(
                on: Self.answer {
                    $0[5] = 0; $0.removeLast(17)
                }) == .foreign)
        #expect(Self.query.verdict(on: Self.query.bytes) == .foreign)
        for offset in [0, 1, 5, 12, 14, 23, 25, 27] {
            #expect(Self.query.verdict(on: Self.answer { $0[offset] ^= 0x03 }) == .foreign, "\(offset)")
        }
        #expect(Self.query.verdict(on: Self.answer { $0[2] |= 0x10 }) == .foreign)
    }

    @Test("Whatever arrives is survived")
    func fuzz() {
        var generator = SplitMix64(seed: 1)
        for _ in 0..<20_000 {
            var bytes = Self.answer()
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            let cut = bytes.prefix(Int.random(in: 0...bytes.count, using: &generator))
            let verdict = Self.query.verdict(on: Array(cut))
            // What is too short to repeat the question can at most refuse.
            if cut.count < Self.query.bytes.count, verdict == .answer {
                #expect(cut[4] == 0 && cut[5] == 0 && cut[3] & 15 != 0)
            }
        }
    }
}

struct HttpExchangeTests {
    @Test("The request names the server as the operator does")
    func request() {
        let text = { (host: String, port: UInt16) in
            HttpExchange.request(host: host, port: port, path: "/a?b").map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(text("www.example.org", 80)?.hasPrefix("GET /a?b HTTP/1.0\r\nHost: www.example.org\r\n") == true)
        #expect(text("10.0.0.1", 8080)?.contains("\r\nHost: 10.0.0.1:8080\r\n") == true)
        #expect(text("fe80::1%eth0", 80)?.contains("\r\nHost: [fe80::1]\r\n") == true)
        #expect(text("10.0.0.1", 80)?.hasSuffix("\r\n\r\n") == true)
    }

    @Test("What would not stay in its line is refused", arguments: ["", "x", "/a b", "/a\r\nX: y", "/\u{7F}"])
    func refused(path: String) {
        #expect(HttpExchange.request(host: "h", port: 80, path: path) == nil)
        #expect(HttpExchange.request(host: "h\(path) ", port: 80, path: "/") == nil)
    }

    @Test(
        "The first line tells",
        arguments: [
            ("", nil), ("HTTP/1.1 200 OK", nil), ("HTTP/1.1 200 OK\n", "answered"),
            ("HTTP/1.0 399\r\nmore", "answered"),
            ("HTTP/2 200\n", "answered"), ("HTTP/1.1 400 \r\n", "failed: the server answers with status 400"),
            ("HTTP/1.1 20 OK\r\n", "failed: what comes is not HTTP"),
            ("HTTP/1.1 2000\n", "failed: what comes is not HTTP"),
            ("HTTP/1.1 099\n", "failed: what comes is not HTTP"), ("HTTP/ 200\n", "failed: what comes is not HTTP"),
            ("http/1.1 200\n", "failed: what comes is not HTTP"), ("\n", "failed: what comes is not HTTP"),
            (String(repeating: "x", count: 1023), nil),
            (String(repeating: "x", count: 1024), "failed: what comes is not HTTP"),
        ] as [(String, String?)])
    func status(received: String, expected: String?) {
        #expect(HttpExchange.answer(in: Array(received.utf8))?.text == expected)
    }

    @Test("Whatever arrives is survived, and decided when it is long enough")
    func fuzz() {
        var generator = SplitMix64(seed: 2)
        let good = Array("HTTP/1.1 200 OK\r\n".utf8)
        for _ in 0..<20_000 {
            var bytes = good
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            _ = HttpExchange.answer(in: Array(bytes.prefix(.random(in: 0...bytes.count, using: &generator))))
            let noise = (0..<HttpExchange.longestStatusLine).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if Bool.random(using: &generator) { continue }
            #expect(HttpExchange.answer(in: noise) != nil)
        }
    }
}

struct NeighbourPacketTests {
    private static let source = IPAddress("fe80::1")!
    private static let packet = NeighbourPacket(
        source: source, destination: IPAddress("fd77::2")!.solicitedNode,
        message: [135, 0, 0, 0, 0, 0, 0, 0] + IPAddress("fd77::2")!.bytes)

    @Test("What was written is read; anything harmed is not")
    func roundTrip() {
        let bytes = Self.packet.bytes
        #expect(Self.packet.destination == IPAddress("ff02::1:ff00:2"))
        #expect(NeighbourPacket.station(of: Self.packet.destination) == [0x33, 0x33, 0xFF, 0, 0, 2])
        #expect(NeighbourPacket(bytes) == Self.packet)
        // A frame may be padded.
        #expect(NeighbourPacket(bytes + [0, 0, 0]) == Self.packet)
        for length in 0..<bytes.count { #expect(NeighbourPacket(Array(bytes[..<length])) == nil) }
        // The flow label alone is in no checksum.
        for offset in bytes.indices where !(1...3).contains(offset) {
            var other = bytes
            other[offset] ^= 0x10
            #expect(NeighbourPacket(other) == nil, "\(offset)")
        }
    }

    @Test("So with ARP")
    func arp() {
        let packet = ArpPacket(
            .request, senderStation: [2, 0, 0, 0, 0, 1], sender: IPAddress("10.0.0.1")!,
            targetStation: ArpPacket.nobody,
            target: IPAddress("10.0.0.2")!)
        #expect(packet.bytes.count == 28)
        #expect(ArpPacket(packet.bytes) == packet)
        #expect(ArpPacket(packet.bytes + [UInt8](repeating: 0, count: 18)) == packet)
        for length in 0..<28 { #expect(ArpPacket(Array(packet.bytes[..<length])) == nil) }
        for offset in 0..<8 {
            var other = packet.bytes
            other[offset] ^= 0x40
            #expect(ArpPacket(other) == nil, "\(offset)")
        }
    }
}
