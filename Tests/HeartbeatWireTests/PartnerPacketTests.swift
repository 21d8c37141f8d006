// What partners say to each other: read as written, and nothing else.

import HeartbeatModel
import HeartbeatWire
import Testing

@Suite struct PartnerPacketTests {
    private static func codec(_ secret: String = "far") -> PartnerCodec {
        let key = AuthenticationKey(id: 1, method: .sha1, secret: Array(secret.utf8))
        return PartnerCodec(AuthenticationKeys(current: 1, keys: [key]))
    }

    private let codec = Self.codec()
    private let packets: [PartnerPacket] =
        [.question(nonce: 7), .question(nonce: .max), .news(nonce: 1)]
        + PartnerWord.Place.allCases.flatMap { place in
            [true, false].map { flag in
                .answer(
                    nonce: 9,
                    PartnerWord(place, isBound: flag, stays: !flag, age: .milliseconds(1234), pair: "a,b 00ff"))
            }
        }

    @Test func whatIsWrittenIsRead() throws {
        for packet in packets { #expect(try codec.decode(codec.encode(packet)) == packet) }
    }

    @Test func anAnswerIsNeverLongerThanAQuestion() {
        let question = codec.encode(.question(nonce: 1)).count
        let long = PartnerWord(
            .changing, age: .seconds(1_000_000_000_000), pair: String(repeating: "\u{fc}\n", count: 5000))
        #expect(codec.encode(.answer(nonce: 1, long)).count <= question)
    }

    @Test func nothingIsReadThatAnotherKeyHasSigned() {
        for packet in packets {
            #expect(throws: WireError.badAuthentication) { try codec.decode(Self.codec("other").encode(packet)) }
        }
    }

    @Test func noDamagedPacketIsRead() {
        var random = SplitMix64(seed: 3)
        for packet in packets {
            let bytes = codec.encode(packet)
            for _ in 0..<300 {
                var damaged = bytes
                damaged[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
                #expect(throws: WireError.self) { try codec.decode(damaged) }
                #expect(throws: WireError.self) {
                    try codec.decode(Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))))
                }
            }
        }
    }
}
