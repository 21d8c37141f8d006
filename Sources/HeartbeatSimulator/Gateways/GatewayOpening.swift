// What is under way when an exploration of a gateway service begins. What an opening has done already costs no fault: of what can go wrong
// beside it nothing is left out.

import HeartbeatModel

/// Where an exploration begins.
package enum GatewayOpening: String, CaseIterable, Sendable {
    /// All hosts are switched on.
    case start
    /// The host in service has lost its power.
    case dead
    /// The same, and all backups notice at one moment.
    case rivals
    /// The host in service is well, and the check of a backup says that it is not.
    case well
    /// The same, all checks take as long as they may, and candidates wait no longer than they must.
    case slow
    /// The host in service is asked to stop.
    case leaving
    /// A host is switched on that is in no list but its own.
    case joining

    /// Until the service stands.
    private static let settling = Duration.seconds(30)

    /// Things go wrong for so long: what follows from the opening, and some checks.
    var trouble: Duration { self == .start ? .seconds(60) : .seconds(25) }

    func world(of count: Int) -> GatewayWorld {
        var plan = GatewayPlan(count: count)
        switch self {
        case .rivals:
            for host in plan.configurations.indices {
                for name in plan.hosts.map(\.name) { plan.configurations[host].serviceChecks[name] = .seconds(10) }
            }
        case .slow:
            for host in plan.configurations.indices {
                plan.configurations[host].hearTimeout = GatewayChoices.late + .milliseconds(500)
                plan.configurations[host].denyTimeout = plan.configurations[host].longestCheck + .milliseconds(100)
            }
        case .joining:
            for host in plan.configurations.indices.dropLast() { plan.configurations[host].hosts.removeLast() }
        case .start, .dead, .well, .leaving: break
        }
        let world = GatewayWorld(plan, seed: 1, trace: Trace(detail: .tail(60)))
        world.choices = GatewayChoices()
        return world
    }

    /// Switches the hosts on, and leads to the moment from which on things go wrong.
    func play(_ world: GatewayWorld) {
        let first = self == .joining ? world.hosts.indices.dropLast() : world.hosts.indices
        for host in first { world.queue.insert(.start(host: host, life: 0), at: .zero) }
        if self == .slow { world.slow = [0] }
        guard self != .start else { return }
        _ = world.run(until: .zero + Self.settling)
        switch self {
        case .start: break
        case .dead, .rivals: world.losePower(0, for: trouble)
        case .well, .slow: world.lying = [1]
        case .leaving: world.request(.stop, of: 0)
        case .joining: world.start(world.hosts.count - 1)
        }
    }
}
