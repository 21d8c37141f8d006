// haresources as values: ordered resources that move together, how a resource word becomes a script call, and which
// resources are started in one go.

/// One resource of a group: a script and its arguments, or an address.
public struct Resource: Hashable, Codable, Sendable {
    /// The word as written in haresources (`10.0.0.1/24`, `IPaddr::10.0.0.1/24`, `ipsec`).
    public var word: String
    /// The script's name: what stands before the first `::`, or `IPaddr` for a bare address.
    public var scriptName: String
    /// The script's arguments, before the verb.
    public var arguments: [String]
    /// The address, if the daemon itself brings it up; `nil` for what a script does.
    public var address: ServiceAddress?
    /// How often a running resource is looked at; `nil` for never.
    public var monitorInterval: Duration?

    public init(
        word: String, scriptName: String, arguments: [String], address: ServiceAddress? = nil,
        monitorInterval: Duration? = nil
    ) {
        self.word = word
        self.scriptName = scriptName
        self.arguments = arguments
        self.address = address
        self.monitorInterval = monitorInterval
    }
}

/// What is started and stopped in one go: one script, or neighbouring addresses.
///
/// Addresses do not depend on each other, and a hundred of them take the kernel no longer than one takes a script.
public struct ResourceStep: Hashable, Codable, Sendable {
    /// One resource, or several that are all addresses.
    public var resources: [Resource]

    public init(_ resources: [Resource]) {
        precondition(!resources.isEmpty, "a step has no resources")
        self.resources = resources
    }

    /// The daemon itself does it, through the kernel.
    public var isAddresses: Bool { resources[0].address != nil }

    /// The words of haresources, with blanks between.
    public var word: String { resources.map(\.word).joined(separator: " ") }

    /// How often it is looked at while it runs; the shortest of its resources.
    public var monitorInterval: Duration? { resources.compactMap(\.monitorInterval).min() }
}

/// One logical line of haresources: the preferred node and the resources it starts from left to right.
///
/// A line is read once and handed about a lot, so what it says is shared and not copied.
public struct ResourceGroup: Hashable, Codable, Sendable {
    private final class Content: Sendable {
        let preferredNode: NodeName
        let resources: [Resource]
        let steps: [ResourceStep]
        let fingerprint: GroupFingerprint

        init(preferredNode: NodeName, resources: [Resource]) {
            self.preferredNode = preferredNode
            self.resources = resources
            var steps: [ResourceStep] = []
            for resource in resources {
                if resource.address != nil, let last = steps.last, last.isAddresses {
                    steps[steps.count - 1].resources.append(resource)
                } else {
                    steps.append(ResourceStep([resource]))
                }
            }
            self.steps = steps
            fingerprint = GroupFingerprint(preferredNode: preferredNode, words: resources.map(\.word))
        }
    }

    private let content: Content
    /// Line of haresources on which the group begins, from 1.
    public var line: Int

    public init(preferredNode: NodeName, resources: [Resource], line: Int) {
        precondition(!resources.isEmpty, "resource group of \(preferredNode) has no resources")
        content = Content(preferredNode: preferredNode, resources: resources)
        self.line = line
    }

    /// The node named first on the line.
    public var preferredNode: NodeName { content.preferredNode }
    /// At least one resource. Started left to right, stopped right to left.
    public var resources: [Resource] { content.resources }
    /// The resources as they are started: neighbouring addresses together.
    public var steps: [ResourceStep] { content.steps }
    /// Lets two nodes compare their lines.
    public var fingerprint: GroupFingerprint { content.fingerprint }
    /// The word of the first resource: the name of the group everywhere, unique in the file.
    public var key: String { resources[0].word }

    /// The same line beginning with the name of `node`.
    public func preferring(_ node: NodeName) -> ResourceGroup {
        ResourceGroup(preferredNode: node, resources: resources, line: line)
    }

    public static func == (left: ResourceGroup, right: ResourceGroup) -> Bool {
        left.line == right.line
            && (left.content === right.content
                || left.preferredNode == right.preferredNode && left.resources == right.resources)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(line)
        hasher.combine(fingerprint)
    }

    private enum CodingKeys: CodingKey {
        case preferredNode
        case resources
        case line
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let resources = try values.decode([Resource].self, forKey: .resources)
        guard !resources.isEmpty else {
            throw DecodingError.dataCorruptedError(
                forKey: .resources, in: values, debugDescription: "a group of nothing")
        }
        self.init(
            preferredNode: try values.decode(NodeName.self, forKey: .preferredNode), resources: resources,
            line: try values.decode(Int.self, forKey: .line))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(preferredNode, forKey: .preferredNode)
        try values.encode(resources, forKey: .resources)
        try values.encode(line, forKey: .line)
    }
}

/// What is compared of a group instead of its text: two hashes (FNV-1a, 32 bits), not secrets.
public struct GroupFingerprint: Hashable, Codable, Sendable {
    /// Of the preferred node and the key: who starts it, under which name.
    public var identity: UInt32
    /// Of all resources.
    public var content: UInt32

    public init(identity: UInt32, content: UInt32) {
        self.identity = identity
        self.content = content
    }

    init(preferredNode: NodeName, words: [String]) {
        identity = Self.hash([preferredNode.text] + words.prefix(1))
        content = Self.hash(words)
    }

    private static func hash(_ words: [String]) -> UInt32 {
        // No word contains a blank, so the blanks keep the words apart.
        words.joined(separator: " ").utf8.fnv1a
    }
}

/// What a resource script is asked to do. The original uses these three and no others.
public enum ResourceVerb: String, Hashable, Codable, Sendable {
    case start
    case stop
    case status
}
