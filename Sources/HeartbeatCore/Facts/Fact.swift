// A fact as the log takes it: a name that never changes, the words for people and the values for programs. It refuses to
// know where the line goes and whether anybody has heard it before.

/// One line of the log, before anything decides whether it is written. Nobody acts on it: what others act on is a
/// `Transition`.
public struct Fact: Hashable, Sendable {
    /// The event's name, `link-dead`: field `HA_EVENT` of the journal, first column of docs/log-events.md.
    public var event: String
    public var level: Level
    /// Log lines are an interface: where the event is the same as the original's, so are the words, because operators
    /// search for them.
    public var text: String
    /// In the order of the text. The local node is not among them: every line of a node has it.
    public var fields: [Field]

    public init(event: String, level: Level, text: String, fields: [Field] = []) {
        self.event = event
        self.level = level
        self.text = text
        self.fields = fields
    }

    /// A fact of the core.
    init(
        _ event: FactEvent, _ text: String,
        _ fields: KeyValuePairs<Field.Name, any CustomStringConvertible> = [:]
    ) {
        self.init(
            event: event.rawValue, level: event.level, text: text,
            fields: fields.map { Field($0.key, $0.value.description) })
    }

    /// How much it matters, in the original's levels.
    public enum Level: Int, Comparable, Sendable {
        case info
        case warning
        case error
        case critical

        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// What it is about: the values of the fields that name something, without those that count or explain.
    public var object: String {
        identifying.map(\.value).joined(separator: " ")
    }

    package func value(_ name: Field.Name) -> String? { fields.first { $0.name == name }?.value }

    /// The fields that name something.
    package var identifying: [Field] { fields.filter(\.name.identifies) }

    /// The journal's `MESSAGE_ID` of an event, 32 hexadecimal digits: FNV-1a of 128 bits (draft-eastlake-fnv) over
    /// `swift-heartbeat:` and the event's name, so that it is as lasting as the name.
    public static func messageID(of event: String) -> String {
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        for byte in "swift-heartbeat:\(event)".utf8 {
            hash ^= UInt128(byte)
            hash &*= 0x0000_0000_0100_0000_0000_0000_0000_013b
        }
        return hash.hexadecimal
    }
}

extension Fact {
    /// A value of a fact, as the journal can be searched for it.
    public struct Field: Hashable, Sendable {
        public var name: Name
        public var value: String

        public init(_ name: Name, _ value: some CustomStringConvertible) {
            self.name = name
            self.value = value.description
        }

        /// The fields' names in the journal.
        public enum Name: String, Hashable, Sendable, CaseIterable {
            /// The other node, or a ping node.
            case peer = "HA_PEER"
            /// Key of a resource group: its first resource as written in haresources.
            case group = "HA_GROUP"
            /// A resource, or several that are started in one go.
            case resource = "HA_RESOURCE"
            case medium = "HA_MEDIUM"
            case interface = "HA_INTERFACE"
            /// Another host on a network of this node, by its address.
            case neighbour = "HA_NEIGHBOUR"
            /// A probe, or a group of probes.
            case path = "HA_PATH"
            /// A file, by its path.
            case file = "HA_FILE"
            /// A client of the API, or a program that is started with the node.
            case client = "HA_CLIENT"
            /// Groups from the local node's point of view: `local`, `foreign`, `all`, `none`.
            case set = "HA_SET"
            /// A node's status: `init`, `up`, `active`, `dead`, `ping`.
            case status = "HA_STATUS"
            /// Exit code of a script.
            case exitCode = "HA_RC"
            /// Whoever has or had it.
            case from = "HA_FROM"
            /// Whoever gets it.
            case to = "HA_TO"
            /// Milliseconds.
            case latency = "HA_LATENCY_MS"
            case count = "HA_COUNT"
            case limit = "HA_LIMIT"
            case attempt = "HA_ATTEMPT"
            case sequence = "HA_SEQUENCE"
            case generation = "HA_GENERATION"
            /// Names of nodes, blanks between.
            case nodes = "HA_NODES"
            /// Microseconds of CLOCK_MONOTONIC at which a timeline is zero.
            case zero = "HA_ZERO_US"
            /// What came of a movement: `running`, `released`, `failed`, `stuck`.
            case outcome = "HA_OUTCOME"
            /// Why, in words.
            case cause = "HA_CAUSE"
            /// How often it happened without a line of its own.
            case repeated = "HA_REPEATED"

            /// Whether facts that differ in it are about different things.
            var identifies: Bool {
                switch self {
                case .peer, .group, .resource, .medium, .interface, .neighbour, .path, .file, .client, .set: true
                case .status, .exitCode, .from, .to, .latency, .count, .limit, .attempt, .sequence, .generation, .nodes,
                    .zero, .outcome, .cause, .repeated:
                    false
                }
            }
        }
    }
}
