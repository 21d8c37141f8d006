// The two sockets of a UDP medium and all their options: one that receives on the agreed port, one that sends from a port of
// the kernel's choice. The original does the same, and firewalls are set up for it. Everything is bound to the interface.
// It refuses to know about the loop and about failures later on.

import Glibc
import HeartbeatModel
import HeartbeatSystem

/// Where a UDP medium sends and what it listens to.
struct DatagramRoute {
    enum Target {
        case broadcast
        case peer(String)
        case group(String, hops: UInt8, loopback: Bool)
    }

    let interface: String
    let port: UInt16
    let target: Target
    let isIPv6: Bool

    init(_ interface: String, _ port: UInt16, _ target: Target, isIPv6: Bool) {
        self.interface = interface
        self.port = port
        self.target = target
        self.isIPv6 = isIPv6
    }

    /// The host or group that must be an address before the sockets can be opened.
    var host: String? {
        switch target {
        case .broadcast: nil
        case .peer(let host), .group(let host, _, _): host
        }
    }

    /// As the log names it.
    var object: String { "UDP port \(port) on \(interface)" }

    /// Another program has the port, too.
    var isShared: SystemError { SystemError(.share, object, code: EADDRINUSE) }
}

/// Both sockets, open and configured.
struct DatagramSockets {
    let receiver: OwnedDescriptor
    let sender: OwnedDescriptor
    let destination: SocketEndpoint
    /// Another program had the port already and lets others have it, too.
    let isShared: Bool

    /// Space for the backlog of a node that was stopped for a while: about 1300 status messages.
    private static let receiveBuffer: Int32 = 1 << 20

    /// Opens them for `route`; `host` is the address of `route.host`.
    init(_ route: DatagramRoute, host: IPAddress?) throws(SystemError) {
        let index = try InterfaceQuery.index(of: route.interface)
        let address = if let host { host } else { try InterfaceQuery.broadcastAddress(of: route.interface) }
        destination = SocketEndpoint(address, port: route.port, scope: index)
        receiver = try Self.receiver(route)
        isShared = try Self.bind(receiver, address: address, index: index, route)
        sender = try Self.sender(route, index: index)
    }

    /// Goes on with the sockets of the program before this one.
    init(
        _ route: DatagramRoute, host: IPAddress?, receiver: OwnedDescriptor, sender: OwnedDescriptor, isShared: Bool
    ) throws(SystemError) {
        let index = try InterfaceQuery.index(of: route.interface)
        let address = if let host { host } else { try InterfaceQuery.broadcastAddress(of: route.interface) }
        destination = SocketEndpoint(address, port: route.port, scope: index)
        (self.receiver, self.sender, self.isShared) = (receiver, sender, isShared)
    }

    /// Whether somebody has the port on this interface now; asked by binding to it without sharing, for a moment.
    static func portIsTaken(_ route: DatagramRoute) -> Bool {
        do throws(SystemError) {
            let socket = try socket(route)
            try socket.bind(to: SocketEndpoint(.any(isIPv6: route.isIPv6), port: route.port), for: route.object)
            return false
        } catch {
            // Whatever else is wrong is told when the medium is opened.
            return error.operation == .bind && error.code == EADDRINUSE
        }
    }

    private static func receiver(_ route: DatagramRoute) throws(SystemError) -> OwnedDescriptor {
        let socket = try socket(route)
        // The forced form passes net.core.rmem_max, which is too small by default; it takes CAP_NET_ADMIN.
        if socket.setIfPossible(SOL_SOCKET, SO_RCVBUFFORCE, to: receiveBuffer) < 0 {
            socket.setIfPossible(SOL_SOCKET, SO_RCVBUF, to: receiveBuffer)
        }
        return socket
    }

    /// Returns whether another program shares the port.
    private static func bind(
        _ socket: OwnedDescriptor, address: IPAddress, index: UInt32, _ route: DatagramRoute
    ) throws(SystemError) -> Bool {
        switch route.target {
        case .broadcast, .peer:
            return try bind(socket, to: SocketEndpoint(.any(isIPv6: route.isIPv6), port: route.port), route)
        case .group:
            let isShared = try bind(socket, to: SocketEndpoint(address, port: route.port, scope: index), route)
            try join(address, index: index, socket, route)
            return isShared
        }
    }

    /// Several media of one port on one interface must not exclude each other, but no other user's program may join them: who
    /// binds last gets what is sent to this host alone. SO_REUSEPORT is for sockets of one user; SO_REUSEADDR, with which an
    /// original shares, is for everybody's who sets it. So it is set only beside a program that has the port already, and taken
    /// back: the kernel looks at it again whenever another one binds.
    private static func bind(
        _ socket: OwnedDescriptor, to endpoint: SocketEndpoint, _ route: DatagramRoute
    ) throws(SystemError) -> Bool {
        try socket.set(SOL_SOCKET, SO_REUSEPORT, to: Int32(1), for: route.object)
        do throws(SystemError) {
            try socket.bind(to: endpoint, for: route.object)
            return false
        } catch {
            guard error.code == EADDRINUSE else { throw error }
        }
        try socket.set(SOL_SOCKET, SO_REUSEADDR, to: Int32(1), for: route.object)
        try socket.bind(to: endpoint, for: route.object)
        try socket.set(SOL_SOCKET, SO_REUSEADDR, to: Int32(0), for: route.object)
        return true
    }

    private static func join(
        _ group: IPAddress, index: UInt32, _ socket: OwnedDescriptor, _ route: DatagramRoute
    ) throws(SystemError) {
        let object = "group \(group) on \(route.interface)"
        if route.isIPv6 {
            // struct ipv6_mreq: the group, then the interface index in host order.
            let request = group.bytes + withUnsafeBytes(of: index) { Array($0) }
            try check(socket.setIfPossible(ipv6Level, IPV6_JOIN_GROUP, toBytes: request), .join, object)
        } else {
            var request = ip_mreqn()
            withUnsafeMutableBytes(of: &request.imr_multiaddr) { $0.copyBytes(from: group.bytes) }
            request.imr_ifindex = Int32(bitPattern: index)
            try check(socket.setIfPossible(ipLevel, IP_ADD_MEMBERSHIP, to: request), .join, object)
        }
    }

    private static func sender(_ route: DatagramRoute, index: UInt32) throws(SystemError) -> OwnedDescriptor {
        let socket = try socket(route)
        // Nobody reads this one; what strays to its port shall not occupy memory.
        socket.setIfPossible(SOL_SOCKET, SO_RCVBUF, to: Int32(0))
        switch route.target {
        case .broadcast:
            try socket.set(SOL_SOCKET, SO_BROADCAST, to: Int32(1), for: route.object)
            try socket.set(SOL_SOCKET, SO_DONTROUTE, to: Int32(1), for: route.object)
        case .peer:
            if !route.isIPv6 { socket.setIfPossible(ipLevel, IP_TOS, to: Int32(0x10 /* IPTOS_LOWDELAY */)) }
        case .group(_, let hops, let loopback):
            try configureGroup(socket, route, index: index, hops: Int32(hops), loopback: loopback ? 1 : 0)
        }
        return socket
    }

    private static func configureGroup(
        _ socket: OwnedDescriptor, _ route: DatagramRoute, index: UInt32, hops: Int32, loopback: Int32
    ) throws(SystemError) {
        if route.isIPv6 {
            try socket.set(ipv6Level, IPV6_MULTICAST_HOPS, to: hops, for: route.object)
            try socket.set(ipv6Level, IPV6_MULTICAST_LOOP, to: loopback, for: route.object)
            try socket.set(ipv6Level, IPV6_MULTICAST_IF, to: index, for: route.object)
        } else {
            var interface = ip_mreqn()
            interface.imr_ifindex = Int32(bitPattern: index)
            try socket.set(ipLevel, IP_MULTICAST_TTL, to: hops, for: route.object)
            try socket.set(ipLevel, IP_MULTICAST_LOOP, to: loopback, for: route.object)
            try socket.set(ipLevel, IP_MULTICAST_IF, to: interface, for: route.object)
        }
    }

    private static func socket(_ route: DatagramRoute) throws(SystemError) -> OwnedDescriptor {
        let socket = try OwnedDescriptor.socket(family: route.isIPv6 ? AF_INET6 : AF_INET, for: route.object)
        // Otherwise the IPv6 socket takes the port from an IPv4 medium on the same interface.
        if route.isIPv6 { try socket.set(ipv6Level, IPV6_V6ONLY, to: Int32(1), for: route.object) }
        try socket.bind(toInterface: route.interface)
        return socket
    }

    private static let ipLevel = Int32(IPPROTO_IP)
    private static let ipv6Level = Int32(IPPROTO_IPV6)
}
