// What the silence of a node's kernel was found to mean, for people.

/// By what evidence a node is dead before its deadtime.
package struct DeathVerdict: Hashable {
    /// This node's interfaces on which its kernel did not answer, or that it had kept alive.
    var silentOn: [String]
    /// Those on which another host answered meanwhile.
    var provedOn: [String]
    /// The one that has lost its carrier.
    var cable: String?

    package init(silentOn: [String], provedOn: [String], cable: String?) {
        self.silentOn = silentOn
        self.provedOn = provedOn
        self.cable = cable
    }
}

/// Why a node keeps its deadtime although its kernel is silent.
package enum DoubtReason: Hashable {
    /// None of the hosts that could prove this node's interfaces has answered.
    case nothingProved
    /// An interface of this node has no carrier itself.
    case ownInterface(String)
}
