// The example of Sources/HeartbeatWire/HeartbeatWire.docc, which quotes this file from `// example` to `// end`: it is
// compiled, and does what the page says.

import Testing

// example
import HeartbeatModel
import HeartbeatWire

/// Signs a message, and reads it as a peer with the same key does: from a datagram, and from a serial line in pieces.
func sendAndReceive(_ message: Message, secret: String) throws -> (datagram: Message, serial: Message?) {
    let key = AuthenticationKey(id: 1, method: .sha1, secret: Array(secret.utf8))
    let codec = MessageCodec(keys: AuthenticationKeys(current: 1, keys: [key]), format: .classic)

    // UDP: one message is one datagram. What is damaged, or signed with another key, throws.
    let datagram = try codec.decode(codec.encode(message, as: .netstring))

    // A serial line is a stream: a framer finds where messages begin and end.
    var framer = SerialFramer()
    var serial: Message?
    for byte in codec.encode(message, as: .classic) {
        for frame in framer.append([byte]) { serial = try codec.decode(frame) }
    }
    return (datagram, serial)
}
// end

@Suite struct LibraryExampleTests {
    private static let status = Message(
        source: NodeName("alpha"), sequence: SequenceNumber(1), generation: Generation(1), timestamp: 1_700_000_000,
        timeToLive: 3, content: .shutdownDone)

    @Test func `the example of the library page reads what it has sent`() throws {
        let received = try sendAndReceive(Self.status, secret: "a secret of your own")
        #expect(received.datagram == Self.status)
        #expect(received.serial == Self.status)
    }
}
