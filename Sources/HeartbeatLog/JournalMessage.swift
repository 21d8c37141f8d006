// One message in the journal's native form, as its socket takes it (systemd's journal-native-protocol).

enum JournalMessage {
    /// A datagram has to fit into a socket's buffer, 208 KiB by default; more than this of one value is cut off.
    static let longestValue = 16384

    /// Fields as `NAME=value` lines, or the name, a length of 64 bits little endian and the value when it spans lines.
    /// Names the journal would refuse are left out.
    static func bytes(_ fields: [(name: String, value: String)]) -> [UInt8] {
        var message: [UInt8] = []
        for field in fields where isValid(field.name) {
            let value = cut(field.value)
            message += field.name.utf8
            if value.contains(UInt8(ascii: "\n")) {
                message.append(UInt8(ascii: "\n"))
                withUnsafeBytes(of: UInt64(value.count).littleEndian) { message += $0 }
            } else {
                message.append(UInt8(ascii: "="))
            }
            message += value
            message.append(UInt8(ascii: "\n"))
        }
        return message
    }

    /// The value's bytes, cut between characters when there are too many.
    private static func cut(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count > longestValue else { return bytes }
        let end = (0...longestValue).last(where: { bytes[$0] & 0xC0 != 0x80 }) ?? longestValue
        return Array(bytes[..<end]) + Array("…".utf8)
    }

    private static func isValid(_ name: String) -> Bool {
        let isLetter: (UInt8) -> Bool = { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        return name.utf8.first.map(isLetter) == true && name.utf8.count <= 64
            && name.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
    }
}
