// What is done to a pair of gateways with connections through it, as values: what each trial is called, which fault it is, and for
// which of two pairs there is something to see.

/// Which pair of gateways.
package enum GatewayVariant: String, CaseIterable, Sendable {
    /// Conntrackd runs on both nodes, and the group begins with its script.
    case conntrackd
    /// It does not, and every connection must die.
    case control
}

/// One kind of trial.
package enum ConnectionTrial: String, CaseIterable, Sendable {
    case powerLoss = "power-loss"
    case failback
    case standby
    case carrierLoss = "carrier-loss"
    /// Power loss after the standby's conntrackd was killed, and has come back.
    case killed
    /// Power loss after the cable that connections are copied over was out for longer than it takes to be noticed.
    case cut

    var fault: Fault {
        switch self {
        case .powerLoss, .killed, .cut: .powerLoss
        case .failback: .failback
        case .standby: .standby
        case .carrierLoss: .carrierLoss
        }
    }

    /// What the rows are called.
    var name: String { Self.prefix + rawValue }
    static let prefix = "connections-"
    /// Rows of a takeover of connections without a failover.
    static let commit = prefix + "commit"

    /// Whether there is something to see without copying.
    func isFor(_ variant: GatewayVariant) -> Bool {
        switch self {
        case .powerLoss, .failback, .standby, .carrierLoss: true
        case .killed, .cut: variant == .conntrackd
        }
    }
}
