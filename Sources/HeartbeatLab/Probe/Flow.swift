// Traffic of an application between two hosts: bytes sent at a steady pace over one TCP connection or as UDP datagrams, and when
// they arrived. It judges nothing, and it never begins anew: what ends the connection ends the flow.

import CLinux
import Glibc
import Synchronization

/// One connection, or one row of datagrams, until it is ended.
package final class Flow: Sendable {
    /// A socket's place: a namespace, and an address in it.
    package struct End: Hashable, Sendable {
        package var namespace: NetworkNamespace
        /// A dotted quad.
        package var address: String
        /// 0: any.
        package var port: UInt16

        package init(_ namespace: NetworkNamespace, _ address: String, port: UInt16 = 0) {
            self.namespace = namespace
            self.address = address
            self.port = port
        }
    }

    /// How fast the sender sends.
    package struct Pace: Hashable, Sendable {
        /// Bytes at once.
        package var piece: Int
        package var interval: Duration

        package init(piece: Int = 100, interval: Duration = .milliseconds(5)) {
            self.piece = piece
            self.interval = interval
        }
    }

    private struct State {
        var sent = 0
        var arrivals: [(at: Moment, bytes: Int)] = []
        var bytes = 0
        var problem: String?
        var isOver = false
    }

    private let state = Mutex(State())
    private let threads: Mutex<[LabThread]> = Mutex([])
    private let pace: Pace
    /// The port that it is sent from.
    package let senderPort: UInt16

    /// How long a socket may block, so that a flow that stands still can be ended.
    private static let patience = Duration.milliseconds(500)
    private static let connectLimit = Duration.seconds(5)

    /// Connects and starts to send.
    /// - Parameters:
    ///   - destination: where the receiver listens.
    ///   - target: what the sender connects to, when that is translated to the destination on the way.
    package init(
        from source: End, to destination: End, target: (address: String, port: UInt16)? = nil, isTCP: Bool = true,
        pace: Pace = Pace()
    ) throws {
        self.pace = pace
        let type = Int32(isTCP ? SOCK_STREAM.rawValue : SOCK_DGRAM.rawValue)
        var open: [Int32] = []
        do {
            let listening = try Self.socket(type, at: destination, blocksFor: Self.connectLimit)
            open.append(listening)
            if isTCP { try check(listen(listening, 1), "listen on \(destination.address)") }
            let sending = try Self.socket(type, at: source, blocksFor: Self.connectLimit)
            open.append(sending)
            let (address, port) = target ?? (destination.address, destination.port)
            try check(
                Self.withAddress(address, port: port) { connect(sending, $0, $1) }, "connect to \(address):\(port)")
            senderPort = Self.port(of: sending)
            var receiving = listening
            if isTCP {
                receiving = try check(accept(listening, nil, nil), "accept on \(destination.address)")
                _ = close(listening)
                open = [sending, receiving]
            }
            for socket in open { try Self.limit(socket, to: Self.patience) }
            let sender = try LabThread { self.send(sending) }
            threads.withLock { $0.append(sender) }
            let receiver = try LabThread { [receiving] in self.receive(receiving) }
            threads.withLock { $0.append(receiver) }
        } catch {
            state.withLock { $0.isOver = true }
            // A thread that runs closes its own.
            if threads.withLock(\.isEmpty) { for socket in open { _ = close(socket) } }
            throw error
        }
    }

    /// Pieces that have arrived, and that were sent.
    package var received: Int { state.withLock { $0.bytes / pace.piece } }
    package var sent: Int { state.withLock { $0.sent / pace.piece } }
    /// What ended it from outside: a reset, a timeout of TCP's.
    package var problem: String? { state.withLock { $0.problem } }

    /// Bytes that arrived after a moment.
    package func bytes(after moment: Moment) -> Int {
        state.withLock { $0.arrivals.lazy.filter { $0.at > moment }.reduce(0) { $0 + $1.bytes } }
    }

    /// When the first bytes after a moment arrived.
    package func firstArrival(after moment: Moment) -> Moment? {
        state.withLock { $0.arrivals.lazy.map(\.at).first { $0 > moment } }
    }

    /// The longest silence at the receiver of those that ended after a moment. One that goes on is none.
    package func longestGap(after moment: Moment = Moment(nanoseconds: 0)) -> Duration {
        let arrivals = state.withLock { $0.arrivals.map(\.at) }
        return zip(arrivals, arrivals.dropFirst()).filter { $1 > moment }.map { $1 - $0 }.max() ?? .zero
    }

    /// Ends it, when everything that was sent has had its time.
    package func end() {
        state.withLock { $0.isOver = true }
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in threads { thread.join() }
    }

    private func send(_ socket: Int32) {
        let piece = [UInt8](repeating: 1, count: pace.piece)
        while !state.withLock({ $0.isOver }) {
            let count = Glibc.send(socket, piece, piece.count, Int32(MSG_NOSIGNAL))
            if count >= 0 {
                state.withLock { $0.sent += count }
            } else if errno != EAGAIN {
                let code = errno
                state.withLock { $0.problem = $0.problem ?? "send: \(String(cString: strerror(code)))" }
                break
            }
            sleepThrough(pace.interval)
        }
        _ = close(socket)
    }

    private func receive(_ socket: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count > 0 {
                let moment = Moment.now()
                state.withLock { state in
                    state.bytes += count
                    state.arrivals.append((moment, count))
                }
            } else if count == 0 {
                state.withLock { if !$0.isOver { $0.problem = $0.problem ?? "the sender has closed" } }
                break
            } else if errno != EAGAIN {
                let code = errno
                state.withLock { $0.problem = $0.problem ?? "receive: \(String(cString: strerror(code)))" }
                break
            } else if state.withLock({ $0.isOver }) {
                break
            }
        }
        _ = close(socket)
    }

    private static func socket(_ type: Int32, at end: End, blocksFor limit: Duration) throws -> Int32 {
        let socket = try end.namespace.open("socket") { Glibc.socket(AF_INET, type | Int32(SOCK_CLOEXEC.rawValue), 0) }
        do {
            try Self.limit(socket, to: limit)
            var yes: Int32 = 1
            setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            try check(
                withAddress(end.address, port: end.port) { bind(socket, $0, $1) }, "bind \(end.address):\(end.port)")
            return socket
        } catch {
            _ = close(socket)
            throw error
        }
    }

    private static func port(of socket: Int32) -> UInt16 {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func limit(_ socket: Int32, to duration: Duration) throws {
        let microseconds = Int(duration.inNanoseconds / 1000)
        var time = timeval(tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            try check(
                setsockopt(socket, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size)), "set a timeout")
        }
    }

    private static func withAddress<Result>(
        _ text: String, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr(text)
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
