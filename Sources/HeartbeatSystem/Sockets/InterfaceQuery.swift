// What a medium asks the kernel about an interface when it opens: index, broadcast address, station address. Asked anew at
// every opening, because an interface may have come back as another one under the same name.

import Glibc
import HeartbeatModel

/// Queries by name (netdevice(7)).
package enum InterfaceQuery {
    /// The index of the interface.
    package static func index(of name: String) throws(SystemError) -> UInt32 {
        let index = if_nametoindex(name)
        guard index == 0 else { return index }
        let code = errno
        throw SystemError(.findInterface, name, code: code)
    }

    /// The broadcast address. When none is set, as after `ip address add` without `brd`, it is derived from the netmask: the
    /// kernel has the route for it in any case.
    package static func broadcastAddress(of name: String) throws(SystemError) -> IPAddress {
        let set = try address(of: name, SIOCGIFBRDADDR)
        if set.contains(where: { $0 != 0 }), let address = IPAddress(bytes: set) { return address }
        let own = try address(of: name, SIOCGIFADDR)
        let mask = try address(of: name, SIOCGIFNETMASK)
        guard let derived = IPAddress(bytes: zip(own, mask).map { $0 | ~$1 }) else {
            throw SystemError(.findAddress, "interface \(name)", code: EADDRNOTAVAIL)
        }
        return derived
    }

    /// The hardware type (ARPHRD_…, 1 is Ethernet) and the first six bytes of the station address.
    package static func station(of name: String) throws(SystemError) -> (type: UInt16, address: [UInt8]) {
        let answer = try ask(name, SIOCGIFHWADDR, .findInterface, name)
        let hardware = answer.ifr_ifru.ifru_hwaddr
        return (hardware.sa_family, withUnsafeBytes(of: hardware.sa_data) { Array($0[..<6]) })
    }

    /// IFF_ flags (netdevice(7)).
    package static func flags(of name: String) throws(SystemError) -> UInt32 {
        UInt32(UInt16(bitPattern: try ask(name, SIOCGIFFLAGS, .findInterface, name).ifr_ifru.ifru_flags))
    }

    private static func address(of name: String, _ request: Int32) throws(SystemError) -> [UInt8] {
        let answer = try ask(name, request, .findAddress, "interface \(name)")
        // sockaddr_in inside sockaddr: two bytes of port, then the address.
        return withUnsafeBytes(of: answer.ifr_ifru.ifru_addr.sa_data) { Array($0[2..<6]) }
    }

    private static func ask(
        _ name: String, _ request: Int32, _ operation: SystemError.Operation, _ object: String
    ) throws(SystemError) -> ifreq {
        guard var query = query(about: name) else { throw SystemError(.findInterface, name, code: ENODEV) }
        let socket = try OwnedDescriptor.socket(family: AF_INET, for: "interface \(name)")
        try check(ioctl(socket.number, UInt(request), &query), operation, object)
        return query
    }

    /// A question about the interface; `nil` for a name that none can have.
    package static func query(about name: String) -> ifreq? {
        var query = ifreq()
        guard name.utf8.count < MemoryLayout.size(ofValue: query.ifr_ifrn) else { return nil }
        withUnsafeMutableBytes(of: &query.ifr_ifrn) { $0.copyBytes(from: name.utf8) }
        return query
    }
}
