// Messages to bytes and back, in either form, signed and verified. It refuses to know media: which form a medium takes is
// told by the caller, and a receiver accepts both on every medium.

import HeartbeatModel

/// How a message is laid out in bytes.
public enum WireForm: Hashable, Sendable {
    /// `###\n…%%%\n` and a signature: everything in UDP and ICMP.
    case netstring
    /// `>>>\n…<<<\n`, one field a line: serial lines. 7-bit text only.
    case classic
}

/// A message whose signature was right.
public struct SignedMessage: Hashable, Sendable {
    public let message: Message
    /// The id of the key it was signed with.
    public let key: Int

    public init(message: Message, key: Int) {
        self.message = message
        self.key = key
    }
}

/// Turns messages into signed bytes and verified bytes into messages.
///
/// Making one prepares the keys, so make one per reading of authkeys.
public struct MessageCodec: Sendable {
    private var authentication: Authentication
    private let format: MessageFormat

    /// - Parameters:
    ///   - keys: every key that is accepted, and which of them signs.
    ///   - format: with `.classic` messages in netstring form also carry the `auth` field of the classic form, as the
    ///     original's default `msgfmt classic` has it. No receiver looks at it.
    /// - Precondition: `keys.current` is the id of one of the keys.
    public init(keys: AuthenticationKeys, format: MessageFormat) {
        authentication = Authentication(keys)
        self.format = format
    }

    /// The id of the key that messages are signed with: that of the keys' `current`, until it is changed.
    public var signingKey: Int { authentication.signingKey }

    /// Signs with another of the keys from now on; `false` when there is no such key.
    public mutating func sign(withKey id: Int) -> Bool {
        authentication.sign(withKey: id)
    }

    /// Writes a message and signs it with the signing key.
    ///
    /// In classic form byte 0x13 in a text arrives as a newline, and nothing but 7-bit text survives a serial line. Names in
    /// `extraFields` and `.other` must be printable ASCII without `=` and not those of the message's own fields, and texts
    /// must be free of NUL, or the receiver rejects the message. So it does a `timestamp` of 0.
    public func encode(_ message: Message, as form: WireForm) -> [UInt8] {
        let fields = message.wireFields
        switch form {
        case .netstring: return encodeNetstring(fields)
        case .classic:
            let lines = ClassicForm.lines(fields)
            return ClassicForm.text(lines, token: authentication.token(over: lines[...]))
        }
    }

    private func encodeNetstring(_ fields: [Message.Field]) -> [UInt8] {
        var fields = fields
        switch format {
        case .classic:
            let token = authentication.token(over: ClassicForm.lines(fields)[...])
            fields.append(Message.Field("auth", String(decoding: token, as: UTF8.self)))
        case .netstring: break
        }
        var bytes = NetstringForm.text(fields)
        NetstringForm.append(authentication.token(over: bytes[...]), to: &bytes)
        return bytes
    }

    /// Reads a message from all the bytes of a datagram or of one frame of a ``SerialFramer``.
    ///
    /// The form is told by the first four bytes; one NUL after the end is tolerated, because heartbeat 2.1.3 sends it. The
    /// signature is checked before any field is looked at, with the key it names.
    public func decode(_ bytes: [UInt8]) throws(WireError) -> Message {
        try open(bytes).message
    }

    /// The same, with the key that the sender has used.
    public func open(_ bytes: [UInt8]) throws(WireError) -> SignedMessage {
        let text = try Self.bounded(bytes)
        if text.starts(with: NetstringForm.opening) { return try decodeNetstring(text) }
        if text.starts(with: ClassicForm.opening) { return try decodeClassic(text) }
        throw .notAMessage
    }

    private func decodeNetstring(_ text: ArraySlice<UInt8>) throws(WireError) -> SignedMessage {
        let envelope = try NetstringForm.open(text)
        guard let token = envelope.token else { throw .unsigned }
        let key = try authentication.verify(token, over: envelope.covered)
        // The signature over all bytes has spoken; the original ignores the inner one in netstring form, too.
        let fields = try envelope.readFields().filter { $0.name != "auth" }
        return SignedMessage(message: try Message(wireFields: fields), key: key)
    }

    private func decodeClassic(_ text: ArraySlice<UInt8>) throws(WireError) -> SignedMessage {
        let envelope = try ClassicForm.open(text)
        guard let token = envelope.token else { throw .unsigned }
        let key = try authentication.verify(token, over: envelope.covered[...])
        return SignedMessage(message: try Message(wireFields: try envelope.readFields()), key: key)
    }

    /// Reads what a local program wrote: without core fields and without authentication, because only root can write into
    /// the FIFO.
    public func decodeLocal(_ bytes: [UInt8]) throws(WireError) -> LocalMessage {
        let fields = try UnsignedMessage.fields(of: bytes)
        // The FIFO is a stream of lines, where nobody writes the other form.
        guard bytes.starts(with: ClassicForm.opening) else { throw .notAMessage }
        return try LocalMessage(fields: fields)
    }

    private static func bounded(_ bytes: [UInt8]) throws(WireError) -> ArraySlice<UInt8> {
        guard bytes.count <= WireLimits.messageSize else { throw .tooLarge(count: bytes.count) }
        return bytes.last == 0 ? bytes.dropLast() : bytes[...]
    }
}

extension Message {
    /// The status that a ping node is made to say about itself: it goes out as the payload of an echo request, and comes back
    /// as the ping node's own message.
    ///
    /// - Parameter timestamp: wall clock in seconds since 1970, not 0.
    public static func ping(_ node: PingNode, timestamp: UInt64) -> Message {
        Message(
            source: node.name, sequence: nil, generation: Generation(0), timestamp: timestamp,
            content: .pingReply(group: node.isGroup))
    }
}
