// The form of serial lines, of the FIFO and of the client socket, accepted on every medium:
//
//     >>>\n  name=value\n  (1)name=<base64>\n  …  auth=id hex\n  <<<\n
//
// A newline within a value is written as byte 0x13. Only 7-bit text survives a serial line, and a value holding 0x13 itself
// comes back with a newline in its place: both are limits of the form. The signature covers the lines of all other fields.

import HeartbeatModel

enum ClassicForm {
    static let opening = Array(">>>\n".utf8)
    static let closing = Array("<<<\n".utf8)
    static let authenticationPrefix = Array("auth=".utf8)

    /// Stands for a newline within a string or a list.
    private static let newlineInText: UInt8 = 0x13
    /// Stand for a newline within a structure, by the number of structures around that one. The original's messages in a
    /// haresources cluster have no structures.
    private static let newlinesInStructure: [UInt8] = [0x1E, 0x1D, 0x1C, 0x1B]

    /// A message taken apart without looking into its fields, so that the signature can be checked first.
    struct Envelope {
        /// Each field's line without its newline, `auth` excepted.
        var lines: [ArraySlice<UInt8>]
        /// The bytes the signature covers.
        var covered: [UInt8]
        /// `id hex`; `nil` when there is no `auth`.
        var token: ArraySlice<UInt8>?
    }

    /// Takes a whole message apart.
    static func open(_ bytes: ArraySlice<UInt8>) throws(WireError) -> Envelope {
        var envelope = Envelope(lines: [], covered: [], token: nil)
        envelope.covered.reserveCapacity(bytes.count)
        var position = bytes.startIndex + opening.count
        while true {
            guard let newline = bytes[position...].firstIndex(of: Ascii.newline) else {
                throw .truncated(offset: position)
            }
            let line = bytes[position..<newline]
            position = newline + 1
            if line.elementsEqual(closing.dropLast()) { break }
            try envelope.take(line)
        }
        guard position == bytes.endIndex else { throw .trailingBytes(offset: position) }
        return envelope
    }

    /// Reads one field's line; `depth` is the number of structures around it.
    static func field(_ line: ArraySlice<UInt8>, depth: Int = 0) throws(WireError) -> Message.Field {
        let (type, nameAndValue) =
            line.first == Ascii.openParenthesis ? try FieldType.split(line) : (FieldType.string, line)
        let (name, text) = try FieldText.split(nameAndValue, of: line)
        return Message.Field(name: name, value: try value(text, of: type, name: name, depth: depth))
    }

    private static func value(
        _ bytes: ArraySlice<UInt8>, of type: FieldType, name: String, depth: Int
    ) throws(WireError) -> Message.Value {
        switch type {
        case .string:
            guard let text = FieldText.value(replacing(newlineInText, by: Ascii.newline, in: bytes)) else {
                throw .badField(name)
            }
            return .string(text)
        case .binary:
            guard let binary = Base64.bytes(of: bytes) else { throw .badField(name) }
            return .binary(binary)
        case .structure:
            return .structure(try structure(bytes, name: name, depth: depth))
        case .list:
            let text = replacing(newlineInText, by: Ascii.newline, in: bytes)
            return .list(try NetstringForm.list(text, name: name))
        case .compressed, .uncompressed:
            throw .unsupportedCompression
        }
    }

    private static func structure(
        _ bytes: ArraySlice<UInt8>, name: String, depth: Int
    ) throws(WireError) -> [Message.Field] {
        guard depth < WireLimits.depth else { throw .tooDeep }
        let text = replacing(newlinesInStructure[depth], by: Ascii.newline, in: bytes)
        let end = text.dropFirst(opening.count - 1).suffix(closing.count + 1)
        guard text.starts(with: opening), end.elementsEqual([Ascii.newline] + closing) else { throw .badField(name) }
        let body = text.dropFirst(opening.count).dropLast(closing.count)
        var fields: [Message.Field] = []
        for line in body.split(separator: Ascii.newline) { fields.append(try field(line, depth: depth + 1)) }
        return fields
    }

    /// Writes the lines of `fields`, without `>>>` and `<<<`; also what the signature in either form's `auth` covers.
    static func lines(_ fields: [Message.Field]) -> [UInt8] {
        lines(fields, depth: 0)
    }

    /// Writes a whole message around the lines of its fields.
    static func text(_ lines: [UInt8], token: [UInt8]) -> [UInt8] {
        opening + lines + authenticationPrefix + token + [Ascii.newline] + closing
    }

    /// Room for a status message, so that writing one takes memory once.
    private static let usualSize = 512

    private static func lines(_ fields: [Message.Field], depth: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(usualSize)
        for field in fields {
            let type = FieldType(of: field.value)
            if type != .string { type.appendPrefix(to: &bytes) }
            bytes.append(utf8: field.name)
            bytes.append(Ascii.equals)
            if case .string(let text) = field.value, !text.utf8.contains(Ascii.newline) {
                bytes.append(utf8: text)
            } else {
                bytes += value(field.value, depth: depth)
            }
            bytes.append(Ascii.newline)
        }
        return bytes
    }

    private static func value(_ value: Message.Value, depth: Int) -> ArraySlice<UInt8> {
        switch value {
        case .string(let text):
            return replacing(Ascii.newline, by: newlineInText, in: Array(text.utf8)[...])
        case .binary(let bytes):
            return Base64.text(of: bytes)[...]
        case .structure(let fields):
            // What is deeper than a receiver accepts need not be readable, only harmless.
            let marker = newlinesInStructure[min(depth, newlinesInStructure.count - 1)]
            let text = opening + lines(fields, depth: depth + 1) + closing
            return replacing(Ascii.newline, by: marker, in: text[...])
        case .list(let items):
            return replacing(Ascii.newline, by: newlineInText, in: NetstringForm.text(ofList: items)[...])
        }
    }

    private static func replacing(_ old: UInt8, by new: UInt8, in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.contains(old) else { return bytes }
        return bytes.map { $0 == old ? new : $0 }[...]
    }
}

extension ClassicForm.Envelope {
    /// Every field but `auth`, in the order in which they stand.
    func readFields() throws(WireError) -> [Message.Field] {
        var fields: [Message.Field] = []
        for line in lines { fields.append(try ClassicForm.field(line)) }
        return fields
    }

    fileprivate mutating func take(_ line: ArraySlice<UInt8>) throws(WireError) {
        // A shell's here-document easily leaves a blank line behind.
        guard !line.isEmpty else { return }
        guard line.starts(with: ClassicForm.authenticationPrefix) else {
            lines.append(line)
            covered += line
            covered.append(Ascii.newline)
            return
        }
        guard token == nil else { throw .repeated(field: "auth") }
        token = line.dropFirst(ClassicForm.authenticationPrefix.count)
    }
}
