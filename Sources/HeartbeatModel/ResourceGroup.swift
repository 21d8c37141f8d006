// haresources as values: ordered resources that move together, and how a resource word becomes a script call.

/// One resource of a group: a script and its arguments.
public struct Resource: Hashable, Sendable {
    /// The word as written in haresources (`10.0.0.1/24`, `IPaddr::10.0.0.1/24`, `ipsec`).
    public var word: String
    /// The script's name: what stands before the first `::`, or `IPaddr` for a bare address.
    public var scriptName: String
    /// The script's arguments, before the verb.
    public var arguments: [String]

    public init(word: String, scriptName: String, arguments: [String]) {
        self.word = word
        self.scriptName = scriptName
        self.arguments = arguments
    }
}

/// One logical line of haresources: the preferred node and the resources it starts from left to right.
public struct ResourceGroup: Hashable, Sendable {
    /// The node named first on the line.
    public var preferredNode: NodeName
    /// At least one resource. Started left to right, stopped right to left.
    public var resources: [Resource]
    /// Line of haresources on which the group begins, from 1.
    public var line: Int

    public init(preferredNode: NodeName, resources: [Resource], line: Int) {
        precondition(!resources.isEmpty, "resource group of \(preferredNode) has no resources")
        self.preferredNode = preferredNode
        self.resources = resources
        self.line = line
    }

    /// The word of the first resource: the name of the group everywhere, unique in the file.
    public var key: String { resources[0].word }
}

/// What a resource script is asked to do. The original uses these three and no others.
public enum ResourceVerb: String, Hashable, Sendable {
    case start
    case stop
    case status
}
