// The life of heartbeat-exporter: from its sockets to the signal that ends it. It asks the daemon and is nothing to it: it may hang, die or
// be attacked, and no keepalive is later for that.

import Glibc
import HeartbeatLoop
import HeartbeatModel
import HeartbeatOperator
import HeartbeatSystem
import NIOCore

package struct ExporterProgram {
    private let places: Places
    private let addresses: [ListenAddress]

    /// - Parameter addresses: where it listens unless systemd has opened its sockets.
    package init(_ places: Places, listeningOn addresses: [ListenAddress]) {
        self.places = places
        self.addresses = addresses
    }

    /// Returns the exit code: 0 after SIGTERM or SIGINT, 1 when it could not begin.
    package func run() -> Int32 {
        let descriptors: [Int32]
        do throws(SystemError) {
            descriptors = try open()
        } catch {
            Terminal.complain("heartbeat-exporter: \(error)\(Self.advice(error))")
            return 1
        }
        var channels: [EventLoopFuture<any Channel>] = []
        return ForegroundProgram.run { reactor in
            let server = PageServer(Answers(places, reactor: reactor), time: Terminal.time)
            for descriptor in descriptors {
                let address = ListenAddress.of(descriptor)
                channels.append(server.serve(descriptor, on: reactor.eventLoop))
                Terminal.complain("heartbeat-exporter: listening on \(address?.description ?? "a socket")")
            }
        } end: {
            for channel in channels { channel.whenSuccess { $0.close(promise: nil) } }
        } fail: { error in
            Terminal.complain("heartbeat-exporter: \(error)")
        }
    }

    private func open() throws(SystemError) -> [Int32] {
        let inherited = InheritedSockets.take()
        for descriptor in inherited where ListenAddress.of(descriptor) == nil {
            throw SystemError("serve", "descriptor \(descriptor) of LISTEN_FDS", code: ENOTSOCK)
        }
        guard inherited.isEmpty else { return inherited }
        var result: [Int32] = []
        for address in addresses { result.append(try address.open()) }
        return result
    }

    private static func advice(_ error: SystemError) -> String {
        switch error.code {
        case EADDRINUSE where error.object.hasPrefix("/"):
            "; `ss -lxp` shows whose it is; end that program, or give another path with --listen"
        case EADDRINUSE: "; `ss -ltnp` shows whose it is; end that program, or give another port with --listen"
        case EADDRNOTAVAIL: "; `ip address` shows the addresses of this machine"
        case EEXIST: "; something that is no socket stands there"
        default: ""
        }
    }
}
