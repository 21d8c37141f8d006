// The two ways that messages travel, and which of them a medium of ha.cf takes. A new kind of medium does not compile until
// it has one.

import HeartbeatModel

/// How a medium carries messages.
enum Way {
    /// A serial line.
    case line(device: String, baud: Int)
    case datagrams(DatagramRoute)

    init(_ configuration: MediumConfiguration) {
        switch configuration {
        case .serial(let device, let baud):
            self = .line(device: device, baud: baud)
        case .broadcast(let interface, let port):
            self = .datagrams(DatagramRoute(interface, port, .broadcast, isIPv6: false))
        case .unicast(let interface, let peer, let port):
            self = .datagrams(DatagramRoute(interface, port, .peer(peer), isIPv6: false))
        case .unicast6(let interface, let peer, let port):
            self = .datagrams(DatagramRoute(interface, port, .peer(peer), isIPv6: true))
        case .multicast(let interface, let group, let port, let ttl, let loopback):
            self = .datagrams(
                DatagramRoute(interface, port, .group(group, hops: ttl, loopback: loopback), isIPv6: false))
        case .multicast6(let interface, let group, let port, let hops, let loopback):
            self = .datagrams(
                DatagramRoute(interface, port, .group(group, hops: hops, loopback: loopback), isIPv6: true))
        }
    }
}
