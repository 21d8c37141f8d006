// Routes of the kernel's tables, written and read. IPv4.

import HeartbeatModel

/// One route of one table (rtnetlink(7)).
package struct RouteEntry: Hashable, Sendable, CustomStringConvertible {
    package var destination: NetworkPrefix
    package var table: UInt32
    /// rtm_protocol: who has set it.
    package var setter: UInt8
    package var way: Way
    /// RTA_PRIORITY; the smaller one is taken.
    package var metric: UInt32 = 0
    /// The router is taken for a neighbour, whatever networks the interface has (RTNH_F_ONLINK).
    package var isOnLink = false

    /// RT_TABLE_MAIN.
    package static let mainTable: UInt32 = 254

    package enum Way: Hashable, Sendable {
        /// By an interface, and by a router unless the destination is behind the interface itself.
        case over(interface: UInt32, gateway: IPAddress?, source: IPAddress?)
        /// The sender is told that there is no way.
        case unreachable
    }

    package init(destination: NetworkPrefix, table: UInt32, setter: UInt8, way: Way) {
        self.destination = destination
        self.table = table
        self.setter = setter
        self.way = way
    }

    /// Asks for the routes of a table, and only for those by one interface or of one setter. The socket must be strict, or the
    /// kernel passes over the wishes and tells everything.
    package static func list(table: UInt32, interface: UInt32? = nil, setter: UInt8 = 0) -> NetlinkRequest {
        var request = request(Netlink.getRoute, flags: Netlink.dump, to: .all, table: table, setter: setter)
        if let interface { request.append(4 /* RTA_OIF */, hostBytes(interface)) }
        return request
    }

    /// Puts it in; `flags` say what becomes of one that is there.
    package func addition(flags: UInt16) -> NetlinkRequest {
        request(Netlink.newRoute, flags: flags, scope: isDirect ? 253 /* RT_SCOPE_LINK */ : 0 /* RT_SCOPE_UNIVERSE */)
    }

    /// Takes out the route of that place and setter, whatever way it leads.
    package static func removal(of destination: NetworkPrefix, table: UInt32, setter: UInt8) -> NetlinkRequest {
        request(
            Netlink.deleteRoute, flags: 0, to: destination, table: table, setter: setter,
            scope: 255 /* RT_SCOPE_NOWHERE */, kind: 1 /* RTN_UNICAST */)
    }

    package var removal: NetlinkRequest { request(Netlink.deleteRoute, flags: 0, scope: 255 /* RT_SCOPE_NOWHERE */) }

    private var isDirect: Bool { if case .over(_, nil, _) = way { true } else { false } }

    private func request(_ type: UInt16, flags: UInt16, scope: UInt8) -> NetlinkRequest {
        let kind: UInt8 = way == .unreachable ? 7 /* RTN_UNREACHABLE */ : 1 /* RTN_UNICAST */
        var request = Self.request(
            type, flags: flags, to: destination, table: table, setter: setter, scope: scope, kind: kind,
            routeFlags: isOnLink ? 4 /* RTNH_F_ONLINK */ : 0)
        if case .over(let interface, let gateway, let source) = way {
            if let gateway { request.append(5 /* RTA_GATEWAY */, gateway.bytes) }
            request.append(4 /* RTA_OIF */, hostBytes(interface))
            if let source { request.append(7 /* RTA_PREFSRC */, source.bytes) }
        }
        if metric > 0 { request.append(6 /* RTA_PRIORITY */, hostBytes(metric)) }
        return request
    }

    /// struct rtmsg: family, bits of destination and source, tos, table, protocol, scope, type (1 byte each), flags (4). A table
    /// whose number needs more than a byte is in its attribute only.
    private static func request(
        _ type: UInt16, flags: UInt16, to destination: NetworkPrefix, table: UInt32, setter: UInt8, scope: UInt8 = 0,
        kind: UInt8 = 0, routeFlags: UInt32 = 0
    ) -> NetlinkRequest {
        var request = NetlinkRequest(
            type, flags: flags,
            body: [
                2 /* AF_INET */, UInt8(clamping: destination.bits), 0, 0, UInt8(exactly: table) ?? 0, setter, scope,
                kind,
            ] + hostBytes(routeFlags))
        if destination.bits > 0 { request.append(1 /* RTA_DST */, destination.first.bytes) }
        request.append(15 /* RTA_TABLE */, hostBytes(table))
        return request
    }

    /// As ip-route(8) has it, but for the interface, which is a number.
    package var description: String {
        var words = [destination == .all ? "default" : "\(destination)"]
        switch way {
        case .over(let interface, let gateway, let source):
            words +=
                (gateway.map { ["via \($0)"] } ?? []) + ["dev \(interface)", "table \(table)"]
                + (source.map { ["src \($0)"] } ?? [])
        case .unreachable: words = ["unreachable"] + words + ["table \(table)"]
        }
        if metric > 0 { words.append("metric \(metric)") }
        if isOnLink { words.append("onlink") }
        return words.joined(separator: " ")
    }

    /// `nil` when it is no IPv4 route of these kinds, such as one with several ways.
    package init?(_ message: NetlinkMessage) {
        let head = Array(message.body.prefix(8))
        guard message.type == Netlink.newRoute || message.type == Netlink.deleteRoute, head.count == 8, head[0] == 2,
            head[1] <= 32
        else { return nil }
        let found = message.attributes(after: 12)
        func number(_ attribute: UInt16) -> UInt32? { found[attribute]?.hostInteger(at: 0, as: UInt32.self) }
        func address(_ attribute: UInt16) -> IPAddress? { found[attribute].flatMap { IPAddress(bytes: $0) } }
        destination = NetworkPrefix(address(1) ?? .any(isIPv6: false), bits: Int(head[1]))
        table = number(15) ?? UInt32(head[4])
        setter = head[5]
        metric = number(6) ?? 0
        isOnLink = (message.body.hostInteger(at: 8, as: UInt32.self) ?? 0) & 4 != 0
        switch head[7] {
        case 1 where found[9 /* RTA_MULTIPATH */] == nil:
            guard let interface = number(4) else { return nil }
            way = .over(interface: interface, gateway: address(5), source: address(7))
        case 7: way = .unreachable
        default: return nil
        }
    }
}
