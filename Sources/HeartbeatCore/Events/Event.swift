// Everything that can happen to a node. What arrives from the network, what a script answers and what an operator asks
// are different cases, so that a peer can never send what only the local node may cause.

import HeartbeatModel

/// One thing that happened, as the shell reports it to `ClusterCore.handle`.
public enum Event: Hashable, Sendable {
    /// An authenticated message arrived over a medium. Our own messages that loop back are reported like any other.
    case received(Message, over: MediumName)
    /// A message of `sender`, which is received next, was signed with another key of authkeys than this node signs with.
    case keyUsed(Int, by: NodeName)
    /// A ping node answered an echo request.
    case pingAnswered(NodeName)
    /// A script call ended; exactly one for every `Effect.perform`.
    case actionFinished(ActionID, ActionResult)
    /// An operator asked for something; answered by exactly one `Effect.reply`.
    case requested(OperatorRequest, RequestID)
    /// A local process wrote a message into the FIFO, or a client sent one, to go out as ours.
    case injected(Message.Content, to: NodeName?, extraFields: [Message.Field])
    /// A resource that this node runs was found missing without having been looked for: somebody removed an address.
    case resourceLost(groupKey: String, word: String)
    /// An address of a group is up on this node, although the group was at rest when the shell looked (`groupsAtRest`).
    case leftoverFound(groupKey: String, word: String)
    /// These interfaces are watched from now on, and no others: those of `link` lines and of service addresses.
    case watched([InterfaceRule])
    /// A watched interface was found with or without a carrier; told once at first, then at every change.
    case interfaceObserved(interface: String, isUp: Bool)
    /// What came of one question of a probe.
    case pathProbed(String, PathAnswer)
    /// Names of probes whose paths were lost when the last daemon of this node ended. Told before anything else.
    case pathsRecalled([String])
    /// By which addresses the peer could be reached when the last daemon of this node ended. Told before anything else.
    case peerRecalled([IPAddress])
    /// How much of its lines the node has lost, at first and when that has changed; `nil` when it has none, or none counts.
    case linesObserved(LineLoss?)
    /// An operator has taken this node out of service, for this reason, or has put it back (`nil`). It outlives the daemon, and is told
    /// before anything else then.
    case maintained(String?)
    /// Files of `sync` lines as this machine has them: all that are listed, at first and when one has changed.
    case filesRead([SharedFile])
    /// The files were read again and are good. The nodes and the name of the local one are the same as before.
    case reconfigured(Configuration)
    /// The shell looked at the clock on the wall and at the load.
    case hostSampled(HostSample)
    /// This machine's kernel, or another one, has said something apart from messages.
    case kernel(KernelEvent)
    /// The clients of this node want to see these messages from now on.
    case interestChanged(MessageInterest)
}

extension Event {
    /// Nothing can follow from it for who runs what.
    var isAside: Bool {
        switch self {
        case .keyUsed, .hostSampled, .interestChanged: true
        case .kernel(let event):
            switch event {
            case .leaseStored, .standsOn, .answered: true
            case .leaseSupported, .stoodStill: false
            }
        case .received, .pingAnswered, .actionFinished, .requested, .injected, .resourceLost, .leftoverFound, .watched,
            .interfaceObserved, .filesRead,
            .pathProbed, .pathsRecalled, .peerRecalled, .linesObserved, .maintained,
            .reconfigured:
            false
        }
    }
}

/// Facts about the host that messages carry along. Nothing is decided by them.
public struct HostSample: Hashable, Codable, Sendable {
    /// Seconds since 1970 (`ts`).
    public var unixTime: UInt64
    /// Text of /proc/loadavg without its newline (`ld`).
    public var load: String

    public init(unixTime: UInt64, load: String) {
        self.unixTime = unixTime
        self.load = load
    }
}

/// Names an operator's request for its answer.
public struct RequestID: Hashable, Sendable {
    public var number: UInt64

    public init(_ number: UInt64) {
        self.number = number
    }
}
