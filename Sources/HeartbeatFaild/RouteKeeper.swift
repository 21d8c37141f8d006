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
    private static let setter: UInt8 = 70

    private let socket = NetlinkSocket(isStrict: true)
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
        let list = try socket.list(RouteEntry.list(table: RouteEntry.mainTable, setter: Self.setter))
        let leftovers = list.compactMap(RouteEntry.init).filter { $0.setter == Self.setter }
        try remove(leftovers.map(\.destination.first).map(Self.removal))
        return leftovers.count
    }

    private func put(
        _ route: LanRoute, _ interfaces: [String: InterfaceEntry]
    ) throws(SystemError) -> LanRouteFailure? {
        guard let interface = interfaces[route.interface] else {
            return failure(route, "no such interface")
        }
        let flags = installed[route.destination] == nil ? Netlink.createOnly : Netlink.replace
        var answer = try socket.change([Self.entry(route, interface).addition(flags: flags)])[0]
        if answer.code == EINVAL, route.source != nil {
            // The address has gone with its interface.
            var sourceless = route
            sourceless.source = nil
            answer = try socket.change([Self.entry(sourceless, interface).addition(flags: flags)])[0]
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

    private static func entry(_ route: LanRoute, _ interface: InterfaceEntry) -> RouteEntry {
        RouteEntry(
            destination: NetworkPrefix(route.destination, bits: 32), table: RouteEntry.mainTable, setter: setter,
            way: .over(interface: interface.index, gateway: route.gateway, source: route.source))
    }

    private static func removal(_ destination: IPAddress) -> NetlinkRequest {
        RouteEntry.removal(
            of: NetworkPrefix(destination, bits: 32), table: RouteEntry.mainTable, setter: setter)
    }
}
