// How a command-line tool asks the daemon. It never hangs: no daemon is told at once, a silent one after a fixed time,
// whatever state the socket is in.

import CLinux
import Glibc
import HeartbeatModel
import HeartbeatSystem

/// Asks one question at a time over the control socket.
package struct ControlClient: Sendable {
    package let path: String
    /// For the whole exchange.
    package let timeout: Duration

    /// `runDirectory` is `/run` unless the daemon was told otherwise.
    package init(runDirectory: String = "/run", timeout: Duration = .seconds(5)) {
        path = ControlClient.socketPath(runDirectory: runDirectory)
        self.timeout = timeout
    }

    /// Where the daemon listens: `<run-dir>/swift-heartbeat/control`.
    package static func socketPath(runDirectory: String) -> String {
        ownDirectory(runDirectory: runDirectory) + "/control"
    }

    /// The directory in which only the daemon makes files: who may write the other one, `<run-dir>/heartbeat`, must not be able
    /// to answer in its place.
    package static func ownDirectory(runDirectory: String) -> String {
        runDirectory + "/swift-heartbeat"
    }

    /// Sends a request and waits for the whole answer.
    package func ask(_ request: ControlRequest) throws(ControlFailure) -> ControlReply {
        let deadline = Instant.now + timeout
        let descriptor = try connect(until: deadline)
        defer { close(descriptor) }
        try send(Array((request.line + "\n").utf8), to: descriptor, until: deadline)
        let text = String(decoding: try receive(from: descriptor, until: deadline), as: UTF8.self)
        guard let reply = ControlReply(text: text) else { throw .garbled }
        return reply
    }

    private func connect(until deadline: Instant) throws(ControlFailure) -> Int32 {
        guard var address = UnixAddress.make(path) else { throw .notRunning(reason: "\(path) is too long a path") }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw .notRunning(reason: text(errno)) }
        while !UnixAddress.connect(descriptor, &address) {
            let code = errno
            // The queue of a daemon that accepts nobody is full; there is nothing to poll for.
            if code == EAGAIN && Instant.now < deadline {
                usleep(20_000)
                continue
            }
            close(descriptor)
            switch code {
            case EAGAIN: throw .silent(timeout)
            case EACCES, EPERM: throw .notPermitted(path: path)
            default: throw .notRunning(reason: "\(path): \(text(code))")
            }
        }
        return descriptor
    }

    private func send(
        _ bytes: [UInt8], to descriptor: Int32, until deadline: Instant
    ) throws(ControlFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            try wait(for: POLLOUT, on: descriptor, until: deadline)
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            // A daemon that turns us away has closed; what it may have said can still be read.
            guard count > 0 || errno == EAGAIN || errno == EINTR else { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }

    private func receive(
        from descriptor: Int32, until deadline: Instant
    ) throws(ControlFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65536)
        while bytes.count < 1 << 20 {
            try wait(for: POLLIN, on: descriptor, until: deadline)
            let count = recv(descriptor, &room, room.count, 0)
            if count == 0 { break }
            guard count > 0 || errno == EAGAIN || errno == EINTR else { throw .garbled }
            bytes += room.prefix(max(count, 0))
        }
        return bytes
    }

    private func wait(
        for events: Int32, on descriptor: Int32, until deadline: Instant
    ) throws(ControlFailure) {
        while true {
            let milliseconds = (deadline - .now).milliseconds
            guard milliseconds > 0 else { throw .silent(timeout) }
            var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            if poll(&entry, 1, Int32(clamping: milliseconds)) > 0 { return }
        }
    }

    private func text(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}

/// Why there is no answer.
package enum ControlFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nobody listens: no socket, or one that a daemon has left behind.
    case notRunning(reason: String)
    case notPermitted(path: String)
    /// Somebody listens but did not answer in time.
    case silent(Duration)
    /// What came was no answer.
    case garbled

    package var description: String {
        switch self {
        case .notRunning(let reason): "heartbeat is not running (\(reason))"
        case .notPermitted(let path): "no permission to use \(path): be root or a member of group haclient"
        case .silent(let time): "heartbeat did not answer within \(time.components.seconds) s"
        case .garbled: "the answer of heartbeat was cut off"
        }
    }
}
