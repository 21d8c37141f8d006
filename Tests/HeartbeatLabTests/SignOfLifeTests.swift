// Signs of life among the frames that pass a client, and the store of a long probe.

import Testing

@testable import HeartbeatLab

private let sender = HardwareAddress(0x02_00_00_00_00_01)

/// An IPv4 frame with `options` bytes in its header.
private func frame(protocol number: UInt8, options: Int = 0, _ payload: [UInt8]) -> [UInt8] {
    [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] + sender.bytes + [
        8, 0, 0x45 + UInt8(options / 4), 0, 0, 0, 0, 0, 0, 0, 1, number,
    ]
        + [0, 0, 192, 168, 77, 1, 192, 168, 77, 255] + [UInt8](repeating: 1, count: options) + payload
}

/// UDP from an arbitrary port.
private func datagram(to port: UInt16, _ text: String, options: Int = 0) -> [UInt8] {
    frame(
        protocol: 17, options: options,
        [0x90, 0x12, UInt8(port >> 8), UInt8(port & 0xFF), 0, 0, 0, 0] + Array(text.utf8))
}

@Test(arguments: [0, 8])
func `a datagram to the port is a sign of its sender's life`(options: Int) {
    let life = SignOfLife.udp(port: 6940)
    #expect(life.sender(of: datagram(to: 6940, "", options: options)) == sender)
    #expect(life.sender(of: datagram(to: 694, "", options: options)) == nil)
    #expect(life.sender(of: frame(protocol: 112, options: options, [UInt8](repeating: 0, count: 20))) == nil)
}

@Test func `of a port where much is said only what holds the text counts`() {
    let life = SignOfLife.udp(port: 694, holding: "(0)t=status,")
    #expect(life.sender(of: datagram(to: 694, "###\n12:(0)t=status,10:(0)st=up,%%%\n")) == sender)
    #expect(life.sender(of: datagram(to: 694, "###\n14:(0)t=NS_ackmsg,%%%\n")) == nil)
    #expect(life.sender(of: datagram(to: 695, "(0)t=status,")) == nil)
}

@Test func `a VRRP advertisement is a sign of life`() {
    #expect(SignOfLife.vrrp.sender(of: frame(protocol: 112, [0x31, 51])) == sender)
    #expect(SignOfLife.vrrp.sender(of: datagram(to: 694, "")) == nil)
}

@Test func `whatever is cut short is no sign`() {
    let whole = datagram(to: 6940, "", options: 8)
    for length in 0..<whole.count {
        #expect(SignOfLife.udp(port: 6940).sender(of: Array(whole.prefix(length))) == nil, "\(length) bytes")
    }
}

@Test func `samples keep their order and their place however many there are`() {
    var samples = ProbeSamples()
    #expect(samples.isEmpty)
    for index in 0..<5000 { samples.append(ProbeSample(address: index % 7, sentAt: Moment(nanoseconds: Int64(index)))) }
    let before = samples
    samples[4097].echo = ProbeSample.Answer(from: sender, at: Moment(nanoseconds: 1))
    #expect(samples.count == 5000)
    #expect(samples.map(\.sentAt.nanoseconds) == (0..<5000).map { Int64($0) })
    #expect(samples.map(\.address) == (0..<5000).map { $0 % 7 })
    #expect(samples[4097].echo != nil && samples[4096].echo == nil && samples[4098].echo == nil)
    #expect(before[4097].echo == nil, "a copy stays as it was")
}

@Test func `records are sorted out by address`() {
    var record = ProbeRecord(addresses: 3, period: .milliseconds(3))
    for index in 0..<10 {
        record.samples.append(ProbeSample(address: index % 3, sentAt: Moment(nanoseconds: Int64(index))))
    }
    record.announcements = [Announcement(address: 2, from: sender, at: Moment(nanoseconds: 4), isReply: true)]
    let parts = record.byAddress()
    #expect(parts.map { $0.samples.map(\.sentAt.nanoseconds) } == [[0, 3, 6, 9], [1, 4, 7], [2, 5, 8]])
    #expect(parts.map(\.announcements.count) == [0, 0, 1])
    #expect(parts.allSatisfy { $0.period == .milliseconds(3) })
}
