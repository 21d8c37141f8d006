// The socket of one LAN. It is bound to the interface, so that an answer leaves where its question came in, whatever the
// routes say. It refuses to know what the packets mean.

import Glibc
import HeartbeatFormats
import HeartbeatLans
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// One UDP socket on one interface; a new one is made when the interface is another under the same name.
final class LanPort {
    let interface: InterfaceEntry
    private let object: String
    private let port: UInt16
    private let socket: OwnedDescriptor
    private let receiver: DatagramReceiver

    /// `onPacket` gets every datagram with the IPv4 address it came from; `onBroken` is called once when no more can come.
    init(
        _ interface: InterfaceEntry, port: UInt16, reactor: Reactor, onPacket: @escaping ([UInt8], IPAddress) -> Void,
        onBroken: @escaping (SystemError) -> Void
    ) throws(SystemError) {
        self.interface = interface
        self.port = port
        let object = "UDP port \(port) on \(interface.name)"
        self.object = object
        socket = try OwnedDescriptor.socket(family: AF_INET, for: object)
        try socket.bind(toInterface: interface.name)
        try socket.set(SOL_SOCKET, SO_BROADCAST, to: Int32(1), for: object)
        // No gateway: who speaks here is a neighbour.
        try socket.set(SOL_SOCKET, SO_DONTROUTE, to: Int32(1), for: object)
        try socket.bind(to: SocketEndpoint(.any(isIPv6: false), port: port), for: object)
        receiver = try DatagramReceiver(socket, reactor: reactor)
        receiver.onDatagram = { bytes, source in
            if let address = source.address { onPacket(bytes, address) }
        }
        receiver.onBroken = { onBroken(SystemError(.receive, object, code: $0)) }
    }

    /// Sends without waiting.
    func send(_ bytes: [UInt8], to address: IPAddress) throws(SystemError) {
        let code = socket.send(bytes, to: SocketEndpoint(address, port: port))
        guard code == 0 || code == EAGAIN else { throw SystemError(.send, object, code: code) }
    }

    func close() {
        receiver.close()
    }
}
