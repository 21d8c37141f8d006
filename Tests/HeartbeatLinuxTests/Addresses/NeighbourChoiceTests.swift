import HeartbeatModel
import Testing

@testable import HeartbeatAddresses
@testable import HeartbeatFormats

private func ip(_ text: String) -> IPAddress { IPAddress(text)! }

/// Who is asked, from tables of the kernel that are made by hand.
struct NeighbourChoiceTests {
    /// One interface as the kernel tells it.
    private static func interface(_ index: UInt32, _ name: String, flags: UInt32 = 0x1003) -> InterfaceEntry {
        var request = NetlinkRequest(
            Netlink.newLink, flags: 0,
            body: [0, 0] + hostBytes(UInt16(1)) + hostBytes(index) + hostBytes(flags) + hostBytes(UInt32(0)))
        request.append(3, Array(name.utf8) + [0])
        request.append(1, [2, 0, 0, 0, 0, UInt8(index)])
        return InterfaceEntry(message(request))!
    }

    private static func message(_ request: NetlinkRequest) -> NetlinkMessage {
        var datagram: [UInt8] = []
        request.write(to: &datagram, sequence: 1)
        return NetlinkMessage.all(in: datagram)[0]
    }

    private static func entry(_ text: String, on index: UInt32, setter: UInt8 = 0) -> AddressEntry {
        let parts = text.split(separator: "/")
        let address = ip(String(parts[0]))
        var request = NetlinkRequest(
            Netlink.newAddress, flags: 0,
            body: [address.isIPv6 ? 10 : 2, UInt8(parts[1])!, 0x80, 0] + hostBytes(index))
        request.append(1, address.bytes)
        request.append(2, address.bytes)
        request.append(11, [setter])
        return AddressEntry(message(request))!
    }

    private static let service = ip("10.0.0.100")
    private static let tables = KernelTables(
        interfaces: [interface(2, "eth0"), interface(3, "eth1"), interface(4, "tun0", flags: 0x1083)],
        addresses: [
            entry("10.0.0.1/24", on: 2), entry("10.0.0.100/24", on: 2, setter: 0x48),
            entry("10.0.0.101/24", on: 2, setter: 0x48), entry("fe80::1/64", on: 2), entry("fd00::1/64", on: 2),
            entry("fd00::100/64", on: 2, setter: 0x48), entry("10.1.0.1/24", on: 3), entry("10.9.0.100/32", on: 4),
        ])

    private static func choices(
        _ hops: [(String, UInt32)], _ rules: NeighbourRules = NeighbourRules(), for addresses: [IPAddress] = [service],
        _ tables: KernelTables = tables
    ) -> [NeighbourChoice] {
        NeighbourChoice.all(
            for: NeighbourChoice.Wish(addresses: addresses, most: 4), tables,
            hops.map { NextHop(gateway: ip($0.0), interface: $0.1) }, rules)
    }

    @Test func `routers of the interface and ping nodes of the network are asked, each once, ping nodes first`() {
        let rules = NeighbourRules(references: [ip("10.0.0.7"), ip("10.1.0.7"), ip("192.0.2.1"), ip("fd00::7")])
        let choices = Self.choices([("10.0.0.254", 2), ("10.0.0.7", 2), ("10.1.0.254", 3), ("fd00::254", 2)], rules)
        #expect(choices.map(\.neighbour) == [ip("10.0.0.7"), ip("10.0.0.254")])
        #expect(choices.allSatisfy { $0.own == ip("10.0.0.1") && $0.interface.name == "eth0" })
        #expect(choices.allSatisfy { $0.addresses == [Self.service] && $0.judged == [Self.service] })
    }

    @Test func `this node, the other node and service addresses are not asked`() {
        let rules = NeighbourRules(
            references: [ip("10.0.0.1"), ip("10.0.0.102")], serviceAddresses: [ip("10.0.0.102"), ip("10.0.0.103")],
            peers: [ip("10.0.0.2")])
        let hops: [(String, UInt32)] = [("10.0.0.2", 2), ("10.0.0.101", 2), ("10.0.0.103", 2), ("10.1.0.1", 2)]
        #expect(Self.choices(hops, rules).isEmpty)
    }

    @Test func `a service address is nobody's own, whoever has brought it up`() {
        let choices = Self.choices([("10.0.0.254", 2)], NeighbourRules(serviceAddresses: [ip("10.0.0.1")]))
        #expect(choices.map(\.own) == [nil])
        #expect(choices.allSatisfy { $0.judged.isEmpty }, "without an own address silence proves nothing")
    }

    @Test func `a router of another network is asked, but its silence does not count`() {
        let choices = Self.choices([("192.0.2.254", 2)])
        #expect(choices.map(\.judged) == [[]])
    }

    @Test func `a link-local router is asked from a link-local address about addresses of the link`() {
        let address = ip("fd00::100")
        let choices = Self.choices([("fe80::254", 2), ("10.0.0.254", 2)], for: [address])
        #expect(choices.map(\.neighbour) == [ip("fe80::254")])
        #expect(choices.map(\.own) == [ip("fe80::1")] && choices.map(\.judged) == [[address]])
    }

    @Test func `of hundreds of addresses the first, the last and two between are asked about`() {
        let many = (0..<200).map { "10.0.1.\($0)" }
        let tables = KernelTables(
            interfaces: [Self.interface(2, "eth0")],
            addresses: ([("10.0.0.1")] + many).map { Self.entry("\($0)/16", on: 2) })
        let choices = Self.choices([("10.0.0.254", 2)], for: many.map(ip), tables)
        #expect(choices.map(\.addresses) == [["10.0.1.0", "10.0.1.66", "10.0.1.132", "10.0.1.199"].map(ip)])
        #expect(Self.choices([("10.0.0.254", 2)], for: [ip("10.0.2.1")], tables).isEmpty, "it is not here any more")
    }

    @Test func `of hundreds of routers those that lead to most are asked, and none where there are no neighbours`() {
        let hops = (1...200).map { ("10.0.0.\($0)", UInt32(2)) }
        #expect(
            Self.choices(hops).map(\.neighbour) == ["10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"].map(ip))
        #expect(Self.choices([("10.9.0.1", 4)], for: [ip("10.9.0.100")]).isEmpty)
    }
}

struct EchoPacketTests {
    private static let echo = IcmpEcho(identifier: 0x1234, sequence: 1, payload: Array(0..<16))

    /// The packet as the asked host sends it back.
    private static func reply(to packet: EchoPacket) -> [UInt8] {
        let back = EchoPacket(source: packet.destination, destination: packet.source, echo: packet.echo)
        var bytes = back.bytes
        bytes[back.source.isIPv6 ? 40 : 20] = back.source.isIPv6 ? 129 : 0
        return bytes
    }

    @Test(arguments: [("10.0.0.100", "10.0.0.254"), ("fd00::100", "fe80::254")])
    func `what comes back is read, also padded, and anything cut or changed is not, or is another`(
        source: String, destination: String
    ) throws {
        let asked = EchoPacket(source: ip(source), destination: ip(destination), echo: Self.echo)
        let expected = EchoPacket(source: asked.destination, destination: asked.source, echo: Self.echo)
        let reply = Self.reply(to: asked)
        #expect(EchoPacket(reply: reply) == expected)
        #expect(EchoPacket(reply: reply + [0, 0, 0]) == expected)
        #expect(EchoPacket(reply: asked.bytes) == nil, "a request is no reply")
        for length in 0..<reply.count { #expect(EchoPacket(reply: Array(reply[..<length])) == nil) }
        var random = SplitMix64(seed: 7)
        for _ in 0..<5000 {
            var changed = reply
            for _ in 0..<3 {
                changed[.random(in: 0..<changed.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = EchoPacket(reply: changed)
            _ = NeighbourQuestion.answer(in: changed, isIPv6: source.contains(":"))
        }
    }

    @Test func `an IPv4 request is byte for byte what it should be`() {
        let packet = EchoPacket(
            source: ip("10.0.0.100"), destination: ip("10.0.0.254"),
            echo: IcmpEcho(identifier: 0x1234, sequence: 1, payload: [0xAB]))
        #expect(
            packet.bytes == [
                0x45, 0, 0, 29, 0, 0, 0x40, 0, 64, 1, 0x25, 0x7F, 10, 0, 0, 100, 10, 0, 0, 254,
                8, 0, 0x3A, 0xCA, 0x12, 0x34, 0, 1, 0xAB,
            ])
    }
}
