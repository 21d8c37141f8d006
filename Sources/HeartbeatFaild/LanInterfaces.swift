// Which LANs this host is connected to.

import Glibc
import HeartbeatFormats
import HeartbeatLans
import HeartbeatModel
import HeartbeatSystem

/// The LANs among the interfaces of this host.
struct LanInterfaces {
    private(set) var networks: [LanNetwork] = []
    private(set) var entries: [String: InterfaceEntry] = [:]
    /// Where everybody on a LAN is reached.
    private(set) var broadcasts: [String: IPAddress] = [:]

    /// Takes the interfaces named, in that order, or every one that can broadcast; those without a usable IPv4 address of a
    /// network are none.
    init(_ tables: KernelTables, names: [String]) {
        let candidates =
            names.isEmpty
            ? tables.interfaces.filter { $0.flags & 0x2 /* IFF_BROADCAST */ != 0 && !$0.hasNoNeighbours }
            : names.compactMap(tables.interface(named:))
        for interface in candidates {
            let own = tables.addresses.filter { $0.interface == interface.index && !$0.address.isIPv6 }
            let ordered = own.filter { !$0.isSecondary } + own.filter(\.isSecondary)
            let prefixes = ordered.compactMap { entry -> LanPrefix? in
                entry.prefixLength > 0 ? LanPrefix(entry.address, length: Int(entry.prefixLength)) : nil
            }
            guard let first = prefixes.first, first.length < 31 else { continue }
            networks.append(LanNetwork(name: interface.name, addresses: prefixes, isUsable: interface.isUp))
            entries[interface.name] = interface
            broadcasts[interface.name] = ordered.first?.broadcast ?? first.broadcast
        }
    }

    /// Who this host is: FNV-1a of 64 bits over the station addresses of all its interfaces and its name. The same at every
    /// start, without anything to be stored.
    static func identity(_ tables: KernelTables, host: String) -> HostIdentity {
        let stations = tables.interfaces.filter { !$0.isLoopback }.sorted { $0.name < $1.name }.flatMap(\.station)
        return HostIdentity((stations + Array(host.utf8)).fnv1a())
    }
}
