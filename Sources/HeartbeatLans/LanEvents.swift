// What reaches the machine, what it wants done, and what people should hear of it.

import HeartbeatModel

/// Something that happened.
package enum LanEvent: Hashable, Sendable {
    /// All LANs this host is connected to now, the preferred one first.
    case networks([LanNetwork])
    /// A packet came over a LAN from an address.
    case received(LanPacket, from: IPAddress, over: String)
}

/// Something to be done, in order.
package enum LanEffect: Hashable, Sendable {
    /// To everybody on the LAN.
    case broadcast(LanPacket, over: String)
    /// To one host, over this LAN whatever the routes say.
    case answer(LanPacket, to: IPAddress, over: String)
    /// From now on exactly these ways around are wanted.
    case route([LanRoute])
    /// Packets to these addresses may be lost: they may be moved soon. Replaces what was suspected before.
    case suspect([LanSuspect])
    case notify(LanNotice)
}

/// Addresses that may have become unreachable over a LAN.
package struct LanSuspect: Hashable, Sendable {
    package var network: String
    package var addresses: [IPAddress]

    package init(network: String, addresses: [IPAddress]) {
        self.network = network
        self.addresses = addresses
    }
}

/// What people should hear of.
package enum LanNotice: Hashable, Sendable {
    /// A host spoke for the first time.
    case found(host: String)
    /// A LAN is invalid for a host.
    case lost(host: String, network: String, missed: Int)
    /// It is valid again; the host's addresses there are reached over it.
    case back(host: String, network: String, good: Int)
    /// The host's addresses on one LAN are reached over another from now on.
    case moved(host: String, from: String, to: String)
    /// No LAN leads to the host; its routes stay as they are.
    case unreachable(host: String)
    /// A host that was silent for an hour is forgotten.
    case forgotten(host: String)
    /// More hosts speak than are kept; what the others say is ignored.
    case tooManyHosts
    /// Two interfaces have addresses of one network, so that a LAN cannot be told by its addresses.
    case overlapping(String, String)
}

extension LanNotice: CustomStringConvertible {
    package var description: String {
        switch self {
        case .found(let host): "host \(host) found"
        case .lost(let host, let network, let missed):
            "\(network) does not lead to host \(host) any more: \(missed) packets missed"
        case .back(let host, let network, let good):
            "\(network) leads to host \(host) again: \(good) good packets in a row"
        case .moved(let host, let from, let to): "addresses of host \(host) on \(from) are reached over \(to)"
        case .unreachable(let host): "no LAN leads to host \(host); its routes stay as they are"
        case .forgotten(let host): "host \(host) has been silent for an hour and is forgotten"
        case .tooManyHosts: "more than \(LanMachine.mostPeers) hosts speak; the others are ignored"
        case .overlapping(let one, let other):
            "\(one) and \(other) have addresses of one network; give each LAN a network of its own"
        }
    }

    /// Something is worse than it was.
    package var isWarning: Bool {
        switch self {
        case .found, .back, .forgotten: false
        case .lost, .moved, .unreachable, .tooManyHosts, .overlapping: true
        }
    }
}
