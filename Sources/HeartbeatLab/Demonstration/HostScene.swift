// The scenes of a gateway service of three hosts, as values: what befalls it, and who must serve then.

/// One scene.
package enum HostScene: String, CaseIterable, Hashable, Sendable {
    case start
    case powerLoss = "power-loss"
    case hostBack = "host-back"
    case falseAlarm = "false-alarm"
    case brokenService = "broken-service"
    case stop

    package var title: String {
        switch self {
        case .start: "Three hosts begin"
        case .powerLoss: "The host in service loses its power"
        case .hostBack: "The better host is back"
        case .falseAlarm: "A backup takes the host in service for dead"
        case .brokenService: "The service of the host in service breaks"
        case .stop: "The host in service is stopped"
        }
    }

    var explanation: String {
        switch self {
        case .start: "The one with the highest priority serves. The others have no uplink."
        case .powerLoss: "The next one sees no service, hears nobody who serves, and takes over."
        case .hostBack: "It gets ready while the other one serves; then the service moves."
        case .falseAlarm:
            "What gwb says on the LAN is lost. It asks on the other side, is told no,\n    and takes its uplink down again."
        case .brokenService: "It notices by itself, gives everything away, and rests."
        case .stop: "It serves until the next one is ready."
        }
    }

    /// Number of the host that must serve when it is over.
    var owner: Int {
        switch self {
        case .start, .hostBack, .falseAlarm: 0
        case .powerLoss, .brokenService: 1
        case .stop: 2
        }
    }
}

/// How one scene went.
package struct HostSceneResult: Hashable, Sendable {
    package var scene: HostScene
    /// Name of the host that serves; `nil` when that is not one alone.
    var owner: String?
    /// The client's longest wait.
    var outage: Duration
    /// How long two hosts had an address at once.
    var shared: Duration
    package var problems: [String]
}
