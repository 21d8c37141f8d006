// keepalived.conf as words, braces and ends of lines. Comments begin with `#` or `!`, anywhere outside quotes. It knows no keyword.

import HeartbeatConfig
import HeartbeatModel

struct KeepalivedToken: Hashable {
    enum Kind: Hashable {
        case word(String)
        case open
        case close
        case end
    }

    var kind: Kind
    var line: Int
}

struct KeepalivedLexer {
    private let file: String
    private let bytes: [UInt8]
    private var next = 0
    private var line = 1
    private var tokens: [KeepalivedToken] = []
    /// In what is left of this line no brace closes a name. It is not looked for again: a line may be as long as its file.
    private var lineOfOpenName = 0

    private static let newline = UInt8(ascii: "\n")

    init(_ bytes: [UInt8], file: String) {
        self.file = file
        // Some editors leave a byte order mark.
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }

    /// The last one is an end.
    mutating func run() throws(ImportMistake) -> [KeepalivedToken] {
        while next < bytes.count {
            let byte = bytes[next]
            switch byte {
            case Self.newline:
                add(.end)
                line += 1
                next += 1
            case UInt8(ascii: "#"), UInt8(ascii: "!"): next = endOfLine
            case UInt8(ascii: "{"), UInt8(ascii: "}"):
                add(byte == UInt8(ascii: "{") ? .open : .close)
                next += 1
            case UInt8(ascii: "\\") where endsLine(next + 1): skipBreak()
            case UInt8(ascii: "\""), UInt8(ascii: "'"): try readQuoted(byte)
            default:
                if byte.isBlank { next += 1 } else { readWord() }
            }
        }
        add(.end)
        return tokens
    }

    private mutating func add(_ kind: KeepalivedToken.Kind) { tokens.append(KeepalivedToken(kind: kind, line: line)) }

    private var endOfLine: Int { bytes[next...].firstIndex(of: Self.newline) ?? bytes.count }

    /// Whether nothing but a carriage return stands before the end of the line.
    private func endsLine(_ index: Int) -> Bool {
        let index = index < bytes.count && bytes[index] == UInt8(ascii: "\r") ? index + 1 : index
        return index < bytes.count && bytes[index] == Self.newline
    }

    /// A backslash at the end joins two lines.
    private mutating func skipBreak() {
        next = endOfLine + 1
        line += 1
    }

    private mutating func readQuoted(_ quote: UInt8) throws(ImportMistake) {
        guard let close = place(of: quote, from: next + 1) else {
            throw ImportMistake(
                ImportPlace(file: file, line: line), "a quotation mark is not closed in its line",
                "close it; keepalived -t shows what keepalived says")
        }
        add(.word(String(decoding: bytes[(next + 1)..<close], as: UTF8.self)))
        next = close + 1
    }

    private mutating func readWord() {
        let start = next
        while next < bytes.count, !isEnd(bytes[next]) {
            next = (endOfName() ?? next) + 1
        }
        add(.word(String(decoding: bytes[start..<next], as: UTF8.self)))
    }

    /// `${NAME}` has braces of its own: where the second one stands.
    private mutating func endOfName() -> Int? {
        guard bytes[next] == UInt8(ascii: "$"), next + 1 < bytes.count, bytes[next + 1] == UInt8(ascii: "{"),
            lineOfOpenName != line
        else { return nil }
        let close = place(of: UInt8(ascii: "}"), from: next)
        if close == nil { lineOfOpenName = line }
        return close
    }

    /// Where a byte stands next in this line.
    private func place(of byte: UInt8, from start: Int) -> Int? {
        let end = bytes[start...].firstIndex { $0 == byte || $0 == Self.newline }
        return end.flatMap { bytes[$0] == byte ? $0 : nil }
    }

    private func isEnd(_ byte: UInt8) -> Bool { byte.isBlank || byte == Self.newline || "{}#!".utf8.contains(byte) }
}
