// Why bytes did not become a message. The texts are log lines: they say what was wrong and where, and never repeat more of
// a packet than one field, because an unauthenticated sender chose it.

import HeartbeatModel

/// Why bytes are not a message of this cluster.
public enum WireError: Error, Hashable, Sendable {
    /// The bytes begin neither with `###\n` nor with `>>>\n`.
    case notAMessage
    /// More bytes than any message may have.
    case tooLarge(count: Int)
    /// The bytes end within something that begins at this offset.
    case truncated(offset: Int)
    /// A length at this offset is no canonical decimal number, or does not lead to the mark that must follow.
    case badLength(offset: Int)
    /// Bytes at this offset follow a complete message.
    case trailingBytes(offset: Int)
    /// A structure within more than ``WireLimits/depth`` others.
    case tooDeep
    /// A field is no `name=value`, has an unknown type, a value not of that type, or an unknown word.
    case badField(String)
    /// A field that can only be there once is there again.
    case repeated(field: String)
    /// A field without which the message means nothing is not there.
    case missing(field: String)
    /// A field holds no number, or none in its range.
    case badNumber(field: String, text: String)
    /// The message is compressed. Messages of haresources clusters never are unless ha.cf asks for it.
    case unsupportedCompression
    /// The message carries no authentication.
    case unsigned
    /// The message is signed with a key that is not in authkeys.
    case unknownKey(id: Int)
    /// The signature is not that of these bytes under the key it names.
    case badAuthentication
}

extension WireError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notAMessage: "not a heartbeat message"
        case .tooLarge(let count): "\(count) bytes, more than \(WireLimits.messageSize)"
        case .truncated(let offset): "ends within what begins at byte \(offset)"
        case .badLength(let offset): "wrong length at byte \(offset)"
        case .trailingBytes(let offset): "more bytes after the end at byte \(offset)"
        case .tooDeep: "structures nested deeper than \(WireLimits.depth)"
        case .badField(let name): "field [\(name.printable(atMost: 40))] cannot be read"
        case .repeated(let field): "field [\(field.printable(atMost: 40))] is there twice"
        case .missing(let field): "field [\(field.printable(atMost: 40))] is missing"
        case .badNumber(let field, let text):
            "field [\(field.printable(atMost: 40))]: [\(text.printable(atMost: 40))] is no valid number"
        case .unsupportedCompression: "compressed messages are not supported"
        case .unsigned: "not authenticated"
        case .unknownKey(let id): "signed with key \(id), which is not in authkeys"
        case .badAuthentication: "authentication does not match"
        }
    }
}

/// Bounds on what is accepted from outside.
public enum WireLimits {
    /// Bytes in one message: the original's own limit of 256 KiB.
    public static let messageSize = 256 * 1024
    /// Structures within structures. The messages of a haresources cluster have none at all.
    public static let depth = 4
}
