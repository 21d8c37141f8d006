import HeartbeatModel
import Testing

@testable import HeartbeatAddresses
@testable import HeartbeatFormats

/// What an ill-meaning or broken kernel could send: none of it may end the process.
struct NetlinkMessageTests {
    /// A list of one interface and two addresses, and an error, as datagrams of the kernel's.
    static let samples: [[UInt8]] = {
        var link = NetlinkRequest(
            Netlink.newLink, flags: 0,
            body: [0, 0] + hostBytes(UInt16(1)) + hostBytes(UInt32(7)) + hostBytes(UInt32(0x1003))
                + hostBytes(UInt32(0)))
        link.append(3, Array("eth0".utf8) + [0])
        link.append(1, [2, 0, 0, 0, 0, 1])
        let options = [UInt8](repeating: 0, count: 19 * 4) + hostBytes(UInt32(1))
        link.append(
            26,
            NetlinkRequest.attribute(2, NetlinkRequest.attribute(1, options))
                + NetlinkRequest.attribute(10, NetlinkRequest.attribute(2, hostBytes(UInt32(1)))))
        var ipv4 = NetlinkRequest(Netlink.newAddress, flags: 0, body: [2, 24, 0, 0] + hostBytes(UInt32(7)))
        ipv4.append(1, [10, 0, 0, 1])
        ipv4.append(2, [10, 0, 0, 1])
        ipv4.append(4, [10, 0, 0, 255])
        ipv4.append(3, Array("eth0:1".utf8) + [0])
        ipv4.append(8, hostBytes(UInt32(0x81)))
        var ipv6 = NetlinkRequest(Netlink.deleteAddress, flags: 0, body: [10, 64, 0x40, 0] + hostBytes(UInt32(7)))
        ipv6.append(1, [0xFD] + [UInt8](repeating: 0, count: 14) + [1])
        let refused = NetlinkRequest(
            Netlink.error, flags: Netlink.capped | Netlink.hasAttributes,
            body: hostBytes(Int32(-13)) + [UInt8](repeating: 0, count: 16)
                + NetlinkRequest.attribute(1, Array("no".utf8) + [0]))
        var route = NetlinkRequest(
            Netlink.newRoute, flags: 0, body: [2, 28, 0, 0, 254, 2, 253, 1] + hostBytes(UInt32(0)))
        route.append(4, hostBytes(UInt32(7)))
        route.append(5, [10, 0, 0, 254])
        return [link, ipv4, ipv6, refused, route].enumerated().map { number, request in
            var datagram: [UInt8] = []
            request.write(to: &datagram, sequence: UInt32(number + 1))
            return datagram
        }
    }()

    private static func understand(_ datagram: [UInt8]) -> Int {
        var understood = 0
        for message in NetlinkMessage.all(in: datagram) {
            if InterfaceEntry(message) != nil { understood += 1 }
            if AddressEntry(message) != nil { understood += 1 }
            if RouteToAddress(message) != nil { understood += 1 }
            _ = NextHop.all(in: message)
            if NetlinkAnswer(message) != nil { understood += 1 }
            _ = AddressNews(message)
        }
        return understood
    }

    @Test("An interface, an address, an error and a route are read")
    func understood() throws {
        let messages = Self.samples.flatMap { NetlinkMessage.all(in: $0) }
        #expect(messages.map(\.sequence) == [1, 2, 3, 4, 5])
        let link = try #require(InterfaceEntry(messages[0]))
        #expect(link.name == "eth0" && link.index == 7 && link.isUp && !link.isLoopback)
        #expect(link.station == [2, 0, 0, 0, 0, 1] && link.hardwareType == 1)
        #expect(link.promotesSecondaries && link.forwardsIPv6)
        let ipv4 = try #require(AddressEntry(messages[1]))
        #expect(
            ipv4.address == IPAddress("10.0.0.1") && ipv4.prefixLength == 24 && ipv4.label == "eth0:1"
                && ipv4.isSecondary)
        let ipv6 = try #require(AddressEntry(messages[2]))
        #expect(ipv6.address.isIPv6 && ipv6.prefixLength == 64 && !ipv6.isUsable)
        let answer = try #require(NetlinkAnswer(messages[3]))
        #expect(answer.code == 13 && answer.explanation == "no")
        #expect(RouteToAddress(messages[4])?.prefixLength == 28)
    }

    @Test("The news are of what goes, not of what comes")
    func news() throws {
        let news = Self.samples.flatMap { NetlinkMessage.all(in: $0) }.map(AddressNews.init)
        #expect(news == [nil, nil, .removed(try #require(IPAddress("fd00::1"))), nil, nil])
    }

    @Test("A datagram cut off anywhere is understood up to there, or not at all")
    func truncated() {
        for sample in Self.samples {
            #expect(Self.understand(sample) == 1)
            for length in 0..<sample.count { #expect(Self.understand(Array(sample[..<length])) == 0) }
        }
    }

    @Test("Lengths inside a message are not believed")
    func lengths() {
        for sample in Self.samples {
            for offset in stride(from: 0, to: sample.count - 1, by: 2) {
                for value in [0, 1, 3, 4, 5, 0x7FFF, 0xFFFF] as [UInt16] {
                    var changed = sample
                    changed.replaceSubrange(offset..<offset + 2, with: hostBytes(value))
                    #expect(Self.understand(changed) <= 2)
                }
            }
        }
    }

    @Test("Random bytes and randomly changed messages are harmless", arguments: 0..<4)
    func fuzzed(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var understood = 0
        for round in 0..<5000 {
            var datagram = Self.samples.randomElement(using: &random)!
            if round % 4 == 0 {
                datagram = (0..<Int.random(in: 0...300, using: &random)).map { _ in .random(in: 0...255, using: &random)
                }
            }
            for _ in 0..<Int.random(in: 1...6, using: &random) where !datagram.isEmpty {
                datagram[Int.random(in: 0..<datagram.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            understood += Self.understand(datagram)
        }
        // Changes of values leave messages that are understood.
        #expect(understood > 0)
    }
}
