// The networks that this machine stands on by addresses of its own, as the kernel has them. It looks once and changes nothing.

import HeartbeatFormats
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatPlacement
import HeartbeatSystem

/// An address of this machine, and the network it is in.
package struct OwnAddress: Hashable, Sendable {
    package var interface: String
    package var address: IPAddress
    package var bits: Int
}

/// Reads them.
package final class OwnNetworks {
    private let socket = NetlinkSocket()

    package init() {}

    /// Of every interface that is up and has neighbours, without link-local ones and those that a heartbeat of ours has brought up,
    /// as far as the kernel knows them: what comes and goes with a group is no reason to look anew who is around.
    ///
    /// It waits for the kernel: some tenths of a millisecond.
    package func addresses() throws(SystemError) -> [OwnAddress] {
        let tables = try KernelTables.read(socket)
        return tables.addresses.compactMap { entry in
            guard let interface = tables.interface(entry.interface), interface.isUp, !interface.hasNoNeighbours,
                entry.address.isUnicast, !entry.address.isLinkLocal, entry.setter != Placement.mark
            else { return nil }
            return OwnAddress(interface: interface.name, address: entry.address, bits: Int(entry.prefixLength))
        }
        .sorted { ($0.interface, $0.address) < ($1.interface, $1.address) }
    }

    /// The next hops of all routes, those that lead furthest first.
    ///
    /// It waits for the kernel, with a million routes about a second: it is for a thread of its own.
    package static func gateways() throws(SystemError) -> [IPAddress] {
        var seen: Set<IPAddress> = []
        return try NetlinkSocket().nextHops().map(\.gateway).filter { seen.insert($0).inserted }
    }
}
