// A UDP port on one interface. The socket is bound to it, so that an answer leaves where its question came in, whatever the routes say.
// It refuses to know what the packets mean.

import Glibc
import HeartbeatModel
import HeartbeatSystem

/// One UDP socket on one interface; a new one is made when the interface is another under the same name.
package final class InterfacePort {
    /// Of the interface that it is bound to.
    package let index: UInt32
    private let object: String
    private let port: UInt16
    private let socket: OwnedDescriptor
    private let receiver: DatagramReceiver

    /// `onPacket` gets every datagram with the address it came from; `onBroken` is called once when no more can come.
    package init(
        _ port: UInt16, on interface: String, isIPv6: Bool = false, reactor: Reactor,
        onPacket: @escaping ([UInt8], IPAddress) -> Void, onBroken: @escaping (SystemError) -> Void
    ) throws(SystemError) {
        self.port = port
        index = try InterfaceQuery.index(of: interface)
        let object = "UDP port \(port) on \(interface)"
        self.object = object
        let any = IPAddress.any(isIPv6: isIPv6)
        socket = try OwnedDescriptor.socket(family: any.family, for: object)
        try socket.bind(toInterface: interface)
        if !isIPv6 { try socket.set(SOL_SOCKET, SO_BROADCAST, to: Int32(1), for: object) }
        // No gateway: who speaks here is a neighbour.
        try socket.set(SOL_SOCKET, SO_DONTROUTE, to: Int32(1), for: object)
        if isIPv6 { try socket.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, to: Int32(1), for: object) }
        try socket.bind(to: SocketEndpoint(any, port: port), for: object)
        receiver = try DatagramReceiver(socket, reactor: reactor)
        receiver.onDatagram = { bytes, source in
            if let address = source.address { onPacket(bytes, address) }
        }
        receiver.onBroken = { onBroken(SystemError(.receive, object, code: $0)) }
    }

    /// Sends without waiting.
    package func send(_ bytes: [UInt8], to address: IPAddress) throws(SystemError) {
        let code = socket.send(bytes, to: SocketEndpoint(address, port: port))
        guard code == 0 || code == EAGAIN else { throw SystemError(.send, object, code: code) }
    }

    package func close() {
        receiver.close()
    }
}
