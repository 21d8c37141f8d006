// By what evidence a node that has fallen silent counts as dead before its deadtime is over: what ha.cf says of it.

/// `quick_death`.
public enum QuickDeathRule: String, Hashable, Codable, Sendable, CaseIterable {
    /// `on` – for the guest of a hypervisor, whose clocks may stand still unnoticed, `carrier`.
    case automatic = "auto"
    /// A kernel that answers on no common network is enough, when the lease it had is over.
    case on
    /// Only together with the lost carrier of a cable between the nodes (`link … heartbeat cable`).
    case carrier
    /// Deadtime alone.
    case off
}

/// `quick_probe`: how a silent node's kernel is asked.
public struct QuickProbe: Hashable, Codable, Sendable {
    /// So many rounds of questions without an answer are a silence; 2…50.
    public var rounds = 5
    /// From one round to the next; 5…1000 ms.
    public var pause = Duration.milliseconds(20)

    public static let roundLimits = 2...50
    public static let pauseLimits = Duration.milliseconds(5)...Duration.milliseconds(1000)

    public init() {}

    public init(rounds: Int, pause: Duration) {
        self.rounds = rounds
        self.pause = pause
    }
}

extension Message {
    /// Type of the message in which a node tells its peer by which addresses its kernel can be asked. An original ignores types it
    /// does not know, and clients are not told of it.
    public static let kernelType = "hbkernel"
}

extension Configuration {
    /// Silence alone may decide, here and about this node.
    public var allowsSilence: Bool {
        switch quickDeath {
        case .automatic: leaseTimes != nil && !isGuest
        case .on: leaseTimes != nil
        case .carrier, .off: false
        }
    }

    /// A silent node's kernel is asked at all.
    public var asksKernels: Bool { quickDeath != .off && leaseTimes != nil }
}
