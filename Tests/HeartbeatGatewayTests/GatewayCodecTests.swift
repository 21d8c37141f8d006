// Packets as bytes: the layout, what is refused and by which name, that no damage is believed, and that nothing is believed twice.

import HeartbeatModel
import HeartbeatWire
import Testing

@testable import HeartbeatGateway

@Suite struct GatewayCodecTests {
    private static func keys(_ secret: String = "secret") -> Authentication {
        Authentication(
            AuthenticationKeys(
                current: 1, keys: [AuthenticationKey(id: 1, method: .sha1, secret: Array(secret.utf8))]))
    }

    private static let codec = GatewayCodec(keys())
    private static let ticket = GatewayTicket(Generation(0x0102_0304_0506_0708), 0x1112_1314_1516_1718)

    private static func packet(_ message: GatewayMessage, generation: UInt64 = 3, sequence: UInt64 = 5) -> GatewayPacket
    {
        GatewayPacket(
            service: "fw", sender: GatewayRig.hosts[1], generation: Generation(generation), sequence: sequence,
            message: message)
    }

    private static let messages: [GatewayMessage] = [
        .serviceCheck(ticket, term: 6, interval: .seconds(10)),
        .serviceCheckReply(ticket, isWell: true, GatewayRig.table(of: "gwb", term: 2)),
        .serviceShutdown(GatewayRig.table(of: "gwb", term: 2, isServed: false)),
        .downstreamTakeover(Candidacy(ticket, term: 6, isLast: false)),
        .downstreamTakeoverDeny(CandidacyAnswer(ticket, isLast: false, .denied)),
        .upstreamTakeover(Candidacy(ticket, term: 6, isLast: true)),
        .upstreamTakeoverDeny(CandidacyAnswer(ticket, isLast: true, .granted)),
        .serviceTakeover(GatewayRig.table(of: "gwb", term: 2, version: 9)),
    ]

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.filter { $0 != " " }.compactMap { $0.hexDigitValue.map(UInt8.init) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// Generation, sequence, `fw`, and gwb with priority 20.
    private static let head = "0000000000000003 0000000000000005 026677 03677762 0014 040a000003 04cb007103"
    private static let ticketBytes = "0102030405060708 1112131415161718"
    private static let hostBytes =
        "03677761 001e 040a000002 04cb007102  03677762 0014 040a000003 04cb007103  03677763 000a 040a000004 04cb007104"
    private static let golden = [
        "01" + head + ticketBytes + "0000000000000006 00002710",
        "02" + head + ticketBytes + "01"
            + "0000000000000002 0000000000000001 0000000000000000 01 0014 03677762 03" + hostBytes,
        "03" + head + "0000000000000002 0000000000000001 0000000000000001 00 0014 03677762 03" + hostBytes,
        "04" + head + ticketBytes + "0000000000000006 00", "05" + head + ticketBytes + "00 00",
        "06" + head + ticketBytes + "0000000000000006 01", "07" + head + ticketBytes + "01 02",
        "08" + head + "0000000000000002 0000000000000001 0000000000000009 01 0014 03677762 03" + hostBytes,
    ]

    @Test func `the layout is as documented, and a token follows`() throws {
        for (message, expected) in zip(Self.messages, Self.golden) {
            let bytes = Self.codec.encode(Self.packet(message))
            let covered = Array("GWY".utf8) + [1] + Self.bytes(expected)
            #expect(bytes.prefix(covered.count) == covered[...], "\(message.name)")
            #expect(Array(bytes.dropFirst(covered.count)) == Self.keys().token(over: covered[...]))
            #expect(try Self.codec.decode(bytes) == Self.packet(message))
        }
    }

    @Test func `the messages are the eight of Table 1, on its sides`() {
        let down = Self.messages.filter { $0.isMeant(for: .down) }.map(\.name)
        let up = Self.messages.filter { $0.isMeant(for: .up) }.map(\.name)
        #expect(
            down == [
                "SVC_CHECK", "SVC_CHECK_REPLY", "SVC_SHUTDOWN", "DNSTR_TAKEOVER", "DNSTR_TAKEOVER_DENY", "SVC_TAKEOVER",
            ])
        #expect(up == ["UPSTR_TAKEOVER", "UPSTR_TAKEOVER_DENY", "SVC_TAKEOVER"])
    }

    @Test
    func `the longest table fits into a frame of Ethernet when names are not very long, and into a packet always`()
        throws
    {
        for (length, address, most) in [(48, IPAddress(1), 1472), (64, IPAddress("fd00::1") ?? IPAddress(1), 4096)] {
            let hosts = (0..<16).map { number in
                let name = "h\(number)" + String(repeating: "x", count: length - (number < 10 ? 2 : 3))
                return GatewayHost(NodeName(name), priority: UInt16(100 - number), down: address, up: address)
            }
            var table = StatusTable(initial: hosts)
            table.takeOver(hosts[0], term: 1, generation: Generation(1))
            let packet = GatewayPacket(
                service: String(repeating: "s", count: length), sender: hosts[0], generation: Generation(1),
                sequence: 1,
                message: .serviceCheckReply(Self.ticket, isWell: true, table))
            let bytes = Self.codec.encode(packet)
            #expect(bytes.count <= most)
            #expect(try Self.codec.decode(bytes) == packet)
        }
    }

    // MARK: - Refusals

    @Test func `another protocol version is refused by that name`() {
        var bytes = Self.codec.encode(Self.packet(Self.messages[0]))
        bytes[3] = 2
        var inbox = GatewayInbox(Self.codec)
        #expect(throws: GatewayRefusal.otherVersion(2)) { try inbox.open(bytes) }
        #expect(inbox.refused == [.otherVersion: 1])
        #expect(
            GatewayRefusal.otherVersion(2).description
                == "another protocol version (2, here it is 1): update the older of the two hosts")
    }

    @Test func `what is not signed with one of the keys is refused`() {
        let packet = Self.packet(Self.messages[3])
        let bytes = Self.codec.encode(packet)
        let token = Self.keys().token(over: [])
        #expect(throws: GatewayRefusal.unsigned) { try Self.codec.decode(Array(bytes.dropLast(token.count))) }
        #expect(throws: GatewayRefusal.authentication(.badAuthentication)) {
            try Self.codec.decode(GatewayCodec(Self.keys("another")).encode(packet))
        }
        #expect(throws: GatewayRefusal.notAPacket) { try Self.codec.decode(Array("FLD".utf8) + bytes.dropFirst(3)) }
    }

    @Test func `no damaged packet is believed, and none ends the program`() {
        var random = SplitMix64(seed: 1)
        for message in Self.messages {
            let bytes = Self.codec.encode(Self.packet(message))
            for count in 0..<bytes.count {
                #expect(throws: GatewayRefusal.self) { try Self.codec.decode(Array(bytes.prefix(count))) }
            }
            for bit in 0..<bytes.count * 8 {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(throws: GatewayRefusal.self) { try Self.codec.decode(damaged) }
            }
            for _ in 0..<200 {
                var damaged = bytes
                for _ in 0...Int.random(in: 0..<4, using: &random) {
                    damaged[.random(in: 4..<damaged.count, using: &random)] = .random(in: 0...(.max), using: &random)
                }
                if damaged != bytes { #expect(throws: GatewayRefusal.self) { try Self.codec.decode(damaged) } }
            }
        }
    }

    /// Whoever has the keys can sign anything: what it says must not end the program either.
    @Test func `noise that is signed is refused, or is a packet that is written the same way again`() {
        var random = SplitMix64(seed: 2)
        var accepted = 0
        for _ in 0..<5000 {
            var covered = Array("GWY".utf8) + [1]
            let golden = Self.bytes(Self.golden.randomElement(using: &random) ?? "")
            let isWhole = Bool.random(using: &random)
            covered += golden.prefix(isWhole ? golden.count : Int.random(in: 0...golden.count, using: &random))
            for _ in 0..<Int.random(in: 0..<6, using: &random) where covered.count > 4 {
                covered[.random(in: 4..<covered.count, using: &random)] = .random(in: 0...(.max), using: &random)
            }
            let bytes = covered + Self.keys().token(over: covered[...])
            guard let packet = try? Self.codec.decode(bytes) else { continue }
            accepted += 1
            #expect(Self.codec.encode(packet) == bytes)
        }
        #expect(accepted > 250)
    }

    // MARK: - Replays

    @Test func `nothing is believed twice, and nothing of an earlier life`() throws {
        var inbox = GatewayInbox(Self.codec)
        let old = Self.codec.encode(Self.packet(Self.messages[5], generation: 2, sequence: 900))
        let new = Self.codec.encode(Self.packet(Self.messages[3], generation: 3, sequence: 1))
        _ = try inbox.open(old)
        _ = try inbox.open(new)
        #expect(throws: GatewayRefusal.repeated) { try inbox.open(new) }
        #expect(throws: GatewayRefusal.earlierLife) { try inbox.open(old) }
        let later = Self.codec.encode(Self.packet(Self.messages[5], generation: 2, sequence: 901))
        #expect(throws: GatewayRefusal.earlierLife) { try inbox.open(later) }
        #expect(inbox.refused == [.replayed: 3])
    }

    @Test func `packets may overtake each other, by 63 at most`() throws {
        var inbox = GatewayInbox(Self.codec)
        let packet = { (sequence: UInt64) in Self.packet(Self.messages[4], sequence: sequence) }
        for sequence in [100, 37, 99, 38, 101] as [UInt64] { _ = try inbox.accept(packet(sequence)) }
        for sequence in [100, 37, 99, 38, 101, 36, 0] as [UInt64] {
            #expect(throws: GatewayRefusal.repeated) { try inbox.accept(packet(sequence)) }
        }
        _ = try inbox.accept(packet(.max))
        #expect(throws: GatewayRefusal.repeated) { try inbox.accept(packet(102)) }
        _ = try inbox.accept(packet(.max - 1))
    }

    @Test func `each sender, and each service of it, is counted for itself, up to a number of them`() throws {
        var inbox = GatewayInbox(Self.codec)
        var packet = Self.packet(Self.messages[4])
        _ = try inbox.accept(packet)
        packet.service = "other"
        _ = try inbox.accept(packet)
        for number in 2..<GatewayInbox.mostSenders {
            packet.sender.name = NodeName("h\(number)")
            _ = try inbox.accept(packet)
        }
        packet.sender.name = "late"
        #expect(throws: GatewayRefusal.tooManySenders) { try inbox.accept(packet) }
    }
}
