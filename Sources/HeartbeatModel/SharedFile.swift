// Files that must be the same on both nodes, as plain values: what one node knows of its own, and what two nodes compare of
// them. Who reads them, and what follows, is not known here.

/// A file of a `sync` line, as one node has it.
public struct SharedFile: Hashable, Codable, Sendable {
    /// Absolute, without blanks and control characters, at most `longestPath` bytes.
    public var path: String
    public var content: Content

    public init(_ path: String, _ content: Content = .unread) {
        self.path = path
        self.content = content
    }

    /// So many may be listed: each costs 17 bytes in every report.
    public static let most = 16
    /// Bytes of a path.
    public static let longestPath = 255
    /// Whether a text can be the path of one: what a node tells stands in the other one's log.
    public static func isPath(_ text: some StringProtocol) -> Bool {
        let bytes = text.utf8
        return bytes.first == UInt8(ascii: "/") && bytes.count <= longestPath
            && bytes.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    /// Bytes of a file that is read.
    public static let largest = 1 << 20

    /// What a node knows of a file.
    public enum Content: Hashable, Codable, Sendable {
        /// The daemon has only just begun to read it.
        case unread
        /// The first four bytes of its SHA-256, as `sha256sum` prints them first.
        case hash(UInt32)
        case missing
        /// It is there, and cannot be read, or is no file.
        case unreadable
        /// It has more than `largest` bytes.
        case tooLarge

        /// Whether it says what is in the file: that there is none says so, too.
        public var isKnown: Bool {
            switch self {
            case .hash, .missing: true
            case .unread, .unreadable, .tooLarge: false
            }
        }
    }

    /// What is told of it to the other node.
    public var fingerprint: SharedFileFingerprint { SharedFileFingerprint(identity: Self.identity(of: path), content) }

    /// By which the nodes find the same path in each other's lists: FNV-1a, 32 bits.
    public static func identity(of path: String) -> UInt32 { path.utf8.fnv1a }
}

/// What one node tells of a file in a report.
public struct SharedFileFingerprint: Hashable, Codable, Sendable {
    /// `SharedFile.identity(of:)` of its path.
    public var identity: UInt32
    public var content: SharedFile.Content
    /// The path, told only to a node that does not list it.
    public var path: String?

    public init(identity: UInt32, _ content: SharedFile.Content, path: String? = nil) {
        self.identity = identity
        self.content = content
        self.path = path
    }
}

/// `sync_mismatch`: what a file that is not the same on both nodes does.
public enum SyncMismatch: String, Hashable, Codable, Sendable, CaseIterable {
    /// It is told.
    case warn
    /// Groups do not return to their preferred node by themselves until it is the same, either.
    case hold
}

extension Sequence<UInt8> {
    /// FNV-1a of 32 bits (draft-eastlake-fnv).
    var fnv1a: UInt32 { reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 } }
}

extension SharedFile.Content {
    /// For people: eight hexadecimal digits, as `sha256sum` prints them first, or why there are none.
    public var word: String {
        switch self {
        case .unread: "unread"
        case .hash(let hash): hash.hexadecimal
        case .missing: "missing"
        case .unreadable: "unreadable"
        case .tooLarge: "too-large"
        }
    }
}
