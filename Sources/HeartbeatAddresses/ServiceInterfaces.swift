// Which interfaces serve: those that have the service addresses, or would get them. It looks and changes nothing.

import HeartbeatFormats
import HeartbeatModel
import HeartbeatNetlink
import HeartbeatPlacement
import HeartbeatSystem

/// Finds the places of service addresses.
package final class ServiceInterfaces {
    /// The kernel could not be asked: no place is known but those that are named.
    package var onProblem: (_ text: String) -> Void = { _ in }

    private let socket = NetlinkSocket()

    package init() {}

    /// The name of the interface of each address: the one its word names, whether it exists or not; else the one that has the
    /// address, or that would get it now; else, among those that are down, the one whose network contains it. An address with
    /// no place is missing.
    ///
    /// It waits for the kernel: some tenths of a millisecond.
    package func interfaces(of addresses: [ServiceAddress]) -> [ServiceAddress: String] {
        var places: [ServiceAddress: String] = [:]
        do throws(SystemError) {
            let unnamed = addresses.filter { $0.interface == nil }
            let tables = unnamed.isEmpty ? nil : try KernelTables.read(socket)
            for address in unnamed { places[address] = tables.flatMap { place(of: address, in: $0) } }
        } catch {
            onProblem("\(error); which interfaces have the service addresses is not known")
        }
        for address in addresses { places[address] = address.interface ?? places[address] }
        return places
    }

    /// Whether each of these is up here, on the right interface or another; none is when the kernel does not say.
    package func areUp(_ addresses: [ServiceAddress]) -> [Bool] {
        do throws(SystemError) {
            let tables = try KernelTables.read(socket)
            return addresses.map { tables.state(of: $0) != .stopped }
        } catch {
            onProblem("\(error); whether addresses are up that should not be is not known")
            return addresses.map { _ in false }
        }
    }

    private func place(of address: ServiceAddress, in tables: KernelTables) -> String? {
        if let place = try? Placement.place(of: address, in: tables, route: socket.routeForPlacement) {
            return place.interface
        }
        let any = tables.interfaces.filter { !$0.isLoopback }
        return Placement.network(of: address, among: any, in: tables).flatMap { tables.interface($0.interface)?.name }
    }
}
