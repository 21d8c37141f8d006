// Facts about messages and the media they travel on.

import HeartbeatModel

/// What happened to messages or links.
public enum CommunicationNotice: Hashable, Sendable {
    case linkUp(node: NodeName, medium: MediumName)
    case linkDead(node: NodeName, medium: MediumName)
    case unknownNode(NodeName)
    case replay(node: NodeName, generation: Generation, known: Generation)
    case packetsLost(count: UInt64, node: NodeName, last: SequenceNumber, current: SequenceNumber)
    case nothingMissing(node: NodeName)
    case packetIrretrievable(SequenceNumber, node: NodeName)
    /// The local node was not scheduled for this long beyond its keepalive.
    case stalled(Duration)

    public var level: Notice.Level {
        switch self {
        case .linkUp, .nothingMissing: .info
        case .linkDead, .unknownNode, .packetsLost, .stalled: .warning
        case .replay, .packetIrretrievable: .error
        }
    }

    public var text: String {
        switch self {
        case .linkUp(let node, let medium): "Link \(node):\(medium) up."
        case .linkDead(let node, let medium): "Link \(node):\(medium) dead."
        case .unknownNode(let name):
            "bad node [\(name)] in message: it signs with our key but is no `node` of ha.cf"
        case .replay(let node, let generation, let known):
            "Message from \(node) has generation \(generation.number), but \(known.number) is known: replay attack, "
                + "or the node has lost its hb_generation file"
        case .packetsLost(let count, let node, let last, let current):
            "\(count) lost packet(s) for [\(node)] [\(last.number):\(current.number)]"
        case .nothingMissing(let node): "No pkts missing from \(node)!"
        case .packetIrretrievable(let sequence, let node): "Irretrievably lost packet \(sequence.number) of \(node)"
        case .stalled(let duration):
            "This node was not scheduled for \(duration.milliseconds) ms; nobody is judged by that time"
        }
    }
}
