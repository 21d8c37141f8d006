// Copies of a message are read without a second look at the signature, and only they.

import HeartbeatModel
import Testing

@testable import HeartbeatWire

@Suite struct RepeatedMessagesTests {
    private static func codec(secret: String) -> MessageCodec {
        let key = AuthenticationKey(id: 1, method: .sha1, secret: Array(secret.utf8))
        return MessageCodec(keys: AuthenticationKeys(current: 1, keys: [key]), format: .netstring)
    }

    private static func messages(_ count: Int) -> [Message] {
        var random = RandomMessages(random: SplitMix64(seed: 17), isSevenBit: true)
        return (0..<count).map { _ in random.message() }
    }

    @Test func everyCopyReadsAsTheMessageItself() throws {
        let codec = Self.codec(secret: "one")
        var copies = RepeatedMessages()
        let sent = Self.messages(40).map { (message: $0, bytes: codec.encode($0, as: .netstring)) }
        // Of two nodes over two media, as they mix; then the oldest once more.
        for (first, second) in zip(sent, sent.dropFirst()) {
            for one in [first, second, first, second, sent[0]] {
                #expect(try copies.open(one.bytes, with: codec).message == one.message)
            }
        }
    }

    @Test func whatWasSentReadsAsWhatWasMeant() throws {
        let codec = Self.codec(secret: "one")
        var copies = RepeatedMessages()
        for message in Self.messages(20) {
            let bytes = codec.encode(message, as: .netstring)
            copies.remember(SignedMessage(message: message, key: codec.signingKey), as: bytes)
            #expect(try copies.open(bytes, with: codec) == codec.open(bytes))
        }
    }

    @Test func aDamagedCopyIsNoCopy() throws {
        let codec = Self.codec(secret: "one")
        var copies = RepeatedMessages()
        var bytes = codec.encode(Self.messages(1)[0], as: .netstring)
        _ = try copies.open(bytes, with: codec)
        bytes[bytes.count / 2] ^= 1
        #expect(throws: WireError.self) { try copies.open(bytes, with: codec) }
        #expect(throws: WireError.self) { try copies.open(bytes, with: codec) }
    }

    @Test func otherKeysCountForCopiesToo() throws {
        let old = Self.codec(secret: "one")
        let bytes = old.encode(Self.messages(1)[0], as: .netstring)
        var copies = RepeatedMessages()
        _ = try copies.open(bytes, with: old)
        copies.forget()
        #expect(throws: WireError.self) { try copies.open(bytes, with: Self.codec(secret: "two")) }
    }
}

@Test func `a copy differs from what is one byte off, wherever that is`() {
    for count in 0...33 {
        let bytes = (0..<count).map { UInt8($0) }
        #expect(RepeatedMessages.areEqual(bytes, Array(bytes)))
        #expect(!RepeatedMessages.areEqual(bytes, bytes + [0]) && !RepeatedMessages.areEqual(bytes + [0], bytes))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(!RepeatedMessages.areEqual(bytes, other), "\(index) of \(count)")
        }
    }
}
