// Where the nodes hear each other. Failovers are measured with heartbeats on both links; what becomes of a pair whose heartbeats are all
// cut while its client's network is whole takes a network that carries none.

/// The links that a daemon's signs of life go over.
package enum MediaLayout: Hashable, Sendable {
    /// All that it knows to use.
    case everywhere
    /// The second link alone.
    case secondLink

    /// Of those that use both.
    var interfaces: [String] {
        switch self {
        case .everywhere: ["eth0", "eth1"]
        case .secondLink: ["eth1"]
        }
    }
}
