// What can befall a pair, as an operator says it: `lose eth1@gw-a`. What would come of it is computed from these words, and what came of
// them is kept in them.

/// One thing that befalls a pair.
package enum PairEvent: Hashable, Sendable {
    /// An interface, path, group of paths or line that a node watches, or a medium that it hears the other one over: it is lost there.
    case lose(String, at: NodeName)
    /// It is back.
    case regain(String, at: NodeName)
    /// Nothing that either node says arrives at the other, over any medium of ha.cf.
    case loseMedia
    case regainMedia
    /// The machine is off at once.
    case power(NodeName)
    /// The daemon dies, and what it runs goes on.
    case kill(NodeName)
    /// `heartbeat -k`.
    case stop(NodeName)
    /// Machine and daemon start.
    case boot(NodeName)
    /// An order that the node is given.
    case standby(HoldSet, on: NodeName)
    case takeover(HoldSet, on: NodeName)
    /// The group with this key is given to the other node, by an order.
    case move(String, on: NodeName)
    case maintenance(Bool, on: NodeName)
    /// A resource of a group fails there, by its word in haresources.
    case fail(String, at: NodeName)
}
