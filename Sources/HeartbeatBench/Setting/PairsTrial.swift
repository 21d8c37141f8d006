// What moves one of two pairs, as values. How it is done is PairsCluster's business.

/// One thing that happens to the left pair, or to the tunnel that both use.
package enum PairsTrial: String, CaseIterable, Sendable {
    /// Nothing comes through the tunnel any more, and no carrier tells.
    case tunnel
    /// The LAN cable of the node that serves.
    case lan
    /// A person hands everything over.
    case standby
    /// The node that serves loses its power.
    case power
    /// Its daemon is ended in order.
    case stop

    /// The row of the move.
    var name: String { Self.prefix + rawValue }
    /// The row of the way home after it.
    var homeName: String { "\(Self.prefix)home after \(rawValue)" }
    static let prefix = "pairs-"
    /// So far two pairs may be apart, in milliseconds.
    static let mostApart = 1000.0
}
