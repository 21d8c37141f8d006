// The two forms, each against bytes that are almost one of its messages.

import HeartbeatModel
import Testing

@testable import HeartbeatWire

@Suite struct FormTests {
    private static let keys = CaptureFile.serialKeys
    private static let codec = MessageCodec(keys: keys, format: .classic)

    private static func signed(netstring text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        NetstringForm.append(Authentication(keys).token(over: bytes[...]), to: &bytes)
        return bytes
    }

    private static func signed(classic lines: String) -> [UInt8] {
        ClassicForm.text(Array(lines.utf8), token: Authentication(keys).token(over: Array(lines.utf8)[...]))
    }

    private static let core = "13:(0)t=starting,8:(0)src=a,8:(0)seq=1,7:(0)ts=1,"
    private static let coreLines = "t=starting\nsrc=a\nseq=1\nts=1\n"

    @Test(arguments: [
        ("", WireError.notAMessage), ("###", .notAMessage), ("hello", .notAMessage), (">>>", .notAMessage),
        ("###\n", .truncated(offset: 4)), ("###\n%%%", .truncated(offset: 4)), ("###\n%%%\n", .unsigned),
        ("###\n13:(0)t=starting,%%%\n", .unsigned), ("###\n13:(0)t=starting", .truncated(offset: 4)),
        ("###\n12:(0)t=starting,%%%\n", .badLength(offset: 4)), ("###\n013:(0)t=starting,%%%\n", .badLength(offset: 4)),
        ("###\n4294967295:(0)t=starting,%%%\n", .badLength(offset: 4)),
        ("###\n999999999:(0)t=starting,%%%\n", .truncated(offset: 4)),
        ("###\n-1:(0)t=starting,%%%\n", .badLength(offset: 4)), ("###\n:,%%%\n", .badLength(offset: 4)),
        ("###\n%%%\n5:1 abc,x", .trailingBytes(offset: 16)), ("###\n%%%\n5:1 abc,", .badAuthentication),
        ("###\n%%%\nx", .truncated(offset: 8)), ("###\n%%%\n5:9 abc,", .unknownKey(id: 9)),
        (">>>\n", .truncated(offset: 4)), (">>>\nt=x\n<<<", .truncated(offset: 8)), (">>>\n<<<\n", .unsigned),
        (">>>\nt=x\n<<<\nx", .trailingBytes(offset: 12)), (">>>\nauth=1 abc\n<<<\n", .badAuthentication),
        (">>>\nauth=1 a\nauth=1 b\n<<<\n", .repeated(field: "auth")),
    ])
    func bytesThatAreNoMessageAreNamed(text: String, error: WireError) {
        #expect(throws: error) { try Self.codec.decode(Array(text.utf8)) }
    }

    @Test(arguments: [
        ("7:()a=bcd,", WireError.badField("()a=bcd")), ("5:(0)ab,", .badField("(0)ab")), ("4:(0)=,", .badField("(0)=")),
        ("5:(6)a=,", .badField("(6)a=")), ("5:(/)a=,", .badField("(/)a=")), ("0:,", .badField("")),
        ("7:(0)a b=,", .badField("(0)a b=")), ("8:(0)(1)a=,", .badField("(0)(1)a=")),
        ("7:(0)a=\0b,", .badField("a")), ("6:(2)a=b,", .badField("a")), ("6:(3)a=b,", .truncated(offset: 60)),
        ("9:(3)a=1:b;,", .badLength(offset: 60)), ("6:(4)a=b,", .unsupportedCompression),
        ("6:(5)a=b,", .unsupportedCompression), ("14:(2)a=###\n%%%\nx,", .badField("a")),
        ("9:(2)a=###\n,", .truncated(offset: 64)),
    ])
    func signedFieldsThatAreNoneAreNamed(field: String, error: WireError) {
        #expect(throws: error) { try Self.codec.decode(Self.signed(netstring: "###\n\(Self.core)\(field)%%%\n")) }
    }

    @Test(arguments: [
        ("abc", WireError.badField("abc")), ("=x", .badField("=x")), ("(1)a=AAA", .badField("a")),
        ("(1)a=AB==", .badField("a")), ("(1)a=A===", .badField("a")), ("(1)a=AA=A", .badField("a")),
        ("(1)a=A\u{13}==", .badField("a")), ("(2)a=x", .badField("a")), ("(2)a=>>>\u{1E}", .badField("a")),
        ("(2)a=>>>\u{1E}x\u{1E}<<<\u{1E}", .badField("x")), ("(3)a=2:x,", .truncated(offset: 37)),
        ("(4)a=", .unsupportedCompression), ("(x)a=", .badField("(x)a=")), ("a=\0", .badField("a")),
    ])
    func signedLinesThatAreNoFieldsAreNamed(line: String, error: WireError) {
        let bytes = Self.signed(classic: Self.coreLines + line + "\n")
        #expect(throws: error) { try Self.codec.decode(bytes) }
    }

    @Test func structuresNestAsDeepAsTheLimitAndNoDeeper() throws {
        func nested(_ depth: Int) -> Message.Value {
            guard depth > 0 else { return .list(["a", "b\n"]) }
            return .structure([.init("s", "a\nb"), .init(name: "n", value: nested(depth - 1))])
        }
        for form in [WireForm.netstring, .classic] {
            for depth in 0...WireLimits.depth + 2 {
                let message = Message(
                    source: NodeName("a"), sequence: SequenceNumber(1), generation: Generation(1), timestamp: 1,
                    content: .starting, extraFields: [.init(name: "n", value: nested(depth))])
                let bytes = Self.codec.encode(message, as: form)
                if depth <= WireLimits.depth {
                    #expect(try Self.codec.decode(bytes) == message)
                } else {
                    #expect(throws: WireError.tooDeep) { try Self.codec.decode(bytes) }
                }
            }
        }
    }

    @Test func oneTrailingNULIsToleratedInBothForms() throws {
        for bytes in [Self.signed(netstring: "###\n\(Self.core)%%%\n"), Self.signed(classic: Self.coreLines)] {
            let message = try Self.codec.decode(bytes)
            #expect(try Self.codec.decode(bytes + [0]) == message)
            #expect(throws: WireError.trailingBytes(offset: bytes.count)) { try Self.codec.decode(bytes + [0, 0]) }
        }
    }

    @Test func theInnerSignatureOfANetstringMessageIsIgnored() throws {
        let message = try Self.codec.decode(Self.signed(netstring: "###\n\(Self.core)%%%\n"))
        let withWrong = Self.signed(netstring: "###\n\(Self.core)13:(0)auth=1 bad,%%%\n")
        #expect(try Self.codec.decode(withWrong) == message)
    }

    @Test func blankLinesDoNotMatterInTheClassicForm() throws {
        let bytes = Self.signed(classic: Self.coreLines)
        let spaced = Array(String(decoding: bytes, as: UTF8.self).replacing("src=", with: "\nsrc=").utf8)
        #expect(try Self.codec.decode(spaced) == Self.codec.decode(bytes))
    }

    @Test func textThatIsNotUTF8IsRepairedNotRefused() throws {
        var bytes = Array("###\n\(Self.core)6:(0)a=".utf8) + [0xE9] + Array(",%%%\n".utf8)
        NetstringForm.append(Authentication(Self.keys).token(over: bytes[...]), to: &bytes)
        #expect(try Self.codec.decode(bytes).extraFields == [.init("a", "\u{FFFD}")])
    }

    @Test func messagesAreBoundedInSize() throws {
        let largest = Message(
            source: NodeName("a"), sequence: SequenceNumber(1), generation: Generation(1), timestamp: 1,
            content: .starting, extraFields: [.init("a", String(repeating: "x", count: 200_000))])
        #expect(try Self.codec.decode(Self.codec.encode(largest, as: .netstring)) == largest)
        let tooLarge = [UInt8](repeating: 0x23, count: WireLimits.messageSize + 1)
        #expect(throws: WireError.tooLarge(count: tooLarge.count)) { try Self.codec.decode(tooLarge) }
        #expect(throws: WireError.tooLarge(count: tooLarge.count)) { try Self.codec.decodeLocal(tooLarge) }
    }

    @Test func binariesOfEveryLengthSurviveBase64() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 200) }
            #expect(Base64.bytes(of: Base64.text(of: bytes)[...]) == bytes)
        }
        // RFC 4648 section 10.
        for (plain, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            #expect(String(decoding: Base64.text(of: Array(plain.utf8)), as: UTF8.self) == text)
        }
    }
}

@Test func `texts and numbers are appended as they are written`() {
    let numbers = [0, 1, 9, 10, 99, 100, 101, 999_999_999, .max - 1, .max]
    for number in numbers + (0...1200) {
        var bytes: [UInt8] = [7]
        bytes.append(decimal: number)
        #expect(bytes == [7] + Array(String(number).utf8))
    }
    for text in ["", "a", "fifteen letters", "more than fifteen letters", "\u{E4}\u{1F980}", "1\u{0}2"] {
        var bytes: [UInt8] = [7]
        bytes.append(utf8: text)
        bytes.append(utf8: String(text.dropFirst()))
        #expect(bytes == [7] + Array(text.utf8) + Array(text.dropFirst().utf8))
    }
}
