import CLinux
import Glibc
import HeartbeatModel
import Testing

@testable import HeartbeatFormats

private let brief = Duration.milliseconds(150)

/// Every kind of question to somebody who answers, to nobody, to somebody who answers wrongly, and from where it cannot be
/// asked.
@Suite(.serialized, .enabled(if: TestNetwork.isAvailable))
struct PathProberTests {
    let node = ProbingNode()

    /// The address at the other end, and the one there that nobody has.
    static let hosts = [("10.77.0.2", "10.77.0.9"), ("fd77::2", "fd77::9")]

    private static func kinds(_ host: String, port: UInt16) -> [PathProbe.Kind] {
        [
            .icmp(host: host), .udpEcho(host: host, port: port), .tcp(host: host, port: port),
            .dns(server: host, port: port, name: "example.org"), .http(host: host, port: port, path: "/"),
            .neighbour(address: host),
        ]
    }

    @Test("Who answers is heard, over whatever the question must go", arguments: hosts.map(\.0))
    func answered(host: String) {
        let isIPv6 = host.contains(":")
        let echo = FakeServer(udp: node.other, isIPv6: isIPv6) { $0 }
        let listener = FakeServer(tcp: node.other, isIPv6: isIPv6, nil)
        let names = FakeServer(udp: node.other, isIPv6: isIPv6) { query in
            var answer = query
            answer[2] |= 0x80
            return answer
        }
        let web = FakeServer(tcp: node.other, isIPv6: isIPv6, "HTTP/1.1 200 OK\r\n\r\nhello")
        defer { [echo, listener, names, web].forEach { $0.stop() } }
        let ways: [(inout PathProbe) -> Void] = [
            { $0.device = "hba" },
            { probe in
                (probe.device, probe.source, probe.mark) = ("hba", isIPv6 ? "fd77::1" : "10.77.0.1", 7)
            },
        ]
        for way in ways {
            #expect(node.ask(.icmp(host: host), way)?.text == "answered")
            #expect(node.ask(.udpEcho(host: host, port: echo.port), way)?.text == "answered")
            #expect(node.ask(.tcp(host: host, port: listener.port), way)?.text == "answered")
            #expect(node.ask(.dns(server: host, port: names.port, name: "example.org"), way)?.text == "answered")
            #expect(node.ask(.http(host: host, port: web.port, path: "/status"), way)?.text == "answered")
            #expect(node.ask(.neighbour(address: host), way)?.text == "answered")
        }
        #expect(node.ask(.icmp(host: host))?.text == "answered")
        #expect(node.ask(.tcp(host: host, port: listener.port))?.text == "answered")
    }

    @Test("What vanishes is missed when its time has passed", arguments: hosts.map(\.1))
    func blackHole(host: String) {
        for kind in Self.kinds(host, port: 9) {
            let answer = node.ask(kind, timeout: brief) { $0.device = "hba" }
            #expect(answer?.text == "failed: no answer within 150 ms", "\(kind)")
        }
    }

    @Test("A port that nobody has is a failure at once", arguments: hosts.map(\.0))
    func refused(host: String) {
        for kind in Self.kinds(host, port: 9) {
            switch kind {
            case .icmp, .neighbour, .command, .partner: break
            case .udpEcho, .tcp, .dns, .http:
                let text = node.ask(kind)?.text ?? ""
                #expect(text.hasPrefix("failed: cannot ") && text.hasSuffix("Connection refused"), "\(kind): \(text)")
            }
        }
    }

    @Test("No way there is a failure, and said so", arguments: ["192.0.2.1", "2001:db8::1"])
    func unreachable(host: String) {
        for kind in Self.kinds(host, port: 9) {
            if case .neighbour = kind { continue }
            let text = node.ask(kind)?.text ?? ""
            #expect(
                text.hasPrefix("failed: cannot reach \(host)") && text.contains("Network is unreachable"), "\(text)")
        }
    }

    @Test("Without its interface or source address no question can be asked, which says nothing of the path")
    func notHere() {
        for (host, _) in Self.hosts {
            for kind in Self.kinds(host, port: 9) {
                let gone = node.ask(kind) { $0.device = "gone" }?.text ?? ""
                #expect(gone.hasPrefix("unknown: cannot ") && gone.contains("No such device"), "\(kind): \(gone)")
                if case .neighbour = kind { continue }
                let source = host.contains(":") ? "fd77::77" : "10.77.0.77"
                let stranger = node.ask(kind) { $0.source = source }?.text ?? ""
                #expect(
                    stranger.hasPrefix("unknown: cannot ") && stranger.contains("Cannot assign requested address"),
                    "\(kind): \(stranger)")
            }
        }
        #expect(node.ask(.neighbour(address: "10.77.0.2"))?.text.contains("name it with dev=") == true)
        #expect(
            node.ask(.neighbour(address: "127.0.0.1")) { $0.device = "lo" }?.text.contains("not an Ethernet") == true)
    }

    @Test("An interface that has vanished is unknown, and asked again when it is back under its name")
    func vanished() {
        var probe = PathProbe(name: "p", kind: .icmp(host: "10.77.0.2"))
        (probe.device, probe.interval, probe.timeout) = ("hba", .milliseconds(50), .milliseconds(50))
        node.adopt([probe])
        #expect(eventually { node.answers().last == .answered })
        node.network.run("ip link del hba")
        #expect(eventually { node.answers().last?.text.hasPrefix("unknown: ") == true })
        node.network.connect("hba", host: 1, to: node.other, "far", host: 2)
        #expect(eventually { node.answers().last == .answered })
    }

    @Test("What comes back must be what was sent")
    func wrongEcho() {
        let liar = FakeServer(udp: node.other) { bytes in bytes.reversed() }
        defer { liar.stop() }
        let answer = node.ask(.udpEcho(host: "10.77.0.2", port: liar.port), timeout: brief)
        #expect(answer?.text == "failed: no answer within 150 ms; something else came back than was sent")
        let mute = FakeServer(udp: node.other) { _ in [] }
        defer { mute.stop() }
        let nothing = node.ask(.udpEcho(host: "10.77.0.2", port: mute.port))
        #expect(nothing?.text == "failed: an empty datagram came")
    }

    @Test("An echo reply with another identifier, sequence or payload is none", arguments: [4, 7, 12])
    func wrongReply(offset: Int) {
        node.other.run("echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all")
        let station = FakeStation(in: node.other, "far", ethertype: 0x0800) { Self.icmpReply(to: $0, harmedAt: offset) }
        defer { station.stop() }
        let answer = node.ask(.icmp(host: "10.77.0.2"), timeout: brief)
        #expect(answer?.text.hasPrefix("failed: no answer within 150 ms") == true)
        let honest = FakeStation(in: node.other, "far", ethertype: 0x0800) { Self.icmpReply(to: $0, harmedAt: nil) }
        defer { honest.stop() }
        #expect(node.ask(.icmp(host: "10.77.0.2"))?.text == "answered")
    }

    /// The frame of a reply; one byte of its ICMP message, counted from its type, is another than it should be.
    private static func icmpReply(to frame: [UInt8], harmedAt offset: Int?) -> [UInt8]? {
        guard frame.count > 42, frame[23] == 1, frame[34] == 8 else { return nil }
        var message = Array(frame[34...])
        message[0] = 0
        if let offset { message[offset] ^= 1 }
        (message[2], message[3]) = (0, 0)
        let sum = InternetChecksum.of(message)
        (message[2], message[3]) = (UInt8(sum >> 8), UInt8(sum & 0xFF))
        // Stations and addresses change places; neither changes the header's checksum.
        return Array(frame[6..<12] + frame[0..<6] + frame[12..<26] + frame[30..<34] + frame[26..<30]) + message
    }

    @Test("A neighbour that answers for another address is none")
    func wrongNeighbour() {
        let station = FakeStation(in: node.other, "far", ethertype: ArpPacket.ethertype) { frame in
            guard let request = ArpPacket(Array(frame[14...])), request.operation == .request else { return nil }
            let own = Array(frame[6..<12])
            let reply = ArpPacket(
                .reply, senderStation: own, sender: IPAddress("10.77.0.8")!, targetStation: own, target: request.sender)
            return own + own + [0x08, 0x06] + reply.bytes
        }
        defer { station.stop() }
        let answer = node.ask(.neighbour(address: "10.77.0.7"), timeout: brief) { $0.device = "hba" }
        #expect(answer?.text == "failed: no answer within 150 ms")
    }

    @Test(
        "An advertisement that has crossed a router, is harmed or was not asked for is none",
        arguments: [255, 254, 0, 1])
    func wrongAdvertisement(hopLimit: UInt8) {
        node.network.run("ip -6 route add fd77::7/128 dev hba")
        let answer = node.ask(.neighbour(address: "fd77::7"), timeout: hopLimit == 255 ? .seconds(30) : brief) {
            probe in
            probe.device = "hba"
            _ = startStation(hopLimit)
        }
        #expect(
            answer?.text == (hopLimit == 255 ? "answered" : "failed: no answer within 150 ms")
                || (hopLimit < 2 && answer?.text.contains("that is no answer") == true), "\(answer?.text ?? "")")
    }

    /// 0 stands for one with a wrong checksum, 1 for one without the flag of an answer.
    private func startStation(_ hopLimit: UInt8) -> FakeStation {
        FakeStation(in: node.other, "far", ethertype: NeighbourPacket.ethertype) { frame in
            guard let asked = NeighbourPacket(Array(frame[14...])), asked.message[0] == NeighbourPacket.solicitation
            else {
                return nil
            }
            let own = Array(frame[6..<12])
            let target = Array(asked.message[8..<24])
            let message = [NeighbourPacket.advertisement, 0, 0, 0, hopLimit == 1 ? 0x20 : 0x60, 0, 0, 0] + target
            var bytes = NeighbourPacket(
                source: IPAddress(bytes: target)!, destination: asked.source, message: message + [2, 1] + own
            ).bytes
            if hopLimit >= 254 { bytes[7] = hopLimit }
            if hopLimit == 0 { bytes[42] ^= 1 }
            return own + own + [0x86, 0xDD] + bytes
        }
    }

    @Test(
        "What a server says counts as far as it says that it works",
        arguments: [
            ("HTTP/1.0 204 No Content\r\n", "answered"), ("HTTP/1.1 302 Found\r\n", "answered"),
            ("HTTP/1.1 503 Service Unavailable\r\n", "failed: the server answers with status 503"),
            ("SSH-2.0-OpenSSH\r\n", "failed: what comes is not HTTP"),
            ("HTTP/1.1 2", "failed: the connection ends before there is an answer"),
        ])
    func http(words: String, expected: String) {
        let server = FakeServer(tcp: node.other, words)
        defer { server.stop() }
        #expect(node.ask(.http(host: "10.77.0.2", port: server.port, path: "/"))?.text == expected)
    }

    @Test("A server that accepts and then is silent does not answer")
    func silentServer() {
        let server = FakeServer(tcp: node.other, nil)
        defer { server.stop() }
        let answer = node.ask(.http(host: "10.77.0.2", port: server.port, path: "/"), timeout: brief)
        #expect(answer?.text == "failed: no answer within 150 ms; it is connected")
    }

    @Test(
        "A name server that cannot or will not answer fails; that there is no such name is an answer",
        arguments: [
            (0, "answered"), (3, "answered"), (2, "failed: the name server answers SERVFAIL"),
            (5, "failed: the name server answers REFUSED"),
        ] as [(UInt8, String)])
    func dns(code: UInt8, expected: String) {
        let server = FakeServer(udp: node.other) { query in
            var answer = query
            answer[2] |= 0x80
            answer[3] = code
            return answer
        }
        defer { server.stop() }
        #expect(node.ask(.dns(server: "10.77.0.2", port: server.port, name: "example.org"))?.text == expected)
    }

    @Test("A name is looked up without anybody waiting; one that is none says nothing of the path")
    func names() {
        let server = FakeServer(tcp: node.network, nil)
        defer { server.stop() }
        #expect(node.ask(.tcp(host: "localhost", port: server.port)) { $0.source = "127.0.0.1" }?.text == "answered")
        let text = node.ask(.icmp(host: "no-such-host.invalid"))?.text ?? ""
        #expect(text.hasPrefix("unknown: cannot resolve no-such-host.invalid"))
        #expect(node.ask(.dns(server: "10.77.0.2", port: 53, name: "a..b"))?.text == "unknown: a..b is no name of DNS")
        #expect(node.ask(.icmp(host: "10.77.0.2")) { $0.source = "here" }?.text == "unknown: source here is no address")
    }
}
