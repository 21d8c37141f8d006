// What the silence of a node's kernel was found to mean, for people.

/// By what evidence a node is dead before its deadtime.
struct DeathVerdict: Hashable {
    /// This node's interfaces on which its kernel did not answer, or that it had kept alive.
    var silentOn: [String]
    /// Those on which another host answered meanwhile.
    var provedOn: [String]
    /// The one that has lost its carrier.
    var cable: String?
}

/// Why a node keeps its deadtime although its kernel is silent.
enum DoubtReason: Hashable {
    /// None of the hosts that could prove this node's interfaces has answered.
    case nothingProved
    /// An interface of this node has no carrier itself.
    case ownInterface(String)
}
