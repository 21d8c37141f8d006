// Puts host routes into the kernel's main table and takes them out again. They carry a protocol number of their own: what a
// killed predecessor has left is known by it, and nobody else's route is ever changed.

import Glibc
import HeartbeatFormats
import HeartbeatLans
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatSystem

/// A route that the kernel did not take.
package struct LanRouteFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let destination: IPAddress
    package let interface: String
    package let reason: String
    /// Somebody else's route leads there.
    package let isForeign: Bool

    package var description: String {
        isForeign
            ? "\(destination) has a host route already, which stays; remove it to have the address moved between LANs: "
                + "ip route del \(destination)/32"
            : "cannot lead \(destination) over \(interface): \(reason)"
    }
}

/// The routes of this program.
final class RouteKeeper {
    /// `rtm_protocol` of our routes; not in the register of rtnetlink.h, nor used by FRR, BIRD or keepalived.
    static let protocolNumber: UInt8 = 70

    private let socket = NetlinkSocket()
    private var wanted: [LanRoute] = []
    private var installed: [IPAddress: LanRoute] = [:]

    /// Makes the kernel's routes those wanted; returns what it refused. A route that is replaced is never missing in between.
    func install(_ wanted: [LanRoute], on interfaces: [String: InterfaceEntry]) throws(SystemError)
        -> [LanRouteFailure]
    {
        self.wanted = wanted
        let gone = installed.values.filter { route in !wanted.contains { $0.destination == route.destination } }
        for route in gone { installed[route.destination] = nil }
        try remove(gone.map { Self.removal($0.destination) })
        var failures: [LanRouteFailure] = []
        for route in wanted where installed[route.destination] != route {
            if let failure = try put(route, interfaces) { failures.append(failure) }
        }
        return failures
    }

    /// Puts back what somebody else has removed, as an interface that goes takes its routes along, and tries again what the
    /// kernel has refused.
    func restore(on interfaces: [String: InterfaceEntry]) throws(SystemError) {
        for route in wanted {
            let before = installed.removeValue(forKey: route.destination)
            // One that is there is refused as existing, and is ours if it was.
            if try put(route, interfaces) != nil { installed[route.destination] = before }
        }
    }

    /// Removes every route of this program, whoever has put it in; returns how many there were.
    func removeLeftovers() throws(SystemError) -> Int {
        wanted = []
        installed = [:]
        let list = try socket.list(
            NetlinkRequest(
                Netlink.getRoute, flags: Netlink.dump, body: [UInt8(AF_INET)] + [UInt8](repeating: 0, count: 11)))
        let leftovers = list.compactMap(Self.ownDestination)
        try remove(leftovers.map(Self.removal))
        return leftovers.count
    }

    private func put(
        _ route: LanRoute, _ interfaces: [String: InterfaceEntry]
    ) throws(SystemError) -> LanRouteFailure? {
        guard let interface = interfaces[route.interface] else {
            return failure(route, "no such interface")
        }
        let flags = installed[route.destination] == nil ? Netlink.createOnly : Netlink.replace
        var answer = try socket.change([Self.addition(route, interface, flags: flags)])[0]
        if answer.code == EINVAL, route.source != nil {
            // The address has gone with its interface.
            var sourceless = route
            sourceless.source = nil
            answer = try socket.change([Self.addition(sourceless, interface, flags: flags)])[0]
        }
        guard answer.code == 0 else {
            return failure(route, answer.text, isForeign: answer.code == EEXIST)
        }
        installed[route.destination] = route
        return nil
    }

    private func failure(_ route: LanRoute, _ reason: String, isForeign: Bool = false) -> LanRouteFailure {
        LanRouteFailure(
            destination: route.destination, interface: route.interface, reason: reason, isForeign: isForeign)
    }

    private func remove(_ requests: [NetlinkRequest]) throws(SystemError) {
        // One that has gone by itself is no trouble.
        if !requests.isEmpty { _ = try socket.change(requests) }
    }

    // MARK: - Messages

    /// struct rtmsg: family, bits of destination and source, tos, table, protocol, scope, type (1 byte each), flags (4).
    private static func head(scope: UInt8) -> [UInt8] {
        [UInt8(AF_INET), 32, 0, 0, 254 /* RT_TABLE_MAIN */, protocolNumber, scope, 1 /* RTN_UNICAST */]
            + hostBytes(
                UInt32(0))
    }

    private static func addition(_ route: LanRoute, _ interface: InterfaceEntry, flags: UInt16) -> NetlinkRequest {
        var request = NetlinkRequest(Netlink.newRoute, flags: flags, body: head(scope: 0 /* RT_SCOPE_UNIVERSE */))
        request.append(1 /* RTA_DST */, route.destination.bytes)
        request.append(5 /* RTA_GATEWAY */, route.gateway.bytes)
        request.append(4 /* RTA_OIF */, hostBytes(interface.index))
        if let source = route.source { request.append(7 /* RTA_PREFSRC */, source.bytes) }
        return request
    }

    private static func removal(_ destination: IPAddress) -> NetlinkRequest {
        var request = NetlinkRequest(Netlink.deleteRoute, flags: 0, body: head(scope: 255 /* RT_SCOPE_NOWHERE */))
        request.append(1 /* RTA_DST */, destination.bytes)
        return request
    }

    /// Where a route of ours leads; `nil` for anybody else's.
    private static func ownDestination(_ message: NetlinkMessage) -> IPAddress? {
        let head = Array(message.body.prefix(6))
        guard message.type == Netlink.newRoute, head.count == 6, head[1] == 32, head[4] == 254,
            head[5] == protocolNumber
        else { return nil }
        var destination: IPAddress?
        message.forEachAttribute(after: 12) { type, value in
            if type == 1, value.count == 4 { destination = IPAddress(bytes: value) }
        }
        return destination
    }
}
