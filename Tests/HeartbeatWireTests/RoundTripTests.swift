// Whatever a node may say, the other hears the same, in both forms and with every method of authentication.

import HeartbeatModel
import HeartbeatWire
import Testing

@Suite struct RoundTripTests {
    static func keys(_ method: AuthenticationMethod) -> AuthenticationKeys {
        let secret: [UInt8] = method == .crc ? [] : Array("SecretKey".utf8)
        return AuthenticationKeys(current: 3, keys: [AuthenticationKey(id: 3, method: method, secret: secret)])
    }

    @Test(arguments: AuthenticationMethod.allCases, [MessageFormat.classic, .netstring])
    func netstringFormCarriesEveryMessage(method: AuthenticationMethod, format: MessageFormat) throws {
        let codec = MessageCodec(keys: Self.keys(method), format: format)
        var messages = RandomMessages(random: SplitMix64(seed: 11), isSevenBit: false)
        for _ in 0..<700 {
            let message = messages.message()
            #expect(try codec.decode(codec.encode(message, as: .netstring)) == message)
        }
    }

    @Test(arguments: AuthenticationMethod.allCases)
    func classicFormCarriesEveryMessageOfSevenBitText(method: AuthenticationMethod) throws {
        let codec = MessageCodec(keys: Self.keys(method), format: .classic)
        var messages = RandomMessages(random: SplitMix64(seed: 12), isSevenBit: true)
        for _ in 0..<700 {
            let message = messages.message()
            let bytes = codec.encode(message, as: .classic)
            #expect(bytes.allSatisfy { $0 < 0x80 })
            #expect(try codec.decode(bytes) == message)
        }
    }

    @Test func aSerialLineCarriesEveryMessage() throws {
        let codec = MessageCodec(keys: Self.keys(.sha1), format: .classic)
        var messages = RandomMessages(random: SplitMix64(seed: 13), isSevenBit: true)
        let sent = (0..<300).map { _ in messages.message() }
        var framer = SerialFramer()
        let frames = framer.append(sent.flatMap { codec.encode($0, as: .classic) })
        #expect(try frames.map { frame throws(WireError) in try codec.decode(frame) } == sent)
    }

    @Test func msgfmtNetstringLeavesOutTheInnerSignatureAndNothingElse() {
        var messages = RandomMessages(random: SplitMix64(seed: 14), isSevenBit: true)
        let message = messages.message()
        let (keys, text) = (Self.keys(.sha1), { (bytes: [UInt8]) in String(decoding: bytes, as: UTF8.self) })
        let signedTwice = text(MessageCodec(keys: keys, format: .classic).encode(message, as: .netstring))
        let signedOnce = text(MessageCodec(keys: keys, format: .netstring).encode(message, as: .netstring))
        #expect(signedTwice.contains("50:(0)auth=3 "))
        #expect(!signedOnce.contains("auth="))
        // `%%%\n` and `42:3 <40 digits>,` are the last 50 bytes.
        #expect(signedOnce.utf8.dropLast(50).elementsEqual(signedTwice.utf8.prefix(signedOnce.utf8.count - 50)))
    }

    @Test func whatTheClassicFormCannotCarryIsDocumentedTruth() throws {
        let codec = MessageCodec(keys: Self.keys(.sha1), format: .classic)
        let message = Message(
            source: NodeName("nodea"), sequence: SequenceNumber(1), generation: Generation(1), timestamp: 1,
            load: "a\u{13}b", content: .starting)
        #expect(try codec.decode(codec.encode(message, as: .classic)).load == "a\nb")
        #expect(try codec.decode(codec.encode(message, as: .netstring)).load == "a\u{13}b")
    }
}
