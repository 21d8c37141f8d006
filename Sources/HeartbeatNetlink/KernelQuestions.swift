// What is asked of the kernel about interfaces, addresses and routes, with its answers as values.

import HeartbeatFormats
import HeartbeatModel
import HeartbeatSystem

extension KernelTables {
    /// Asks for both.
    package static func read(_ socket: NetlinkSocket) throws(SystemError) -> KernelTables {
        KernelTables(
            interfaces: try socket.list(InterfaceEntry.request).compactMap(InterfaceEntry.init),
            addresses: try socket.list(AddressEntry.request).compactMap(AddressEntry.init))
    }
}

extension NetlinkSocket {
    /// The route to the address, if there is one.
    package func route(to address: IPAddress) throws(SystemError) -> RouteToAddress? {
        try lookUp(RouteToAddress.request(address)).flatMap(RouteToAddress.init)
    }
}

extension NetlinkAnswer {
    /// The errno in words, and what the kernel has to say about it.
    package var text: String {
        SystemError.text(of: code) + (explanation.map { " (\($0))" } ?? "")
    }
}
