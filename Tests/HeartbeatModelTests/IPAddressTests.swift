// Addresses as text and as numbers: the text against the C library, the networks against what is known of them.

import Glibc
import HeartbeatModel
import Testing

struct IPAddressTests {
    @Test(
        "Addresses are read and written",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("2001:DB8:0:0::1", "2001:db8::1"), ("::", "::"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("::1", "::1"), ("1::", "1::"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("::192.0.2.1", "::192.0.2.1"), ("::2:3", "::0.2.0.3"),
        ])
    func valid(text: String, written: String) {
        #expect(IPAddress(text)?.description == written)
    }

    @Test("Text is read and written as the C library does")
    func likeTheLibrary() {
        for _ in 0..<2000 {
            // Zeros are frequent, so that gaps of every kind come up.
            let bytes = (0..<(Bool.random() ? 4 : 16)).map { _ in
                Int.random(in: 0..<3) > 0 ? 0 : UInt8.random(in: 0...(.max))
            }
            let family = bytes.count == 4 ? AF_INET : AF_INET6
            var room = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            inet_ntop(family, bytes, &room, socklen_t(room.count))
            let text = String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            #expect(IPAddress(bytes: bytes)?.description == text)
            #expect(IPAddress(text)?.bytes == bytes)
        }
    }

    @Test(
        "What is no address is refused",
        arguments: ["", "192.0.2", "192.0.2.256", "192.0.2.1%eth0", "host", ":::", "%eth0", "1.2.3.4 "])
    func invalid(text: String) {
        #expect(IPAddress(text) == nil)
        #expect(IPAddress(droppingZoneOf: text) == nil)
    }

    @Test("A zone is dropped where the interface is named beside it")
    func zone() {
        #expect(IPAddress("fe80::1%eth0") == nil)
        #expect(IPAddress(droppingZoneOf: "fe80::1%eth0") == IPAddress("fe80::1"))
        #expect(IPAddress(droppingZoneOf: "192.0.2.1") == IPAddress("192.0.2.1"))
    }

    @Test(
        "Networks contain what agrees in their first bits",
        arguments: [
            ([10, 0, 0, 1], [10, 0, 0, 254], 24, true), ([10, 0, 0, 1], [10, 0, 1, 1], 24, false),
            ([10, 0, 0, 1], [10, 0, 1, 1], 23, true), ([10, 0, 0, 1], [11, 0, 0, 1], 7, true),
            ([10, 0, 0, 1], [200, 1, 1, 1], 0, true), ([10, 0, 0, 1], [10, 0, 0, 1], 32, true),
            ([10, 0, 0, 1], [10, 0, 0, 0], 32, false), ([10, 0, 0, 1], [10, 0, 0, 2], 31, false),
        ] as [([UInt8], [UInt8], Int, Bool)])
    func matches(one: [UInt8], other: [UInt8], bits: Int, expected: Bool) throws {
        let (one, other) = (try #require(IPAddress(bytes: one)), try #require(IPAddress(bytes: other)))
        #expect(one.isInNetwork(of: other, bits: bits) == expected)
    }

    @Test(
        "Broadcast addresses",
        arguments: [
            ([10, 1, 2, 3], 24, [10, 1, 2, 255]), ([10, 1, 2, 3], 9, [10, 127, 255, 255]),
            ([10, 1, 2, 3], 30, [10, 1, 2, 3]), ([10, 1, 2, 3], 31, nil), ([10, 1, 2, 3], 32, nil),
        ] as [([UInt8], Int, [UInt8]?)])
    func broadcast(address: [UInt8], bits: Int, expected: [UInt8]?) {
        #expect(IPAddress(bytes: address)?.broadcast(bits: bits)?.bytes == expected)
    }

    @Test("Hosts of a network, and networks of IPv6")
    func networks() throws {
        let address = try #require(IPAddress("192.0.2.130"))
        #expect(!address.isInNetwork(of: .any(isIPv6: true), bits: 0))
        #expect(address.lastOfNetwork(bits: 32) == address && address.lastOfNetwork(bits: 0) == IPAddress(.max))
        #expect(address.host(inNetworkOf: 25) == 2 && address.host(inNetworkOf: 32) == 0)
        let other = try #require(IPAddress("fe80::1:2"))
        #expect(other.isInNetwork(of: try #require(IPAddress("fe80::1:3")), bits: 127) && other.isLinkLocal)
        #expect(!other.isInNetwork(of: try #require(IPAddress("fe80::1:3")), bits: 128))
        #expect(other.broadcast(bits: 64) == nil && other.host(inNetworkOf: 64) == 0x1_0002)
    }

    @Test("Netmasks are addresses with all their ones in front")
    func netmasks() {
        for bits in 0...32 {
            let mask = IPAddress(bits == 0 ? 0 : UInt32.max << UInt32(32 - bits))
            #expect(mask.netmaskLength == bits)
        }
        #expect(IPAddress(0xFF00_FF00).netmaskLength == nil && IPAddress.any(isIPv6: true).netmaskLength == nil)
    }
}
