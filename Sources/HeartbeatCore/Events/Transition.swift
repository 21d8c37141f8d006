// What has become different in a way that somebody beside the log acts on. A fact tells a person; a transition is for
// programs, and its words can never change what is done.

import HeartbeatModel

/// A change that the shell tells those beside it: its clients, its timelines, the service manager.
public enum Transition: Hashable, Sendable {
    // Who is there.
    case linkChanged(node: NodeName, medium: MediumName, isUp: Bool)
    case nodeDied(NodeName)
    case pingNodeReturned(NodeName)

    // This node's own life.
    /// It is an active member: clients may come.
    case joined
    /// The files were read again and are in force.
    case reconfigured
    case shuttingDown
    /// Nothing runs here any more.
    case allReleased

    // The network.
    /// Something that is watched is lost, and began to fail so long ago.
    case lost(ago: Duration)
    /// The other node is better off and is offered the groups.
    case movingForHealth

    // Who runs what.
    /// Everything is ours: the node has died, or there is no other one.
    case takingOverAll(from: NodeName?)
    /// The peer shuts down, and its groups are ours.
    case peerLeaves
    /// The group failed to start on the peer, or was moved away from it; its key.
    case adopting(String, isMoved: Bool)
    /// The group with this key is to run on the peer.
    case moving(String)
    /// A set is given up because the peer has the better claim.
    case yielding(HoldSet)
    /// This node has taken what nobody else claims.
    case claimed
    case handover(HandoverStep)
    /// The group with this key.
    case group(String, GroupChange)
    case groupTrouble(String, GroupTrouble, of: ResourceStep)
}

/// How far a handover with consent has come.
public enum HandoverStep: Hashable, Sendable {
    /// We offer.
    case offered(isFailback: Bool)
    /// We shall take what the peer offers.
    case promised
    /// The peer agreed: we release.
    case givingUp
    /// The peer has released: we acquire.
    case acquiring
    /// Nothing comes of it.
    case calledOff
}
