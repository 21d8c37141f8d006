// The types of field values by their numbers on the wire, common to both forms.

import HeartbeatModel

/// The digit in a field's `(T)`.
enum FieldType: UInt8 {
    case string = 0
    case binary = 1
    case structure = 2
    case list = 3
    /// A compressed structure; only nodes with `compression` in ha.cf send it.
    case compressed = 4
    /// A structure on its way to being compressed; never on the wire.
    case uncompressed = 5

    init(of value: Message.Value) {
        switch value {
        case .string: self = .string
        case .binary: self = .binary
        case .structure: self = .structure
        case .list: self = .list
        }
    }

    /// Length of `(T)`.
    static let prefixCount = 3

    /// Appends `(T)`.
    func appendPrefix(to bytes: inout [UInt8]) {
        bytes.append(Ascii.openParenthesis)
        bytes.append(Ascii.zero + rawValue)
        bytes.append(Ascii.closeParenthesis)
    }

    /// Splits `(T)rest`.
    static func split(_ bytes: ArraySlice<UInt8>) throws(WireError) -> (FieldType, rest: ArraySlice<UInt8>) {
        let start = bytes.startIndex
        guard bytes.count >= prefixCount, bytes[start] == Ascii.openParenthesis,
            bytes[start + 2] == Ascii.closeParenthesis, bytes[start + 1] >= Ascii.zero,
            let type = FieldType(rawValue: bytes[start + 1] - Ascii.zero)
        else { throw .badField(String(decoding: bytes.prefix(40), as: UTF8.self)) }
        return (type, bytes.dropFirst(prefixCount))
    }
}
