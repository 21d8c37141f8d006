// Where the exporter listens: an address of this machine with a port, or a socket in the file system; or what systemd has opened for it.

import CLinux
import Glibc
import HeartbeatModel
import HeartbeatSystem

/// `127.0.0.1:9694`, `[::1]:9694` or `unix:/run/heartbeat-exporter.socket`.
package enum ListenAddress: Hashable, Sendable, CustomStringConvertible {
    case ip(IPAddress, port: UInt16)
    case unix(String)

    package static let standard = ListenAddress.ip(IPAddress(0x7F00_0001), port: 9694)

    /// `nil` for anything else; names are not looked up.
    package init?(_ text: String) {
        if text.hasPrefix("unix:/") {
            self = .unix(String(text.dropFirst("unix:".count)))
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let address = isBracketed ? IPAddress(ipv6: host.dropFirst().dropLast()) : IPAddress(ipv4: host)
        guard let address else { return nil }
        self = .ip(address, port: port)
    }

    package var description: String {
        switch self {
        case .ip(let address, let port): address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// A descriptor that listens and does not block. A socket that nobody listens on any more is replaced, nothing else is.
    package func open() throws(SystemError) -> Int32 {
        switch self {
        case .ip(let address, let port): return try open(address, port)
        case .unix(let path):
            var status = stat()
            if lstat(path, &status) == 0 {
                guard status.st_mode & S_IFMT == S_IFSOCK else { throw SystemError("listen on", path, code: EEXIST) }
                try Self.requireAbandoned(path)
            }
            return try ListeningSocket.open(path, mode: 0o666)
        }
    }

    /// connect(2) refuses where a socket is only a name. Whatever else it says, somebody may be there: one that has no room for more
    /// clients (EAGAIN), one of another type (EPROTOTYPE).
    private static func requireAbandoned(_ path: String) throws(SystemError) {
        guard var address = UnixAddress.make(path) else { return }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = try check(socket(AF_UNIX, type, 0), .machine("listen on"), path)
        defer { close(descriptor) }
        let code = UnixAddress.connect(descriptor, &address) ? 0 : errno
        switch code {
        case ECONNREFUSED, ENOENT: return
        case 0, EAGAIN, EPROTOTYPE: throw SystemError("listen on", path, code: EADDRINUSE)
        default: throw SystemError("listen on", path, code: code)
        }
    }

    private func open(_ address: IPAddress, _ port: UInt16) throws(SystemError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = try check(socket(address.family, type, 0), .machine("listen on"), "\(self)")
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        let endpoint = SocketEndpoint(address, port: port)
        guard endpoint.withSockaddr({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, 16) == 0 else {
            let error = SystemError("listen on", "\(self)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Where a descriptor listens, with the port that the kernel has chosen; `nil` for one that listens nowhere.
    static func of(_ descriptor: Int32) -> ListenAddress? {
        var listens: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0, listens != 0 else { return nil }
        var endpoint = SocketEndpoint()
        guard endpoint.fill({ getsockname(descriptor, $0, $1) }) == 0 else { return nil }
        if let address = endpoint.address { return .ip(address, port: endpoint.port) }
        let path = endpoint.withSockaddr { address, length in
            // sun_path follows the family (unix(7)), and need not end with a zero.
            let bytes = UnsafeRawBufferPointer(start: address, count: Int(length)).dropFirst(2).prefix { $0 != 0 }
            return String(decoding: bytes, as: UTF8.self)
        }
        return .unix(path)
    }
}

/// Sockets that systemd has opened before it started this program (sd_listen_fds(3)).
enum InheritedSockets {
    private static let first: Int32 = 3
    private static let most: Int32 = 16

    /// None when they are another process's, or there are none. What they are is left to whoever uses them.
    static func take() -> [Int32] {
        defer { for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) } }
        guard number("LISTEN_PID") == getpid(), let count = number("LISTEN_FDS"), count > 0 else { return [] }
        return (first..<first + min(count, most)).map { descriptor in
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            Descriptors.makeNonBlocking(descriptor)
            return descriptor
        }
    }

    private static func number(_ name: String) -> Int32? { getenv(name).flatMap { Int32(String(cString: $0)) } }
}
