// What a host counts: its priority, less what else it has to do. It says so in every packet, and the host in service writes it into the
// table, so that the best one is the one that is free.
//
// Two candidates, and a candidate and the host in service, must see the same two ranks on both sides and in both stages. So a rank stands
// still from the decision to take over until everything is given away again. That is also what ends it: if serving one service made a
// host give away another one, two hosts would hand two services to and fro for ever.

import HeartbeatModel

/// Why a host is a worse choice than its priority says.
package struct GatewayBurden: Hashable, Sendable {
    /// The other services that it serves or is about to take, in the order of its file.
    package var services: [String]
    /// It says of itself that it should serve only where nobody else can.
    package var isUnwell: Bool

    package init(services: [String] = [], isUnwell: Bool = false) {
        self.services = services
        self.isUnwell = isUnwell
    }
}

extension GatewayBurden: CustomStringConvertible {
    package var description: String {
        if isUnwell { return "hostHealth has failed" }
        return services.isEmpty ? "it has no other service" : "it has \(services.joined(separator: ", "))"
    }
}

extension GatewayMachine {
    /// This host as it should count.
    private var burdened: GatewayHost {
        let less = burden.isUnwell ? .max : Int(configuration.spread) * burden.services.count
        var host = configured
        host.priority = UInt16(max(1, Int(configured.priority) - min(less, Int(configured.priority))))
        return host
    }

    /// This host has another burden than before.
    mutating func bear(_ burden: GatewayBurden, _ turn: inout Turn) {
        self.burden = burden
        switch state {
        case .starting: takeBurden(&turn)
        case .backup(let state): if takeBurden(&turn) { lookAnew(state, &turn) }
        case .handover, .service, .leaving, .released, .final: break
        }
    }

    /// Counts from now on what it should. To be called only where nobody compares its rank.
    @discardableResult mutating func takeBurden(_ turn: inout Turn) -> Bool {
        let host = burdened
        guard host != local else { return false }
        local = host
        turn.notify(.counts(host.priority, of: configured.priority, burden))
        return true
    }

    /// The host in service is well, and counts more than when it took over. It never counts less while it serves.
    mutating func rise(_ state: ServiceState, _ turn: inout Turn) {
        guard burdened.priority > local.priority, state.stopsAt == nil, state.successors.isEmpty else { return }
        takeBurden(&turn)
        beginTerm()
    }
}
