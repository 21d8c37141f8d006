// Which route leads to an address: the question to the kernel, and its answer as a value.

import HeartbeatModel

/// The route that leads to an address: an interface may be told by it that has no address of the network.
package struct RouteToAddress: Hashable {
    package let interface: UInt32
    /// 0 for the default route.
    package let prefixLength: UInt8
    /// No router is crossed, and it is not the way to everything.
    package let isDirect: Bool

    /// Which route the kernel would take (RTM_F_FIB_MATCH), a single question however many routes there are.
    package static func request(_ address: IPAddress) -> NetlinkRequest {
        let family: UInt8 = address.isIPv6 ? 10 : 2
        let bits = UInt8(address.length)
        // struct rtmsg: family, lengths of destination and source, tos, table, protocol, scope, type (1 byte each), flags (4).
        var request = NetlinkRequest(
            Netlink.getRoute, flags: 0, body: [family, bits, 0, 0, 0, 0, 0, 0] + hostBytes(UInt32(0x2000)))
        request.append(1 /* RTA_DST */, address.bytes)
        return request
    }

    /// `nil` unless it is an ordinary route to one interface.
    package init?(_ message: NetlinkMessage) {
        guard message.type == Netlink.newRoute, let bits = message.body.hostInteger(at: 1, as: UInt8.self),
            message.body.hostInteger(at: 7, as: UInt8.self) == 1 /* RTN_UNICAST */
        else { return nil }
        var index: UInt32?
        var hasGateway = false
        message.forEachAttribute(after: 12) { type, value in
            switch type {
            case 4 /* RTA_OIF */: index = value.hostInteger(at: 0, as: UInt32.self)
            case 5 /* RTA_GATEWAY */, 9 /* RTA_MULTIPATH */, 18 /* RTA_VIA */: hasGateway = true
            default: break
            }
        }
        guard let index else { return nil }
        interface = index
        prefixLength = bits
        isDirect = bits > 0 && !hasGateway
    }
}
