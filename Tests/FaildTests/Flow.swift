// Traffic of an application between two hosts: numbered pieces, sent at a steady pace over TCP or UDP from the address on LAN A
// of one to that of the other, and when they arrived.

import CLinux
import Foundation
import HeartbeatLab
import Synchronization

final class Flow: Sendable {
    private struct State {
        var sent = 0
        var received = 0
        var arrivals: [Moment] = []
        var problem: String?
        var isOver = false
    }

    private let state = Mutex(State())
    private let threads: Mutex<[LabThread]> = Mutex([])

    static let port: UInt16 = 7777
    private static let piece = 100

    /// Starts to send from host to host, every 5 ms.
    init(_ lab: FaildLab, from source: Int, to destination: Int, isTCP: Bool) throws {
        let type = Int32(isTCP ? SOCK_STREAM.rawValue : SOCK_DGRAM.rawValue)
        let listening = try Self.socket(in: lab.namespace(destination), type, host: destination)
        if isTCP { listen(listening, 1) }
        let sending = try Self.socket(in: lab.namespace(source), type, host: source, port: 0)
        let connected = Self.withAddress(of: destination, port: Self.port) { connect(sending, $0, $1) }
        guard connected == 0 else { throw FaildLab.Failure("connect: \(errno)") }
        let receiving = isTCP ? accept(listening, nil, nil) : listening
        if isTCP { close(listening) }
        threads.withLock { threads in
            for body in [{ self.send(sending) }, { self.receive(receiving) }] as [@Sendable () -> Void] {
                do { threads.append(try LabThread(body)) } catch { state.withLock { $0.problem = "\(error)" } }
            }
        }
    }

    var received: Int { state.withLock { $0.received } }
    var sent: Int { state.withLock { $0.sent } }
    var problem: String? { state.withLock { $0.problem } }

    /// The longest silence at the receiver so far, in ms.
    var longestGap: Int64 {
        let arrivals = state.withLock { $0.arrivals }
        return zip(arrivals, arrivals.dropFirst()).map { ($1 - $0).roundedMilliseconds }.max() ?? 0
    }

    /// Ends it, when everything that was sent has had its time.
    func end() {
        state.withLock { $0.isOver = true }
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in threads { thread.join() }
    }

    private func send(_ socket: Int32) {
        let piece = [UInt8](repeating: 1, count: Self.piece)
        while !state.withLock({ $0.isOver }) {
            let count = Glibc.send(socket, piece, piece.count, Int32(MSG_NOSIGNAL))
            state.withLock { state in
                if count == piece.count { state.sent += 1 } else { state.problem = "send: errno \(errno)" }
            }
            usleep(5000)
        }
        close(socket)
    }

    private func receive(_ socket: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        var bytes = 0
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count > 0 {
                bytes += count
                let pieces = bytes / Self.piece
                state.withLock { state in
                    state.received = pieces
                    state.arrivals.append(Moment.now())
                }
            } else if count == 0 || state.withLock({ $0.isOver }) {
                break
            }
        }
        close(socket)
    }

    private static func socket(
        in namespace: String, _ type: Int32, host: Int, port: UInt16 = Flow.port
    ) throws -> Int32 {
        let made = Mutex<Int32>(-1)
        try LabThread {
            let space = open("/run/netns/\(namespace)", O_RDONLY | O_CLOEXEC)
            guard clinux_lab_enter_network(space) == 0 else { return }
            close(space)
            made.withLock { $0 = Glibc.socket(AF_INET, type | Int32(SOCK_CLOEXEC.rawValue), 0) }
        }.join()
        let socket = made.withLock(\.self)
        guard withAddress(of: host, port: port, { bind(socket, $0, $1) }) == 0 else {
            throw FaildLab.Failure("bind: \(errno)")
        }
        return socket
    }

    private static func withAddress<Result>(
        of host: Int, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x0A01_0100 | UInt32(host)).bigEndian
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
