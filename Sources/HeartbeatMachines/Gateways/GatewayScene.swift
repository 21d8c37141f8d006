// What happens to the gateway that serves, or to its lines, and what is expected of each daemon.

import HeartbeatLab

/// One scene, played between two nodes that see each other, one of which serves, or on a gateway with two lines.
package enum GatewayScene: String, CaseIterable, Hashable, Sendable {
    case powerLoss = "power-loss"
    case lanCut = "lan-cut"
    case wanCut = "wan-cut"
    case freeze
    case serialCut = "serial-cut"
    case nicBack = "nic-back"
    case watchdog
    case standstills
    case hogs
    case sessionRestart = "session-restart"
    case lineDead = "line-dead"
    case lineBack = "line-back"

    /// Whether the service, or the class of a gateway with lines, must be elsewhere at the end; `nil`: either way is right.
    func mustMove(_ daemon: GatewayDaemon) -> Bool? {
        switch (self, daemon) {
        case (.powerLoss, _), (.watchdog, _): true
        // heartbeat 3 watches media, not the service's network.
        case (.lanCut, .ours), (.wanCut, .ours), (.nicBack, .ours): true
        case (.lanCut, .heartbeat), (.wanCut, .heartbeat), (.nicBack, .heartbeat), (.serialCut, _), (.hogs, _): false
        case (.sessionRestart, _): false
        case (.lineDead, _), (.lineBack, _): true
        // Who has served meanwhile has a claim, and who has the better one depends on how long it was.
        case (.freeze, _), (.standstills, _): nil
        }
    }

    /// How often the machine stands still, and for how many milliseconds each time.
    static let standstillCount = 40
    static let standstill = 200...2000
}

/// How a scene went.
package struct GatewayResult: Hashable, Sendable {
    package var scene: GatewayScene
    package var daemon: GatewayDaemon
    /// The longest time in which a client did not reach a host behind the gateway.
    package var outage: Duration
    /// How long both nodes answered for the service's address; `nil` where there is one node.
    package var twoOwners: Duration?
    /// How often the service, or the class, came to be elsewhere.
    package var moves: Int
    /// How often a node was found dead that was not; `nil` where machines really died, or nobody asks.
    package var falseDeaths: Int?
    /// How long after its last word a node was found dead; `nil` of a daemon that does not tell, and where none was.
    package var detection: Duration?
    /// What was not as it must be.
    package var problems: [String]
}
