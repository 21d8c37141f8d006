// The frames of the probe, byte by byte, and what it makes of the frames it gets.

import Testing

@testable import HeartbeatLab

private let packets = ProbePackets(
    target: [192, 168, 77, 100], identifier: 0x1234)
private let owner = HardwareAddress(0x02_00_00_00_00_01)

/// An ARP packet of `owner` with the given operation, from `sender` to `target`, to the hardware address `to`.
private func arp(operation: UInt8, sender: [UInt8], to: [UInt8], target: [UInt8]) -> [UInt8] {
    to + owner.bytes + [8, 6, 0, 1, 8, 0, 6, 4, 0, operation] + owner.bytes + sender + to + target
}

/// An echo reply for `index` as it comes from the wire.
private func echoReply(_ index: UInt32, options: Int = 0) -> [UInt8] {
    var ip: [UInt8] = [0x45 + UInt8(options / 4), 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 192, 168, 77, 100, 192, 168, 77, 9]
    ip += [UInt8](repeating: 1, count: options)
    var icmp = packets.echo(index)
    icmp[0] = 0
    return [2, 0, 0, 0, 0, 9] + owner.bytes + [8, 0] + ip + icmp
}

@Test func `a request asks for the address in the name of nobody and carries its number`() {
    #expect(
        packets.request(0x0102_0304) == [
            0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0x4C, 1, 2, 3, 4, 0x08, 0x06,
            0, 1, 8, 0, 6, 4, 0, 1, 0x02, 0x4C, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 168, 77, 100,
        ])
}

@Test func `a request may go to one station alone`() {
    #expect(packets.request(7, to: owner).prefix(6) == owner.bytes.prefix(6))
    #expect(packets.request(7, to: owner).dropFirst(6) == packets.request(7).dropFirst(6))
}

@Test func `a frame tells which address it speaks for`() {
    let reply = arp(operation: 2, sender: [10, 88, 1, 2], to: owner.bytes, target: [0, 0, 0, 0])
    #expect(ProbePackets.source(of: reply) == 0x0A58_0102)
    #expect(ProbePackets.source(of: echoReply(3)) == 0xC0A8_4D64)
    #expect(ProbePackets.source(of: Array(reply.prefix(41))) == nil)
    #expect(ProbePackets.source(of: reply.prefix(12) + [0x86, 0xDD] + reply.dropFirst(14)) == nil)
}

@Test(arguments: [0, 1, 0xFFFF, 0x1_0000, UInt32.max])
func `an echo has a checksum that adds up to nothing`(index: UInt32) {
    let message = packets.echo(index)
    var sum = stride(from: 0, to: message.count, by: 2).reduce(UInt32(0)) {
        $0 + UInt32(message[$1]) << 8 + UInt32(message[$1 + 1])
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    #expect(sum == 0xFFFF)
    #expect(Array(message[4..<6]) == [0x12, 0x34])
}

@Test(arguments: [0, 77, 0x00FF_0001, UInt32.max])
func `an answer is recognised with the number of its question`(index: UInt32) {
    let asked = Array(packets.request(index)[22..<28])
    let reply = arp(operation: 2, sender: packets.target, to: asked, target: [0, 0, 0, 0])
    #expect(packets.read(reply) == .owner(index: index, from: owner))
    #expect(packets.read(echoReply(index)) == .echo(index: index, from: owner))
    #expect(packets.read(echoReply(index, options: 8)) == .echo(index: index, from: owner))
}

@Test(arguments: [(1, false), (2, true)])
func `a gratuitous ARP is an announcement in both its forms`(operation: Int, isReply: Bool) {
    let frame = arp(
        operation: UInt8(operation), sender: packets.target, to: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        target: packets.target)
    #expect(packets.read(frame) == .announcement(from: owner, isReply: isReply))
}

@Test func `frames about other addresses or other people's echoes are not seen`() {
    let other: [UInt8] = [192, 168, 77, 101]
    let asked = Array(packets.request(1)[22..<28])
    #expect(packets.read(arp(operation: 2, sender: other, to: asked, target: [0, 0, 0, 0])) == nil)
    #expect(packets.read(arp(operation: 2, sender: packets.target, to: owner.bytes, target: other)) == nil)
    #expect(packets.read(arp(operation: 1, sender: packets.target, to: asked, target: other)) == nil)
    #expect(packets.read(packets.request(1)) == nil)
    var foreign = echoReply(1)
    foreign[39] ^= 1
    #expect(packets.read(foreign) == nil)
    var otherProtocol = echoReply(1)
    otherProtocol[23] = 17
    #expect(packets.read(otherProtocol) == nil)
}

@Test func `whatever is cut short is nothing`() {
    let asked = Array(packets.request(1)[22..<28])
    let reply = arp(operation: 2, sender: packets.target, to: asked, target: [0, 0, 0, 0])
    for frame in [reply, echoReply(1), echoReply(1, options: 40)] {
        for length in 0..<frame.count { #expect(packets.read(frame.prefix(length)) == nil, "\(length) bytes") }
    }
}

@Test func `random damage never crashes the reader and never makes an address answer for another`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
        var frame = echoReply(UInt32.random(in: 0...UInt32.max, using: &generator))
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            frame[Int.random(in: 0..<frame.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        guard case .echo = packets.read(frame) else { continue }
        #expect(Array(frame[26..<30]) == packets.target)
    }
}

@Test(arguments: [
    ("192.168.77.100", [192, 168, 77, 100] as [UInt8]?), ("0.0.0.0", [0, 0, 0, 0]), ("1.2.3", nil), ("1.2.3.4.5", nil),
    ("1.2.3.256", nil), ("1..2.3", nil), ("", nil), ("a.b.c.d", nil),
])
func `dotted quads are read and nothing else`(text: String, expected: [UInt8]?) {
    #expect(ipv4Bytes(text) == expected)
}

@Test func `a hardware address is printed as people write it`() {
    #expect(owner.description == "02:00:00:00:00:01")
    #expect(HardwareAddress(bytes: [0xAB, 0, 1, 0xFF, 0x10, 0x0C])?.description == "ab:00:01:ff:10:0c")
    #expect(HardwareAddress(bytes: [1, 2, 3]) == nil)
}
