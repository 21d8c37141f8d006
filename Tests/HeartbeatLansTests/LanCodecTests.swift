// Packets as bytes: what comes back, what is refused, and that no damage is believed.

import HeartbeatModel
import HeartbeatWire
import Testing

@testable import HeartbeatLans

@Suite struct LanCodecTests {
    private static let keys = AuthenticationKeys(
        current: 2,
        keys: [
            AuthenticationKey(id: 1, method: .sha1, secret: Array("old".utf8)),
            AuthenticationKey(id: 2, method: .sha1, secret: Array("new".utf8)),
        ])

    private func packet(_ random: inout some RandomNumberGenerator) -> LanPacket {
        LanPacket(
            Bool.random(using: &random) ? .inquiry : .answer,
            from: HostIdentity(.random(in: 0...(.max), using: &random)),
            sequence: .random(in: 0...(.max), using: &random), interval: .random(in: 0...(.max), using: &random),
            addresses: (0..<Int.random(in: 0...LanCodec.mostAddresses, using: &random)).map { _ in
                IPAddress(.random(in: 0...(.max), using: &random))
            },
            hosts: (0..<Int.random(in: 0...LanCodec.mostHosts, using: &random)).map { _ in
                HostIdentity(.random(in: 0...(.max), using: &random))
            })
    }

    @Test func `the layout is as documented`() {
        let packet = LanPacket(
            .answer, from: HostIdentity(0x0102_0304_0506_0708), sequence: 0x1112_1314_1516_1718, interval: 1000,
            addresses: [IPAddress(0x0A00_0001)], hosts: [HostIdentity(0x2122_2324_2526_2728)])
        let expected: [UInt8] =
            Array("FLD".utf8) + [1, 2, 1, 0, 1] + [1, 2, 3, 4, 5, 6, 7, 8]
            + [0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18] + [0, 0, 3, 0xE8] + [10, 0, 0, 1]
            + [0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28]
        #expect(LanCodec(nil).encode(packet) == expected)
    }

    @Test func `packets come back, and fit into one frame of Ethernet`() throws {
        var random = SystemRandomNumberGenerator()
        for codec in [LanCodec(nil), LanCodec(Authentication(Self.keys))] {
            for _ in 0..<500 {
                let packet = packet(&random)
                let bytes = codec.encode(packet)
                #expect(bytes.count <= 1472)
                #expect(try codec.decode(bytes) == packet)
            }
        }
    }

    @Test func `no damaged packet is believed when it is signed, and none of either kind ends the program`() {
        var random = SystemRandomNumberGenerator()
        let signed = LanCodec(Authentication(Self.keys))
        let unsigned = LanCodec(nil)
        for _ in 0..<300 {
            let bytes = signed.encode(packet(&random))
            for _ in 0..<20 {
                var damaged = bytes
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    damaged[.random(in: 0..<damaged.count, using: &random)] ^=
                        1 << UInt8.random(in: 0..<8, using: &random)
                case 1: damaged.removeLast(.random(in: 1...damaged.count, using: &random))
                default: damaged.append(.random(in: 0...(.max), using: &random))
                }
                #expect(throws: LanCodec.Refusal.self) { try signed.decode(damaged) }
                _ = try? unsigned.decode(damaged)
            }
            let noise = (0..<Int.random(in: 0..<100)).map { _ in UInt8.random(in: 0...(.max)) }
            _ = try? unsigned.decode(noise)
        }
    }

    @Test func `who has keys believes only what is signed with one of them, who has none nothing signed`() throws {
        let packet = LanPacket(.inquiry, from: HostIdentity(1), sequence: 1, addresses: [])
        let signed = LanCodec(Authentication(Self.keys))
        var old = Self.keys
        old.current = 1
        #expect(try signed.decode(LanCodec(Authentication(old)).encode(packet)) == packet)
        #expect(throws: LanCodec.Refusal.unsigned) { try signed.decode(LanCodec(nil).encode(packet)) }
        #expect(throws: LanCodec.Refusal.unexpectedlySigned) { try LanCodec(nil).decode(signed.encode(packet)) }
        let other = AuthenticationKeys(
            current: 2, keys: [AuthenticationKey(id: 2, method: .sha1, secret: Array("other".utf8))])
        #expect(throws: LanCodec.Refusal.authentication(.badAuthentication)) {
            try signed.decode(LanCodec(Authentication(other)).encode(packet))
        }
    }

    @Test func `a prefix leads to the hosts of its network and to nobody else`() {
        let prefix = LanPrefix(IPAddress(0x0A01_0101), length: 24)
        #expect(prefix.leads(to: IPAddress(0x0A01_0102)))
        for other in [0x0A01_0101, 0x0A01_0100, 0x0A01_01FF, 0x0A01_0202] as [UInt32] {
            #expect(!prefix.leads(to: IPAddress(other)))
        }
        #expect(prefix.broadcast == IPAddress(0x0A01_01FF))
        #expect(prefix.overlaps(LanPrefix(IPAddress(0x0A01_0001), length: 16)))
        #expect(!prefix.overlaps(LanPrefix(IPAddress(0x0A01_0201), length: 24)))
    }
}
