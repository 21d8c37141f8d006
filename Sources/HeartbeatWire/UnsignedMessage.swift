// Messages without authentication, as the daemon and the programs beside it exchange them: in either form, and only the
// fields. Who may send one is decided where it arrives.

import HeartbeatModel

/// The fields of an unsigned message ⇄ its bytes.
public enum UnsignedMessage {
    /// Reads the fields in the order in which they stand; `auth` is left out. Whether NULs follow the message does not
    /// matter: C programs send one or none.
    ///
    /// Throws when the bytes are no message in either form.
    public static func fields(of bytes: [UInt8]) throws(WireError) -> [Message.Field] {
        guard bytes.count <= WireLimits.messageSize else { throw .tooLarge(count: bytes.count) }
        let text = bytes[..<(bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? bytes.startIndex)]
        if text.starts(with: ClassicForm.opening) { return try ClassicForm.open(text).readFields() }
        guard text.starts(with: NetstringForm.opening) else { throw .notAMessage }
        return try NetstringForm.open(text).readFields().filter { $0.name != "auth" }
    }

    /// Writes the fields as a program of the original's expects them: the classic form ends in a NUL, the other does not.
    public static func bytes(of fields: [Message.Field], as form: WireForm) -> [UInt8] {
        switch form {
        case .classic: ClassicForm.opening + ClassicForm.lines(fields) + ClassicForm.closing + [0]
        case .netstring: NetstringForm.text(fields)
        }
    }
}
