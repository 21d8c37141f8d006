// The form of every UDP and ICMP message:
//
//     ###\n  LEN:(T)name=value,  …  %%%\n  LEN:id hex,
//
// LEN is the decimal count of the bytes between its colon and its comma; the signature at the end covers everything before
// it. This file finds fields and signature and writes them; what the fields mean, and whether the signature is right, is
// decided elsewhere.

import HeartbeatModel

enum NetstringForm {
    static let opening = Array("###\n".utf8)
    private static let closing = Array("%%%\n".utf8)

    /// A message taken apart without looking into its fields, so that the signature can be checked first.
    struct Envelope {
        /// Each field's `(T)name=value`.
        var fields: [ArraySlice<UInt8>]
        /// The bytes the signature covers: `###\n` through `%%%\n`.
        var covered: ArraySlice<UInt8>
        /// `id hex`; `nil` when nothing follows the covered bytes.
        var token: ArraySlice<UInt8>?
    }

    /// Takes a whole message apart.
    static func open(_ bytes: ArraySlice<UInt8>) throws(WireError) -> Envelope {
        var cursor = Cursor(bytes)
        let fields = try cursor.fields()
        let covered = bytes[..<cursor.position]
        guard !cursor.isAtEnd else { return Envelope(fields: fields, covered: covered, token: nil) }
        let token = try cursor.netstring()
        guard cursor.isAtEnd else { throw .trailingBytes(offset: cursor.position) }
        return Envelope(fields: fields, covered: covered, token: token)
    }

    /// Reads one field's `(T)name=value`; `depth` is the number of structures around it.
    static func field(_ bytes: ArraySlice<UInt8>, depth: Int = 0) throws(WireError) -> Message.Field {
        let (type, nameAndValue) = try FieldType.split(bytes)
        let (name, text) = try FieldText.split(nameAndValue, of: bytes)
        return Message.Field(name: name, value: try value(text, of: type, name: name, depth: depth))
    }

    private static func value(
        _ bytes: ArraySlice<UInt8>, of type: FieldType, name: String, depth: Int
    ) throws(WireError) -> Message.Value {
        switch type {
        case .string:
            guard let text = FieldText.value(bytes) else { throw .badField(name) }
            return .string(text)
        case .binary:
            return .binary(Array(bytes))
        case .structure:
            return .structure(try structure(bytes, name: name, depth: depth + 1))
        case .list:
            return .list(try list(bytes, name: name))
        case .compressed, .uncompressed:
            throw .unsupportedCompression
        }
    }

    private static func structure(
        _ bytes: ArraySlice<UInt8>, name: String, depth: Int
    ) throws(WireError) -> [Message.Field] {
        guard depth <= WireLimits.depth else { throw .tooDeep }
        guard bytes.starts(with: opening) else { throw .badField(name) }
        var cursor = Cursor(bytes)
        var fields: [Message.Field] = []
        for range in try cursor.fields() { fields.append(try field(range, depth: depth)) }
        guard cursor.isAtEnd else { throw .badField(name) }
        return fields
    }

    /// Reads a list's `LEN:text,…`; the classic form writes lists in the same way.
    static func list(_ bytes: ArraySlice<UInt8>, name: String) throws(WireError) -> [String] {
        var cursor = Cursor(bytes)
        var items: [String] = []
        while !cursor.isAtEnd {
            guard let item = FieldText.value(try cursor.netstring()) else { throw .badField(name) }
            items.append(item)
        }
        return items
    }

    /// Writes `###\n…%%%\n`, without signature.
    static func text(_ fields: [Message.Field]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(usualSize)
        bytes += opening
        for field in fields {
            switch field.value {
            case .string(var text): text.withUTF8 { append(field.name, .string, $0, to: &bytes) }
            case .binary(let binary): append(field.name, .binary, binary, to: &bytes)
            case .structure(let fields): append(field.name, .structure, text(fields), to: &bytes)
            case .list(let items): append(field.name, .list, text(ofList: items), to: &bytes)
            }
        }
        bytes += closing
        return bytes
    }

    /// Room for a status message with its signature, so that writing one takes memory once.
    private static let usualSize = 512

    private static func append(_ name: String, _ type: FieldType, _ value: [UInt8], to bytes: inout [UInt8]) {
        value.withUnsafeBufferPointer { append(name, type, $0, to: &bytes) }
    }

    /// Appends `LEN:(T)name=value,`.
    private static func append(
        _ name: String, _ type: FieldType, _ value: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]
    ) {
        bytes.append(decimal: FieldType.prefixCount + name.utf8.count + 1 + value.count)
        bytes.append(Ascii.colon)
        type.appendPrefix(to: &bytes)
        bytes.append(utf8: name)
        bytes.append(Ascii.equals)
        bytes.append(contentsOf: value)
        bytes.append(Ascii.comma)
    }

    /// Appends `LEN:content,`.
    static func append(_ content: some Collection<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(decimal: content.count)
        bytes.append(Ascii.colon)
        bytes += content
        bytes.append(Ascii.comma)
    }

    /// Writes a list's `LEN:text,…`.
    static func text(ofList items: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for item in items { append(item.utf8, to: &bytes) }
        return bytes
    }

    /// Room for the fields of a status message and a few more, so that reading them takes memory once.
    private static let usualFieldCount = 16

    /// A place in bytes that somebody else wrote. Every step is checked against their end.
    private struct Cursor {
        private let bytes: ArraySlice<UInt8>
        private(set) var position: Int

        init(_ bytes: ArraySlice<UInt8>) {
            self.bytes = bytes
            position = bytes.startIndex
        }

        var isAtEnd: Bool { position == bytes.endIndex }

        /// Consumes `###\n`, fields, `%%%\n`; the caller has seen the first.
        mutating func fields() throws(WireError) -> [ArraySlice<UInt8>] {
            position += opening.count
            var fields: [ArraySlice<UInt8>] = []
            fields.reserveCapacity(usualFieldCount)
            while !bytes[position...].starts(with: closing) { fields.append(try netstring()) }
            position += closing.count
            return fields
        }

        /// Consumes `LEN:content,` and returns the content.
        mutating func netstring() throws(WireError) -> ArraySlice<UInt8> {
            // Nine digits are enough for any length; looking further would let a packet of digits cost quadratic time.
            guard let colon = bytes[position...].prefix(10).firstIndex(of: Ascii.colon) else {
                throw bytes.endIndex - position < 10 ? .truncated(offset: position) : .badLength(offset: position)
            }
            guard let length = Decimal.canonical(bytes[position..<colon]) else { throw .badLength(offset: position) }
            guard length < bytes.endIndex - colon - 1 else { throw .truncated(offset: position) }
            let content = bytes[(colon + 1)..<(colon + 1 + length)]
            guard bytes[content.endIndex] == Ascii.comma else { throw .badLength(offset: position) }
            position = content.endIndex + 1
            return content
        }
    }
}

extension NetstringForm.Envelope {
    /// Every field, in the order in which they stand.
    func readFields() throws(WireError) -> [Message.Field] {
        var read: [Message.Field] = []
        read.reserveCapacity(fields.count)
        for bytes in fields { read.append(try NetstringForm.field(bytes)) }
        return read
    }
}
