// Which packets make a stream be woken, and the words it is woken with.

import HeartbeatLans
import Testing

@testable import HeartbeatFaild
@testable import HeartbeatFormats

@Suite struct StreamPacketTests {
    /// 10.0.0.1:4096 to 10.0.0.2:80, sequence 0x01020304, without options.
    private static let segment: [UInt8] =
        [0x45, 0, 0, 60, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
        + [0x10, 0, 0, 80, 1, 2, 3, 4, 0, 0, 0, 0, 0x50, 0x10, 0, 0, 0, 0, 0, 0]

    @Test func `a segment is quoted up to its sequence number, options of IP included`() throws {
        let packet = try #require(StreamPacket(Self.segment))
        #expect(packet.quote == Array(Self.segment[..<28]))
        #expect("\(packet.source) \(packet.destination)" == "10.0.0.1 10.0.0.2")
        #expect(packet.ports == [0x10, 0, 0, 80])
        var optional = Self.segment
        optional[0] = 0x46
        optional.insert(contentsOf: [1, 1, 1, 1], at: 20)
        #expect(StreamPacket(optional)?.quote == Array(optional[..<32]))
    }

    @Test func `a connection that is being made, fragments and everything else are left alone`() {
        for (offset, value) in [(33, 0x02), (33, 0x12), (9, 17), (0, 0x65), (0, 0x44), (6, 0x01), (7, 0x08)]
            as [(Int, UInt8)]
        {
            var other = Self.segment
            other[offset] = value
            #expect(StreamPacket(other) == nil, "\(offset) \(value)")
        }
        for count in 0..<Self.segment.count { #expect(StreamPacket(Array(Self.segment[..<count])) == nil) }
        #expect(StreamPacket([UInt8](repeating: 0x4F, count: 48)) == nil)
    }

    @Test func `the message is host unreachable with a checksum that proves it`() throws {
        let message = StreamPrompter.unreachable(try #require(StreamPacket(Self.segment)))
        #expect(message.starts(with: [3, 1]) && message[8...].elementsEqual(Self.segment[..<28]))
        #expect(InternetChecksum.of(message) == 0)
    }
}
