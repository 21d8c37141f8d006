// What is done to three hosts of a gateway service. How it is done is HostsMeasurement's business.

import HeartbeatLab

/// One thing that happens to the host in service.
package enum HostsTrial: String, CaseIterable, Hashable, Sendable {
    /// Its cables carry nothing any more, and its processes end; nobody sees a carrier change.
    case power
    /// Its cable toward the clients, and the one toward the foreign network; the carrier goes with them.
    case downCable = "down-cable"
    case upCable = "up-cable"
    /// The check of the service fails from now on; everything else is well.
    case service
    /// The process that works is killed (SIGKILL), not the one that looks after it.
    case kill
    /// All processes of the daemon are killed at one instant, and nothing cleans up after them.
    case killAll = "kill-all"
    /// The daemon is ended in order (SIGTERM).
    case stop
    /// The best host, which was off, is switched on.
    case back
    /// Nothing happens, and what the hosts take for it is measured.
    case cost

    /// Those in which something happens.
    static let faults = allCases.filter { $0 != .cost }

    /// What the faults of its rows begin with.
    static let prefix = "hosts-"

    var name: String { Self.prefix + rawValue }

    /// All times are those of a file that says none.
    static let setting = "default"

    /// Who serves when it begins.
    var ownerBefore: Int { self == .back ? 1 : 0 }

    /// Who should serve in the end; `nil`: any.
    var ownerAfter: Int? {
        switch self {
        case .power, .downCable, .upCable, .service, .killAll, .stop: 1
        case .back, .cost: 0
        case .kill: nil
        }
    }

    /// What is looked at for so long at least: a dead daemon's addresses answer still, and nothing seems to have happened.
    var leastSpan: Duration {
        switch self {
        case .kill, .killAll: .seconds(15)
        case .power, .downCable, .upCable, .service, .stop, .back, .cost: .zero
        }
    }
}

extension Figure {
    /// The outage of a client that counts only answers by way of a host that has the roving address. A host that has given it away, and
    /// whose uplink is up, still forwards what the client sends it, whatever has become of the service.
    static let holderOutage = "holder_outage_ms"
    /// The longest time in which two hosts had a roving address, as their kernels tell.
    static let twoHolders = "two_holders_ms"
    /// The outage of the router above, which asks the client.
    static let upstreamOutage = "upstream_outage_ms"
    /// What a host sends on its interface of each side.
    static let downPackets = "down_packets_per_s"
    static let downBytes = "down_bytes_per_s"
    static let upPackets = "up_packets_per_s"
    static let upBytes = "up_bytes_per_s"
}
