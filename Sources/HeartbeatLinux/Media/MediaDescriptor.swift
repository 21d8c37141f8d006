// An open file descriptor of a medium that closes itself, with the few socket calls the media share. It refuses to know what
// the socket is for.

import CLinux
import Glibc

/// Owns one descriptor; closed at the latest when the last reference goes.
final class MediaDescriptor {
    /// -1 once closed.
    private(set) var number: Int32

    init(takingOwnershipOf number: Int32) {
        self.number = number
    }

    deinit {
        close()
    }

    /// A non-blocking socket no child inherits.
    static func socket(
        family: Int32, type: __socket_type = SOCK_DGRAM, protocol number: Int32 = 0, for object: String
    ) throws(MediaError) -> MediaDescriptor {
        let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let fd = Glibc.socket(family, Int32(type.rawValue) | flags, number)
        return MediaDescriptor(takingOwnershipOf: try check(fd, .openSocket, object))
    }

    func close() {
        guard number >= 0 else { return }
        Glibc.close(number)
        number = -1
    }

    /// A second descriptor of the same open file, for a library that wants to own it. -1 with errno set on failure.
    func duplicate() -> Int32 {
        fcntl(number, F_DUPFD_CLOEXEC, 0)
    }

    func set<Value: BitwiseCopyable>(
        _ level: Int32, _ name: Int32, to value: Value, for object: String
    ) throws(MediaError) {
        try check(setIfPossible(level, name, to: value), .setUp, object)
    }

    /// For options that only make things better.
    @discardableResult
    func setIfPossible<Value: BitwiseCopyable>(_ level: Int32, _ name: Int32, to value: Value) -> Int32 {
        setIfPossible(level, name, toBytes: withUnsafeBytes(of: value) { Array($0) })
    }

    @discardableResult
    func setIfPossible(_ level: Int32, _ name: Int32, toBytes value: [UInt8]) -> Int32 {
        setsockopt(number, level, name, value, socklen_t(value.count))
    }

    /// SO_BINDTODEVICE: nothing leaves or arrives over another interface, whatever the routes say.
    func bind(toInterface name: String) throws(MediaError) {
        let result = name.withCString { setsockopt(number, SOL_SOCKET, SO_BINDTODEVICE, $0, socklen_t(strlen($0))) }
        try check(result, .bind, "interface \(name)")
    }

    /// SO_ATTACH_FILTER: the kernel keeps only what a program of its packet filter lets through. Returns 0, or -1 with errno set.
    @discardableResult
    func attach(filter program: [FilterInstruction]) -> Int32 {
        // struct sock_filter each: code (2 bytes), how many to skip if true and if false (1 each), value (4).
        var bytes = program.flatMap { hostBytes($0.code) + [$0.jumpIf, $0.jumpElse] + hostBytes($0.value) }
        return bytes.withUnsafeMutableBytes { raw in
            // struct sock_fprog: the number of instructions, padding, their address.
            let padding = [UInt8](repeating: 0, count: MemoryLayout<UInt>.size - 2)
            let header = hostBytes(UInt16(program.count)) + padding + hostBytes(UInt(bitPattern: raw.baseAddress))
            return setIfPossible(SOL_SOCKET, 26 /* SO_ATTACH_FILTER */, toBytes: header)
        }
    }

    /// One instruction of the kernel's packet filter.
    typealias FilterInstruction = (code: UInt16, jumpIf: UInt8, jumpElse: UInt8, value: UInt32)

    func bind(to endpoint: SocketEndpoint, for object: String) throws(MediaError) {
        try check(endpoint.withSockaddr { Glibc.bind(number, $0, $1) }, .bind, object)
    }

    /// From now on it sends to `endpoint` and receives from nobody else. A datagram socket learns here whether there is a way.
    func connect(to endpoint: SocketEndpoint, for object: String) throws(MediaError) {
        try check(endpoint.withSockaddr { Glibc.connect(number, $0, $1) }, .connect, object)
    }

    /// Sends one datagram to where it is connected, without waiting.
    func send(_ bytes: [UInt8], for object: String) throws(MediaError) {
        try check(Int32(Glibc.send(number, bytes, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))), .send, object)
    }

    /// Sends one datagram without waiting. Returns 0, or the errno.
    func send(_ bytes: [UInt8], to endpoint: SocketEndpoint) -> Int32 {
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
        let sent = endpoint.withSockaddr { sendto(number, bytes, bytes.count, flags, $0, $1) }
        return sent < 0 ? errno : 0
    }
}
