// The small alphabets of the wire: decimal lengths, hexadecimal digests, base64 binaries, and bytes as text. Each reader is
// strict, so that a value has exactly one spelling; none knows what its digits are for.

/// Bytes with a meaning in either form.
enum Ascii {
    static let newline = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let blank = UInt8(ascii: " ")
    static let colon = UInt8(ascii: ":")
    static let comma = UInt8(ascii: ",")
    static let equals = UInt8(ascii: "=")
    static let openParenthesis = UInt8(ascii: "(")
    static let closeParenthesis = UInt8(ascii: ")")
    static let zero = UInt8(ascii: "0")
}

extension [UInt8] {
    /// Appends a text's bytes as one block: `+=` would ask the text for each of them.
    mutating func append(utf8 text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }

    /// Appends the digits of a number that is not negative.
    mutating func append(decimal number: Int) {
        var place = 1
        while number / place >= 10 { place *= 10 }
        while place > 0 {
            append(Ascii.zero + UInt8(number / place % 10))
            place /= 10
        }
    }
}

/// Lengths and key ids.
enum Decimal {
    /// The number `digits` spells; `nil` if empty, with another byte in it, with a needless zero in front, or too large to be
    /// a length. Nine digits cannot overflow.
    static func canonical(_ digits: ArraySlice<UInt8>) -> Int? {
        guard let first = digits.first, digits.count <= 9, first != Ascii.zero || digits.count == 1 else { return nil }
        var value = 0
        for digit in digits {
            guard (Ascii.zero...Ascii.zero + 9).contains(digit) else { return nil }
            value = value * 10 + Int(digit - Ascii.zero)
        }
        return value
    }
}

/// Digests.
enum Hexadecimal {
    /// Appends two lower-case digits a byte.
    static func append(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        for byte in bytes {
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? Ascii.zero + value : UInt8(ascii: "a") + value - 10
    }
}

/// Binary values in the classic form: the standard alphabet of RFC 4648 section 4, with padding, without line breaks.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    private static let values: [UInt8?] = {
        var values = [UInt8?](repeating: nil, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    static func text(of bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for index in 0..<3 { bits = bits << 8 | (index < group.count ? UInt32(group[start + index]) : 0) }
            for index in 0..<4 {
                text.append(index <= group.count ? alphabet[Int(bits >> (18 - 6 * UInt32(index)) & 63)] : padding)
            }
        }
        return text
    }

    /// `nil` unless `text` is what ``text(of:)`` writes for some bytes.
    static func bytes(of text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let unpadded = text.dropLast(text.reversed().prefix(2).prefix { $0 == padding }.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var bitCount = 0
        for character in unpadded {
            guard let value = values[Int(character)] else { return nil }
            bits = (bits << 6 | UInt32(value)) & 0xFFF
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        // Bits left over would make a second spelling of the same bytes.
        guard bits & (1 << UInt32(bitCount) - 1) == 0 else { return nil }
        return bytes
    }
}

/// Names and string values.
enum FieldText {
    /// Cuts `name=value`; `field` is the whole field, for the complaint.
    static func split(
        _ nameAndValue: ArraySlice<UInt8>, of field: ArraySlice<UInt8>
    ) throws(WireError) -> (name: String, value: ArraySlice<UInt8>) {
        guard let equals = nameAndValue.firstIndex(of: Ascii.equals), let name = name(nameAndValue[..<equals]) else {
            throw .badField(String(decoding: field.prefix(40), as: UTF8.self))
        }
        return (name, nameAndValue[(equals + 1)...])
    }

    /// The text of a string value. Bytes that are not UTF-8 – a script's messages may be in any encoding – are replaced, since
    /// nothing is decided by them and losing the message would cost more; but a NUL ended the string for the original.
    static func value(_ bytes: ArraySlice<UInt8>) -> String? {
        bytes.contains(0) ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// The text of a field name: printable ASCII without blank or `=`, not beginning with `(`. Any other would break the lines
    /// of the classic form, in which every message may have to be passed on.
    static func name(_ bytes: ArraySlice<UInt8>) -> String? {
        guard let first = bytes.first, first != Ascii.openParenthesis,
            bytes.allSatisfy({ (0x21...0x7E).contains($0) && $0 != Ascii.equals })
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
