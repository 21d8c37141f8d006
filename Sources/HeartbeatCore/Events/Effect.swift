// Everything a node can want done. The order of effects in a list is the order in which the shell executes them; none of
// them is ever waited for.

import HeartbeatModel

/// One thing to be done, as `ClusterCore` orders it from the shell.
public enum Effect: Hashable, Codable, Sendable {
    /// Send on every medium of the local node.
    case transmit(Message)
    /// Send one that the peer has missed and asked for, or the word that it is gone. It can wait, and must where a medium is
    /// slow: everything else goes first.
    case transmitAtLeisure(Message)
    /// Hand a message on to the clients that want to see this kind. Those that nobody wants are not handed on, except for
    /// messages between clients: some of them are questions about this node's.
    case handOn(Message, MessageInterest)
    /// Let the kernel answer for the service addresses until then. Answered by `Event.leaseStored`, whatever came of it.
    case holdLease(until: Instant, LeaseGround)
    /// Ask each of these once, by ARP or neighbour discovery and by an echo. Each answer is a `KernelEvent.answered`; what cannot
    /// be asked has none.
    case askKernels([KernelQuestion])
    /// Listen on these interfaces for the peer, which has these addresses there, where no medium of ha.cf goes; if it is used, whatever is
    /// transmitted goes there too. Replaces what was ordered before.
    case bypass([KernelQuestion], isUsed: Bool)
    /// Look at once whether the watched interfaces have a carrier: the kernel's news of a lost one may be a second old.
    case lookAtCarriers
    /// Sign messages with this key of authkeys from now on.
    case sign(withKey: Int)
    /// Send an echo request to a ping node.
    case probe(NodeName)
    /// Run a resource script; answered by exactly one `Event.actionFinished`.
    case perform(ResourceAction, ActionID)
    /// Tell the network again that this group's addresses are here.
    case announce(ResourceGroup)
    /// Answer an operator.
    case reply(RequestID, Reply)
    /// Something worth a log line happened.
    case notify(Fact)
    /// Something that others act on has changed. What a person should know of it was told just before.
    case changed(Transition)
    /// These paths are lost, and no others: make it known to the next daemon.
    case remember(lostPaths: [String])
    /// The peer can be reached by these addresses of its own: make it known to the next daemon.
    case rememberPeer([IPAddress])
    /// Run the owner's script for this, if there is one. Nothing waits for it.
    case runHook(Hook)
    /// End this node at once, without releasing anything, and reboot the machine.
    case reboot(reason: String)
    /// This node has lost its count of generations, and holds nothing: make a generation above this one durable and go on
    /// with a new core.
    case beginAnew(above: Generation)
    /// The daemon shall end: everything is released and the peer knows – or `shutdown_timeout` is over, and the groups with
    /// these keys have not stopped.
    case stop(stillUp: [String])
}

extension Effect {
    /// An effect is executed before anything else is done: a state that has one is none that could be gone on from.
    public init(from decoder: any Decoder) throws {
        throw DecodingError.dataCorrupted(
            DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "effects are not kept"))
    }

    public func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(
            self, EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "effects are not kept"))
    }
}

/// Why the kernel may answer for longer.
public enum LeaseGround: Hashable, Sendable {
    /// The node has sent a keepalive. If no medium has taken it, or the deadline that the kernel has is over, it may not: the
    /// peer counts from keepalives.
    case keepalive
    /// The same without a peer that counts, so that no medium need have taken the keepalive.
    case solitude
    /// The deadline was over, and nobody answers in this node's place.
    case agreement
    /// The next keepalive announces a shorter lease than the kernel has.
    case shortening
}

/// The answer to an operator.
public enum Reply: Hashable, Sendable {
    /// The request was taken up; the transition has begun.
    case accepted
    /// The same, and the text says what the operator should know.
    case acceptedWithCaution(String)
    /// It was not; the text says why.
    case refused(String)
}
