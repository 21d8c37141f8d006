// The stations that the kernel's routes lead to: the question for all routes, and the next hops of one, as values.

import HeartbeatModel

/// A router, and the interface behind which it is.
package struct NextHop: Hashable, Comparable, Sendable {
    package let gateway: IPAddress
    /// Index of the interface.
    package let interface: UInt32

    package init(gateway: IPAddress, interface: UInt32) {
        self.gateway = gateway
        self.interface = interface
    }

    /// Ask for the routes of all tables, first those of IPv4, then those of IPv6.
    package static let requests: [NetlinkRequest] = [2 /* AF_INET */, 10 /* AF_INET6 */].map { (family: UInt8) in
        // struct rtmsg: family, everything else zero.
        NetlinkRequest(Netlink.getRoute, flags: Netlink.dump, body: [family] + [UInt8](repeating: 0, count: 11))
    }

    package static func < (left: NextHop, right: NextHop) -> Bool {
        (left.gateway, left.interface) < (right.gateway, right.interface)
    }

    /// Those of one route, with the length of its prefix, 0 for a default route; none when it is no ordinary route, or leads
    /// to the hosts themselves.
    package static func all(in message: NetlinkMessage) -> [(hop: NextHop, prefixLength: UInt8)] {
        guard message.type == Netlink.newRoute, let bits = message.body.hostInteger(at: 1, as: UInt8.self),
            message.body.hostInteger(at: 7, as: UInt8.self) == 1 /* RTN_UNICAST */
        else { return [] }
        let found = message.attributes(after: 12)
        let interface = found[4 /* RTA_OIF */]?.hostInteger(at: 0, as: UInt32.self)
        let hops = hop(interface, found) + (found[9 /* RTA_MULTIPATH */].map(ways) ?? [])
        return hops.map { ($0, bits) }
    }

    /// struct rtnexthop each: length, flags, weight (2 bytes and 1 each), index of the interface (4), then attributes.
    private static func ways(in bytes: ArraySlice<UInt8>) -> [NextHop] {
        var hops: [NextHop] = []
        var rest = bytes
        while let length = rest.hostInteger(at: 0, as: UInt16.self).map(Int.init), length >= 8, length <= rest.count {
            let found = NetlinkMessage.attributes(in: rest.prefix(length).dropFirst(8))
            hops += hop(rest.hostInteger(at: 4, as: UInt32.self), found)
            rest = rest.dropFirst(Netlink.aligned(length))
        }
        return hops
    }

    private static func hop(_ interface: UInt32?, _ attributes: [UInt16: ArraySlice<UInt8>]) -> [NextHop] {
        // RTA_VIA is of an IPv4 route over an IPv6 router: the family in two bytes, then the address.
        let bytes = attributes[5 /* RTA_GATEWAY */] ?? attributes[18 /* RTA_VIA */]?.dropFirst(2)
        guard let interface, let gateway = bytes.flatMap({ IPAddress(bytes: $0) }), gateway.isUnicast else { return [] }
        return [NextHop(gateway: gateway, interface: interface)]
    }
}
