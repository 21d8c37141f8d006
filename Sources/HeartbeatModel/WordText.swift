// How a word or a line of text is written so that nothing in it can be taken for structure.

/// Words and lines between programs.
package enum WordText {
    /// Blanks, control characters, `%` and bytes above 126 become `%XX`; an empty word becomes `%`.
    package static func encode(_ word: String) -> String {
        word.isEmpty ? "%" : escaped(word) { $0 > 0x20 }
    }

    /// The opposite of `encode`; `nil` when the text cannot have come from it.
    package static func decode(_ text: some StringProtocol) -> String? {
        guard !text.isEmpty else { return nil }
        return text == "%" ? "" : unescaped(text)
    }

    /// Like `encode`, but blanks stay: for text that ends at the end of the line.
    package static func encodeText(_ text: String) -> String {
        escaped(text) { $0 >= 0x20 }
    }

    /// The opposite of `encodeText`.
    package static func decodeText(_ text: some StringProtocol) -> String? {
        unescaped(text)
    }

    private static func escaped(_ text: String, isPlain: (UInt8) -> Bool) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = text.utf8.flatMap { byte in
            isPlain(byte) && byte < 0x7F && byte != UInt8(ascii: "%")
                ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func unescaped(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte != UInt8(ascii: "%") {
                guard (0x20..<0x7F).contains(byte) else { return nil }
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(value(ofDigit:)),
                let low = rest.popFirst().flatMap(value(ofDigit:))
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
