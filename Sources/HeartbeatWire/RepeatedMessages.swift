// A message is sent on every medium and arrives as often, byte for byte the same. Reading it once is enough: checking a
// signature is most of what a keepalive costs. It refuses to know media and whether a copy is wanted.

import HeartbeatModel

/// Reads messages and remembers the last ones, so that a copy costs a comparison.
public struct RepeatedMessages: Sendable {
    private var last: [(bytes: [UInt8], message: SignedMessage)] = []

    /// The copies of a message or two of each node arrive mixed.
    private static let limit = 4

    public init() {}

    /// What `codec` reads from these bytes; throws what it throws.
    public mutating func open(_ bytes: [UInt8], with codec: MessageCodec) throws(WireError) -> SignedMessage {
        // By index, and the newest first: a closure would be given a copy of each message.
        for index in last.indices.reversed() where Self.areEqual(last[index].bytes, bytes) {
            return last[index].message
        }
        let message = try codec.open(bytes)
        remember(message, as: bytes)
        return message
    }

    /// What the node sends itself comes back to it by broadcast.
    /// - Precondition: `bytes` are what the codec in use has written of `message`.
    public mutating func remember(_ message: SignedMessage, as bytes: [UInt8]) {
        if last.count == Self.limit { last.removeFirst() }
        last.append((bytes, message))
    }

    /// The same as `==`, which compares byte by byte, eight bytes at a time.
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                var offset = 0
                while offset + 8 <= left.count {
                    guard
                        left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                            == right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    else { return false }
                    offset += 8
                }
                while offset < left.count {
                    guard left[offset] == right[offset] else { return false }
                    offset += 1
                }
                return true
            }
        }
    }

    /// Makes it read everything anew: with other keys a signature counts for nothing.
    public mutating func forget() {
        last = []
    }
}
