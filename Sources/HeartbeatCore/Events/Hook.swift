// What the owner's scripts in rc.d are run for. heartbeat 3 runs one for each message that counts, and for what it
// concludes about other nodes (observed). Which scripts there are is the shell's to know.

import HeartbeatModel

/// An event for a script in rc.d.
public enum Hook: Hashable, Sendable {
    /// A message that this node has sent for the first time, or that it has received and that counted. A status is none:
    /// only a change of it is an event.
    case message(Message)
    /// Another node's status is this from now on; `said` is the message that says so, if one does.
    case status(NodeStatus, of: NodeName, said: Message?)
    /// A node of the cluster has died. The original tells then how fencing went; after a farewell none was needed.
    case fencing(of: NodeName, isNeeded: Bool)
}
