// Facts about messages and the media they travel on.

import HeartbeatModel

/// What happened to messages or links.
public enum CommunicationNotice: Hashable, Sendable {
    case linkUp(node: NodeName, medium: MediumName)
    case linkDead(node: NodeName, medium: MediumName)
    case unknownNode(NodeName)
    /// An authentic message of a known type says something this version cannot read.
    case notUnderstood(type: String, node: NodeName, reason: String)
    case replay(node: NodeName, generation: Generation, known: Generation)
    /// Another machine sends messages under this node's name.
    case namesake(NodeName, medium: MediumName)
    /// The peer refuses our messages, and this node runs something, so that it cannot begin anew by itself.
    case lockedOut(generation: Generation, known: Generation)
    /// The peer is heard, but has not answered since this node began.
    case unanswered(node: NodeName)
    case packetsLost(count: UInt64, node: NodeName, last: SequenceNumber, current: SequenceNumber)
    case nothingMissing(node: NodeName)
    case packetIrretrievable(SequenceNumber, node: NodeName)
    /// The local node was not scheduled for this long beyond its keepalive.
    case stalled(Duration)

    public var level: Notice.Level {
        switch self {
        case .linkUp, .nothingMissing: .info
        case .linkDead, .unknownNode, .notUnderstood, .packetsLost, .stalled: .warning
        case .replay, .packetIrretrievable, .namesake, .unanswered: .error
        case .lockedOut: .critical
        }
    }

    public var text: String {
        switch self {
        case .linkUp(let node, let medium): "Link \(node):\(medium) up."
        case .linkDead(let node, let medium): "Link \(node):\(medium) dead."
        case .unknownNode(let name):
            "bad node [\(name)] in message: it signs with our key but is no `node` of ha.cf"
        case .notUnderstood(let type, let node, let reason):
            "Message [\(type)] of \(node) is not understood and has no effect: \(reason)"
        case .replay(let node, let generation, let known):
            "Message from \(node) has generation \(generation.number), but \(known.number) is known: replay attack, "
                + "or the node has lost its hb_generation file, or two machines are named \(node). It is told; if this goes "
                + "on, stop heartbeat there, write \(known.number) into its hb_generation and start it again"
        case .namesake(let node, let medium):
            "another machine calls itself \(node) too (heard over \(medium)): the other node takes both for one and "
                + "refuses one of them; give one of them its own name (uname -n, or nodeinfo)"
        case .lockedOut(let generation, let known):
            "The other node knows this node under generation \(known.number) and refuses its messages of generation "
                + "\(generation.number), while this node runs resources: stop heartbeat here, write \(known.number) into "
                + "hb_generation and start it again"
        case .unanswered(let node):
            "\(node) is heard and does not answer; nothing is started here as long as that lasts. Does a firewall there keep "
                + "this node's packets out, or does somebody play old packets of \(node) again? If it does not run, find out who "
                + "sends them (tcpdump -n udp port 694)"
        case .packetsLost(let count, let node, let last, let current):
            "\(count) lost packet(s) for [\(node)] [\(last.number):\(current.number)]"
        case .nothingMissing(let node): "No pkts missing from \(node)!"
        case .packetIrretrievable(let sequence, let node): "Irretrievably lost packet \(sequence.number) of \(node)"
        case .stalled(let duration):
            "This node was not scheduled for \(duration.milliseconds) ms; nobody is judged by that time"
        }
    }
}
