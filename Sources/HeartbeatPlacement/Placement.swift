// Where a service address goes: interface, prefix length, broadcast address and label. Pure: it looks at what the kernel has
// and at what haresources says, and changes nothing.

import HeartbeatFormats
import HeartbeatModel

/// Why an address cannot be brought up or taken down, as the operator reads it.
package struct AddressFailure: Error, Hashable, CustomStringConvertible {
    package let address: ServiceAddress
    package let reason: String
    /// It is in no network of this machine, and no route leads to a place for it.
    package let isOutside: Bool

    package init(address: ServiceAddress, reason: String, isOutside: Bool = false) {
        self.address = address
        self.reason = reason
        self.isOutside = isOutside
    }

    package var description: String { "\(address.text): \(reason)" }
}

/// An address and its place, ready to be added.
package struct Placement: Hashable {
    package let address: ServiceAddress
    package let interface: InterfaceEntry
    let prefixLength: UInt8
    let broadcast: IPAddress?
    package let label: String?

    /// IFA_PROTO of the addresses that a heartbeat of ours has brought up: the kernel keeps it with the address, so that it is
    /// known whose it is after a crash, and for as long as it is there. Kernels before 5.18 pass over it.
    package static let mark: UInt8 = 0x48

    /// The place that the word asks for, and where it leaves something open, the place among the interface's own addresses.
    ///
    /// - The interface named; else the one that has the address, or had it before somebody took it away (`former`); else,
    ///   among those that are up, the one whose network contains the address, the longest prefix first (observed behaviour);
    ///   else the one to which `route` leads; for IPv4 also across a router, and by the default route if the word names the
    ///   bits (observed behaviour).
    /// - Prefix length and broadcast address are those named, else those of that network, else the former length; a single
    ///   address without one.
    package init(
        _ address: ServiceAddress, in tables: KernelTables, former: HeldAddress? = nil,
        route: (ServiceAddress) throws(AddressFailure) -> RouteToAddress?, labels: inout AliasLabels
    ) throws(AddressFailure) {
        let home = try Self.home(of: address, in: tables, former, route)
        interface = home.interface
        self.address = address
        let bits = max(0, min(address.prefixLength ?? home.bits, address.ip.length))
        prefixLength = UInt8(bits)
        let inherited = bits == home.bits ? home.broadcast : nil
        broadcast =
            address.isIPv6
            ? nil : address.broadcast ?? inherited ?? address.ip.broadcast(bits: bits)
        label = address.isIPv6 ? nil : labels.label(for: address, on: interface.name)
    }

    // MARK: - Which interface

    /// Where the address is, or else would go.
    package static func place(
        of address: ServiceAddress, in tables: KernelTables,
        route: (ServiceAddress) throws(AddressFailure) -> RouteToAddress?
    ) throws(AddressFailure) -> AddressPlace {
        if let entry = tables.entries(of: address).first, let interface = tables.interface(entry.interface) {
            return .named(interface: interface.name)
        }
        return try home(of: address, in: tables, nil, route).place
    }

    /// An interface, and what is taken from there where the word leaves it open.
    private struct Home {
        let place: AddressPlace
        let interface: InterfaceEntry
        let bits: Int
        var broadcast: IPAddress?
    }

    private static func home(
        of address: ServiceAddress, in tables: KernelTables, _ former: HeldAddress?,
        _ route: (ServiceAddress) throws(AddressFailure) -> RouteToAddress?
    ) throws(AddressFailure) -> Home {
        let home = try anyHome(of: address, in: tables, former, route)
        guard home.interface.isUp else {
            let name = home.interface.name
            throw AddressFailure(address: address, reason: "interface \(name) is down; ip link set \(name) up")
        }
        return home
    }

    /// It may be down.
    private static func anyHome(
        of address: ServiceAddress, in tables: KernelTables, _ former: HeldAddress?,
        _ route: (ServiceAddress) throws(AddressFailure) -> RouteToAddress?
    ) throws(AddressFailure) -> Home {
        var candidates = try candidates(for: address, in: tables)
        // Whoever empties an interface takes the node's own address too, by which the place was found.
        let before = candidates.first { $0.index == former?.interface.index && $0.name == former?.interface.name }
        if let before { candidates = [before] }
        if let network = network(of: address, among: candidates, in: tables),
            let interface = tables.interface(network.interface)
        {
            let bits = Int(network.prefixLength)
            return Home(
                place: .network(interface: interface.name, bits: bits), interface: interface, bits: bits,
                broadcast: network.broadcast)
        }
        if let before, let former {
            return Home(place: .named(interface: before.name), interface: before, bits: Int(former.prefixLength))
        }
        if address.interface != nil, let named = candidates.first {
            return Home(place: .named(interface: named.name), interface: named, bits: address.ip.length)
        }
        if let found = try ask(route, address),
            let interface = candidates.first(where: { $0.index == found.interface })
        {
            return Home(
                place: found.place(on: interface.name), interface: interface, bits: Int(found.prefixLength))
        }
        throw AddressFailure(address: address, reason: nowhere(address), isOutside: !address.ip.isLinkLocal)
    }

    private static func candidates(
        for address: ServiceAddress, in tables: KernelTables
    ) throws(AddressFailure) -> [InterfaceEntry] {
        guard let name = address.interface else {
            return tables.interfaces.filter(mayServe)
        }
        guard let interface = tables.interface(named: name) else {
            let others = tables.interfaces.filter { !$0.isLoopback }.map(\.name).joined(separator: ", ")
            throw AddressFailure(
                address: address,
                reason: "this node has no interface \(name); name one of those it has (\(others)) in haresources, "
                    + "or see why it is missing")
        }
        return [interface]
    }

    /// An address that names no interface may come up there.
    private static func mayServe(_ interface: InterfaceEntry) -> Bool { interface.isUp && !interface.isLoopback }

    /// The networks in one of which an address must be that names no interface and to which no route leads: for people.
    package static func networks(in tables: KernelTables) -> [InterfaceNetwork] {
        var networks: [InterfaceNetwork] = []
        for entry in tables.addresses where !entry.address.isLinkLocal && entry.prefixLength < entry.address.length {
            guard let interface = tables.interface(entry.interface), mayServe(interface) else { continue }
            let bits = Int(entry.prefixLength)
            let network = InterfaceNetwork(
                interface: interface.name, first: entry.network.firstOfNetwork(bits: bits), bits: bits)
            if !networks.contains(network) { networks.append(network) }
        }
        return networks
    }

    /// The address entry whose network the address belongs to.
    package static func network(
        of address: ServiceAddress, among interfaces: [InterfaceEntry], in tables: KernelTables
    ) -> AddressEntry? {
        // Every interface has the network of link-local addresses: it says nothing.
        guard address.interface != nil || !address.ip.isLinkLocal else { return nil }
        var best: AddressEntry?
        for entry in tables.addresses
        where entry.networkContains(address.ip) && interfaces.contains(where: { $0.index == entry.interface }) {
            if entry.prefixLength > (best?.prefixLength ?? 0) { best = entry }
        }
        return best
    }

    private static func ask(
        _ route: (ServiceAddress) throws(AddressFailure) -> RouteToAddress?, _ address: ServiceAddress
    ) throws(AddressFailure) -> RouteToAddress? {
        guard address.interface == nil, !address.ip.isLinkLocal else { return nil }
        guard let found = try route(address) else { return nil }
        if found.isDirect { return found }
        return !address.isIPv6 && (found.prefixLength > 0 || address.prefixLength != nil) ? found : nil
    }

    private static func nowhere(_ address: ServiceAddress) -> String {
        let script = address.isIPv6 ? "IPv6addr" : "IPaddr"
        let example = "\(script)::\(address.text)/\(address.prefixLength ?? (address.isIPv6 ? 64 : 24))/eth0"
        if address.ip.isLinkLocal { return "a link-local address needs its interface; name it: \(example)" }
        return "no interface that is up has a network with this address; set one up, or name the interface: \(example)"
    }

    // MARK: - To the kernel

    /// Adds it; refused with EEXIST when it is there.
    ///
    /// An IPv6 address is neither looked for on the network first, which takes a second or more in which nobody could use it
    /// (IFA_F_NODAD; whoever takes over has waited for the deadtime), nor preferred (a preferred lifetime of 0): the node's
    /// own connections shall not begin at an address that moves away. Connections made to it, and programs that bind to it,
    /// do not notice. RFC 4862 section 5.5.4.
    package var addition: NetlinkRequest {
        let bytes = address.ip.bytes
        var request = NetlinkRequest(
            Netlink.newAddress, flags: Netlink.createOnly,
            body: [address.isIPv6 ? 10 : 2, prefixLength, 0, 0] + hostBytes(interface.index))
        request.append(2, bytes)
        request.append(1, bytes)
        if let broadcast { request.append(4, broadcast.bytes) }
        if let label { request.append(3, Array(label.utf8) + [0]) }
        request.append(11 /* IFA_PROTO */, [Self.mark])
        if address.isIPv6 {
            request.append(8, hostBytes(UInt32(0x02 /* IFA_F_NODAD */)))
            // struct ifa_cacheinfo: preferred and valid lifetime in seconds, then two instants that are the kernel's.
            request.append(6, hostBytes(UInt32(0)) + hostBytes(UInt32.max) + [UInt8](repeating: 0, count: 8))
        }
        return request
    }
}

/// The labels by which ifconfig(8) and old scripts know IPv4 addresses (`eth0:0`).
///
/// An address of `IPaddr` gets the first free one of its interface, as from the original, which makes addresses with
/// ifconfig; one of `IPaddr2` has none unless the word names it, also as from the original, which uses ip(8).
package struct AliasLabels {
    private var used: Set<String>
    private var next: [String: Int] = [:]
    /// Whether the address at hand is to have one although its word names none.
    package var isWanted = true

    package init(_ tables: KernelTables) {
        used = Set(tables.addresses.compactMap(\.label))
    }

    /// `nil` for none. A label has 15 characters at most: where the interface's name leaves no room the address goes without,
    /// which only old tools notice.
    fileprivate mutating func label(for address: ServiceAddress, on interface: String) -> String? {
        if let label = address.label { return label }
        guard isWanted else { return nil }
        var number = next[interface] ?? 0
        while used.contains("\(interface):\(number)") { number += 1 }
        let label = "\(interface):\(number)"
        guard label.utf8.count <= 15 else { return nil }
        next[interface] = number + 1
        return label
    }
}

extension RouteToAddress {
    fileprivate func place(on interface: String) -> AddressPlace {
        if isDirect { return .network(interface: interface, bits: Int(prefixLength)) }
        return .route(interface: interface, bits: prefixLength == 0 ? nil : Int(prefixLength))
    }
}
