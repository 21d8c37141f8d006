// A UDP medium while it is open: sends with sendto(2), one system call a message, and tells apart what a failed send means
// for the medium. It refuses to know when to open again.

import Glibc
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

final class DatagramPort: MediumPort {
    /// Another program has the port, too.
    var isShared: Bool { sockets.isShared }

    private let object: String
    private let sockets: DatagramSockets
    private let receiver: DatagramReceiver
    private let callbacks: PortCallbacks

    convenience init(
        _ route: DatagramRoute, host: IPAddress?, reactor: Reactor, _ callbacks: PortCallbacks
    ) throws(SystemError) {
        try self.init(DatagramSockets(route, host: host), route, reactor: reactor, callbacks)
    }

    init(
        _ sockets: DatagramSockets, _ route: DatagramRoute, reactor: Reactor, _ callbacks: PortCallbacks
    ) throws(SystemError) {
        object = route.object
        self.sockets = sockets
        self.callbacks = callbacks
        receiver = try DatagramReceiver(sockets.receiver, reactor: reactor)
        receiver.onDatagram = { bytes, source in callbacks.received(bytes, source.address) }
        receiver.onBroken = { [object] in callbacks.broke(SystemError(.receive, object, code: $0), true) }
    }

    /// Nothing waits here.
    func withdraw(upTo last: SequenceNumber) {}

    func send(_ message: [UInt8], _ priority: SendPriority) -> Bool {
        let code = sockets.sender.send(message, to: sockets.destination)
        switch code {
        case 0:
            callbacks.sent()
        case EAGAIN:
            callbacks.dropped(nil)
        case ENOBUFS, ENOMEM, EPERM, EACCES, EMSGSIZE, EHOSTUNREACH, ECONNREFUSED:
            // The interface is as it was: a firewall, a full queue, a missing peer. New sockets would not help, and the open
            // one still hears the peer.
            callbacks.dropped(SystemError(.send, object, code: code))
        default:
            // ENODEV, ENETDOWN, ENETUNREACH, EADDRNOTAVAIL, …: the interface went or changed; index, addresses and group
            // memberships must be asked for again.
            callbacks.broke(SystemError(.send, object, code: code), false)
        }
        return code == 0
    }

    var isAtRest: Bool { true }

    func handOver(to next: HandOver) throws(SystemError) -> [Int32] {
        [try next.keep(sockets.receiver.number), try next.keep(sockets.sender.number)]
    }

    func drain() {
        receiver.drain()
    }

    func close() {
        receiver.close()
        sockets.sender.close()
    }
}
