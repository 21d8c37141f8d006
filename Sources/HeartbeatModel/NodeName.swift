// The names that appear in configuration and on the wire, each as a type of its own so that they cannot be mixed up.

/// The name of a cluster node, as in a `node` directive. Always lower case: the original folds ASCII case everywhere.
public struct NodeName: Hashable, Codable, Comparable, Sendable, CustomStringConvertible {
    public let text: String

    /// Folds ASCII upper case to lower case; every other byte is kept.
    public init(_ text: some StringProtocol) {
        self.text = String(
            decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
    }

    /// The same, of a text that mostly has no upper case and then is the name itself: each message names a node.
    public init(_ text: String) {
        var folded = text
        let isFolded = folded.withUTF8 { bytes in !bytes.contains { (0x41...0x5A).contains($0) } }
        self = isFolded ? NodeName(folded: text) : NodeName(text[...])
    }

    private init(folded text: String) {
        self.text = text
    }

    public var description: String { text }

    public static func < (left: NodeName, right: NodeName) -> Bool {
        left.text < right.text
    }
}

/// The persistent 16-byte identity of a node (`hb_uuid`). The original identifies a node by it before it looks at the name.
public struct NodeUUID: Hashable, Codable, Sendable {
    /// Exactly 16 bytes.
    public let bytes: [UInt8]

    /// `nil` unless `bytes` has exactly 16 elements.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Sixteen zero bytes: "not yet known" on the wire.
    public static let unknown = NodeUUID(uncheckedBytes: [UInt8](repeating: 0, count: 16))

    private init(uncheckedBytes: [UInt8]) {
        bytes = uncheckedBytes
    }
}

/// The incarnation of a node's heartbeat (`hg` on the wire, `hb_generation` on disk): strictly greater after every start.
public struct Generation: Hashable, Codable, Comparable, Sendable {
    public let number: UInt64

    public init(_ number: UInt64) {
        self.number = number
    }

    public static func < (left: Generation, right: Generation) -> Bool {
        left.number < right.number
    }
}

/// The counter of a node's messages within one generation, from 1 (`seq` on the wire).
public struct SequenceNumber: Hashable, Codable, Comparable, Sendable {
    public let number: UInt64

    public init(_ number: UInt64) {
        self.number = number
    }

    public static func < (left: SequenceNumber, right: SequenceNumber) -> Bool {
        left.number < right.number
    }
}

/// The name of a medium as links are listed by it: the interface (`eth0`) or the tty path (`/dev/ttyS0`).
///
/// Two media on one interface share a name and therefore a link, as in the original.
public struct MediumName: Hashable, Codable, Comparable, Sendable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    public var description: String { text }

    public static func < (left: MediumName, right: MediumName) -> Bool {
        left.text < right.text
    }
}
