// What is done to a pair, as values: what each fault is called and which state of the pair it begins from. How it is done
// is BenchCluster's business.

/// One thing that goes wrong, or is asked for, on the first node.
package enum Fault: String, CaseIterable, Codable, Hashable, Sendable {
    /// Its processes and its cables end at one instant; the other node sees no carrier change.
    case powerLoss = "power-loss"
    /// The same where the second link is one cable from node to node, so that its carrier goes with the power.
    case powerCable = "power-cable"
    /// It has power again and takes back what is preferably its own.
    case failback
    /// A person hands everything over by the peer's own command.
    case standby
    /// The daemon is ended in order (SIGTERM).
    case stop
    /// Its processes are killed at one instant (SIGKILL), and nothing cleans up after them.
    case kill
    /// Its processes stand still for `freeze` (SIGSTOP), then go on (SIGCONT).
    case hang
    /// Its LAN interface loses its carrier for the time of the trial; the second link stays.
    case carrierLoss = "carrier-loss"
    /// Its LAN interface loses its carrier and gets it back, again and again; the second link stays.
    case flapping
    /// The second link carries nothing between the nodes for `cut`, and no other link their signs of life; the client's network is whole.
    case mediaCut = "media-cut"

    /// How long a hang lasts.
    package static let freeze = Duration.seconds(3)

    /// How long the media are cut.
    static let cut = Duration.seconds(10)

    /// How often the carrier is lost, and for how long it is away and back each time.
    package static let flaps = 60
    static let flap = Duration.milliseconds(250)

    /// What the laboratory does to the first node, in words that its name follows.
    var deed: String {
        switch self {
        case .powerLoss, .powerCable: "cuts the power of"
        case .failback: "switches on"
        case .standby: "gives the order to hand over on"
        case .stop: "ends the daemon of"
        case .kill: "kills all processes of"
        case .hang: "stops all processes of"
        case .carrierLoss: "pulls the LAN cable of"
        case .flapping: "plays with the LAN cable of"
        case .mediaCut: "cuts the keepalives of"
        }
    }

    /// Whether the first node is off afterwards.
    var takesPower: Bool { self == .powerLoss || self == .powerCable }

    /// Number of the node (0 or 1) that must serve when it begins.
    package var ownerBefore: Int { self == .failback ? 1 : 0 }

    /// Number of the node that should come to serve; `nil` when either may.
    package var expectedOwner: Int? {
        switch self {
        case .powerLoss, .powerCable, .standby, .stop, .kill, .carrierLoss: 1
        case .failback: 0
        case .hang, .flapping, .mediaCut: nil
        }
    }
}
