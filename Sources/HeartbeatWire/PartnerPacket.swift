// What nodes of different pairs say to each other through a tunnel, as datagrams: a question, an answer, and the news that there
// is something to ask about. Every one is signed, and nothing else is looked at.
//
//   hbpartner1 <kind> <nonce: 32 hexadecimal digits>[ <place> <bound: 0|1> <stays: 0|1> <age in ms>\n<pair>]\n<token of authkeys>
//
// An answer has the nonce of its question, which nobody could guess, so an old one played again answers nothing. The news carry
// nothing that is believed: whoever hears them asks. A question is as long as the longest answer, so that nobody can have more
// sent to a third party than was sent here.

import HeartbeatModel

/// One datagram between partners.
public enum PartnerPacket: Hashable, Sendable {
    case question(nonce: UInt128)
    case answer(nonce: UInt128, PartnerWord)
    /// Something has changed here: ask.
    case news(nonce: UInt128)
}

/// Signs, writes, checks and reads them.
public struct PartnerCodec: Sendable {
    /// Bytes of a question, and of the longest answer.
    public static let length = 512
    private static let head = "hbpartner1"
    /// What of a pair's name is sent: the rest only decides between names that begin alike.
    private static let longestPair = 256
    /// Longer ages say no more.
    private static let longestAge = Duration.seconds(10 * 366 * 86_400)

    private let authentication: Authentication

    /// - Precondition: the current key is one of the keys.
    public init(_ keys: AuthenticationKeys) {
        authentication = Authentication(keys)
    }

    public func encode(_ packet: PartnerPacket) -> [UInt8] {
        var text = "\(Self.head) "
        switch packet {
        case .question(let nonce): text += "asks \(nonce.hexadecimal)"
        case .news(let nonce): text += "news \(nonce.hexadecimal)"
        case .answer(let nonce, let word):
            let age = min(max(word.age, .zero), Self.longestAge).milliseconds
            text +=
                "says \(nonce.hexadecimal) \(word.place.rawValue) \(word.isBound ? 1 : 0) \(word.stays ? 1 : 0) \(age)\n"
            text += String(
                decoding: word.pair.utf8.prefix(Self.longestPair).map { $0 == Ascii.newline ? Ascii.blank : $0 },
                as: UTF8.self)
        }
        var bytes = Array(text.utf8) + [Ascii.newline]
        if case .question = packet {
            bytes += [UInt8](repeating: Ascii.blank, count: Self.padding(after: bytes.count)) + [Ascii.newline]
        }
        return bytes + authentication.token(over: bytes[...])
    }

    /// - Throws: `WireError.badAuthentication`, `.unknownKey` for what is not signed, `.badField` for what is not understood.
    public func decode(_ bytes: [UInt8]) throws(WireError) -> PartnerPacket {
        guard bytes.count <= Self.length + 64, let end = bytes.lastIndex(of: Ascii.newline) else {
            throw .badAuthentication
        }
        _ = try authentication.verify(bytes[(end + 1)...], over: bytes[...end])
        let lines = bytes[..<end].split(separator: Ascii.newline, maxSplits: 1, omittingEmptySubsequences: false)
        let words = lines[0].split(separator: Ascii.blank, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count >= 3, words[0] == Self.head, words[2].utf8.count == 32,
            let nonce = UInt128(words[2], radix: 16)
        else { throw .badField(Self.head) }
        switch words[1] {
        case "asks": return .question(nonce: nonce)
        case "news": return .news(nonce: nonce)
        case "says":
            return .answer(nonce: nonce, try Self.word(words.dropFirst(3), pair: lines.count > 1 ? lines[1] : []))
        default: throw .badField(Self.head)
        }
    }

    /// Words that a later version adds are ignored.
    private static func word(_ words: ArraySlice<String>, pair: ArraySlice<UInt8>) throws(WireError) -> PartnerWord {
        let words = Array(words)
        guard words.count >= 4, let place = PartnerWord.Place(rawValue: words[0]), let age = Int64(words[3]), age >= 0,
            age <= longestAge.milliseconds
        else { throw .badField("says") }
        return PartnerWord(
            place, isBound: words[1] == "1", stays: words[2] == "1", age: .milliseconds(age),
            pair: String(decoding: pair, as: UTF8.self))
    }

    /// So many blanks make a question as long as it must be, with one more line end.
    private static func padding(after count: Int) -> Int { max(0, length - count - 1) }
}
