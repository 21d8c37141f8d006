// What the kernel has right now: its interfaces and their addresses, as values read from its answers. It refuses to know
// which of them are ours and what should be there.

import HeartbeatModel

/// One interface.
package struct InterfaceEntry: Hashable {
    package let index: UInt32
    package let name: String
    /// IFF_…, netdevice(7).
    package let flags: UInt32
    /// ARPHRD_…; 1 is Ethernet.
    package let hardwareType: UInt16
    /// The station address; six bytes on Ethernet.
    package let station: [UInt8]
    /// `promote_secondaries` of the interface: an IPv4 address that goes does not take the others of its network along.
    package let promotesSecondaries: Bool
    /// It forwards IPv6, so that its neighbours see a router in this node.
    package let forwardsIPv6: Bool
    /// IF_OPER_… of RFC 2863; 6 is up, and 0, unknown, is what a driver that does not care leaves there.
    package let operationalState: UInt8

    package var isUp: Bool { flags & 0x1 /* IFF_UP */ != 0 }
    package var isLoopback: Bool { flags & 0x8 /* IFF_LOOPBACK */ != 0 }
    /// No neighbours to tell anything.
    package var hasNoNeighbours: Bool { flags & 0x88 /* IFF_LOOPBACK | IFF_NOARP */ != 0 }

    package static let request = NetlinkRequest(
        Netlink.getLink, flags: Netlink.dump,
        // struct ifinfomsg: everything zero asks for all. IFLA_EXT_MASK with RTEXT_FILTER_SKIP_STATS keeps the answer short.
        body: [UInt8](repeating: 0, count: 16) + NetlinkRequest.attribute(29, hostBytes(UInt32(8))))

    /// Asks for the one with this index.
    package static func request(_ index: UInt32) -> NetlinkRequest {
        NetlinkRequest(
            Netlink.getLink, flags: 0,
            body: [0, 0, 0, 0] + hostBytes(index) + [UInt8](repeating: 0, count: 8)
                + NetlinkRequest.attribute(29, hostBytes(UInt32(8))))
    }

    /// Reads RTM_NEWLINK or RTM_DELLINK; struct ifinfomsg is family, padding (1 byte each), type (2), index, flags and
    /// changed flags (4 each).
    package init?(_ message: NetlinkMessage) {
        guard message.type == Netlink.newLink || message.type == Netlink.deleteLink,
            let type = message.body.hostInteger(at: 2, as: UInt16.self),
            let index = message.body.hostInteger(at: 4, as: UInt32.self),
            let flags = message.body.hostInteger(at: 8, as: UInt32.self)
        else { return nil }
        var name: String?
        var station: [UInt8] = []
        var operationalState: UInt8 = 0
        var options: (promotes: Bool, forwards: Bool) = (false, false)
        message.forEachAttribute(after: 16) { type, value in
            switch type {
            case 1 /* IFLA_ADDRESS */: station = Array(value)
            case 3 /* IFLA_IFNAME */: name = value.cString
            case 16 /* IFLA_OPERSTATE */: operationalState = value.first ?? 0
            case 26 /* IFLA_AF_SPEC */: options = Self.options(in: value)
            default: break
            }
        }
        guard let name else { return nil }
        self.index = index
        self.name = name
        self.flags = flags
        self.station = station
        hardwareType = type
        promotesSecondaries = options.promotes
        forwardsIPv6 = options.forwards
        self.operationalState = operationalState
    }

    /// IFLA_AF_SPEC holds an attribute for each family, with arrays of 32-bit options: for AF_INET as IFLA_INET_CONF, of which
    /// promote_secondaries is the 20th, for AF_INET6 as IFLA_INET6_CONF, of which forwarding is the first.
    private static func options(in families: ArraySlice<UInt8>) -> (promotes: Bool, forwards: Bool) {
        var promotes = false
        var forwards = false
        NetlinkMessage.forEachAttribute(in: families) { family, specification in
            NetlinkMessage.forEachAttribute(in: specification) { type, values in
                switch (family, type) {
                case (2, 1): promotes = values.hostInteger(at: 19 * 4, as: Int32.self).map { $0 != 0 } ?? false
                case (10, 2): forwards = values.hostInteger(at: 0, as: Int32.self).map { $0 != 0 } ?? false
                default: break
                }
            }
        }
        return (promotes, forwards)
    }

    /// There is a carrier, as far as the driver tells.
    package var isRunning: Bool { isUp && (operationalState == 6 /* IF_OPER_UP */ || operationalState == 0) }

    /// Switches the interface on or off.
    package func switching(on isUp: Bool) -> NetlinkRequest {
        let flag = UInt32(1) /* IFF_UP */
        return NetlinkRequest(
            Netlink.setLink, flags: 0,
            body: [0, 0, 0, 0] + hostBytes(index) + hostBytes(isUp ? flag : 0) + hostBytes(flag))
    }

    /// Has IPv4 addresses outlive the one that was there before them. It is what systemd sets everywhere.
    package var promotion: NetlinkRequest {
        var request = NetlinkRequest(
            Netlink.setLink, flags: 0,
            body: [0, 0, 0, 0] + hostBytes(index) + [UInt8](repeating: 0, count: 8))
        let option = NetlinkRequest.attribute(20, hostBytes(UInt32(1)))
        request.append(26, NetlinkRequest.attribute(2, NetlinkRequest.attribute(1, option)))
        return request
    }
}

/// One address of one interface.
package struct AddressEntry: Hashable {
    package let interface: UInt32
    package let address: IPAddress
    /// The address whose first `prefixLength` bits are the network: the same, or that of the peer of a point-to-point line.
    package let network: IPAddress
    package let prefixLength: UInt8
    package let label: String?
    package let broadcast: IPAddress?
    /// IFA_F_…
    package let flags: UInt32
    /// IFA_PROTO: who has set it, 0 if that is not known.
    package let setter: UInt8

    /// It hangs on another IPv4 address of the same network, and goes when that goes.
    package var isSecondary: Bool { !address.isIPv6 && flags & 0x1 != 0 }
    /// Not (yet) to be used, because it is being looked for on the network (IFA_F_TENTATIVE) or was found (IFA_F_DADFAILED).
    package var isUsable: Bool { !address.isIPv6 || flags & 0x48 == 0 }

    package static let request = NetlinkRequest(
        Netlink.getAddress, flags: Netlink.dump, body: [UInt8](repeating: 0, count: 8))

    /// Reads RTM_NEWADDR or RTM_DELADDR; struct ifaddrmsg is family, prefix length, flags, scope (1 byte each), index (4).
    package init?(_ message: NetlinkMessage) {
        guard message.type == Netlink.newAddress || message.type == Netlink.deleteAddress,
            let fixed = message.body.hostInteger(at: 0, as: UInt32.self).map(hostBytes),
            let index = message.body.hostInteger(at: 4, as: UInt32.self)
        else { return nil }
        let found = message.attributes(after: 8)
        let length = fixed[0] == 2 /* AF_INET */ ? 32 : 128
        // IFA_LOCAL (2) is the address itself, IFA_ADDRESS (1) the peer's; IPv6 mostly has the latter only.
        guard let network = (found[1] ?? found[2]).flatMap({ IPAddress(bytes: $0) }),
            let address = (found[2] ?? found[1]).flatMap({ IPAddress(bytes: $0) }),
            fixed[0] == 2 || fixed[0] == 10 /* AF_INET6 */, address.length == length, network.length == length,
            fixed[1] <= length
        else { return nil }
        interface = index
        self.address = address
        self.network = network
        prefixLength = fixed[1]
        label = found[3]?.cString
        broadcast = found[4].flatMap { IPAddress(bytes: $0) }.flatMap { $0.length == length ? $0 : nil }
        flags = found[8]?.hostInteger(at: 0, as: UInt32.self) ?? UInt32(fixed[2])
        setter = found[11]?.first ?? 0
    }

    /// Whether `address` is in the network of this one. A network of a single address contains nobody else.
    package func networkContains(_ other: IPAddress) -> Bool {
        prefixLength < network.length && other.isInNetwork(of: network, bits: Int(prefixLength))
    }

    /// Removes exactly this one.
    package var removal: NetlinkRequest {
        let family: UInt8 = address.isIPv6 ? 10 : 2
        var request = NetlinkRequest(
            Netlink.deleteAddress, flags: 0,
            body: [family, prefixLength, 0, 0] + hostBytes(interface))
        request.append(2, address.bytes)
        request.append(1, network.bytes)
        return request
    }
}

/// Interfaces and addresses at one moment.
package struct KernelTables {
    package let interfaces: [InterfaceEntry]
    package let addresses: [AddressEntry]
    /// By their addresses: with hundreds of addresses, each is looked for.
    private let byAddress: [IPAddress: [AddressEntry]]

    package init(interfaces: [InterfaceEntry], addresses: [AddressEntry]) {
        self.interfaces = interfaces
        self.addresses = addresses
        byAddress = Dictionary(grouping: addresses, by: \.address)
    }

    package func entries(with address: IPAddress) -> [AddressEntry] {
        byAddress[address] ?? []
    }

    package func interface(_ index: UInt32) -> InterfaceEntry? {
        interfaces.first { $0.index == index }
    }

    package func interface(named name: String) -> InterfaceEntry? {
        interfaces.first { $0.name == name }
    }
}
