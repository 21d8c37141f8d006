// The few calls that sockets of every kind share. It refuses to know what a socket is for.

import CLinux
import Glibc
import HeartbeatFormats

extension OwnedDescriptor {
    /// A non-blocking socket no child inherits.
    package static func socket(
        family: Int32, type: __socket_type = SOCK_DGRAM, protocol number: Int32 = 0, for object: String
    ) throws(SystemError) -> OwnedDescriptor {
        let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let fd = Glibc.socket(family, Int32(type.rawValue) | flags, number)
        return OwnedDescriptor(takingOwnershipOf: try check(fd, .openSocket, object))
    }

    package func set<Value: BitwiseCopyable>(
        _ level: Int32, _ name: Int32, to value: Value, for object: String
    ) throws(SystemError) {
        try check(setIfPossible(level, name, to: value), .setUp, object)
    }

    /// For options that only make things better.
    @discardableResult
    package func setIfPossible<Value: BitwiseCopyable>(_ level: Int32, _ name: Int32, to value: Value) -> Int32 {
        setIfPossible(level, name, toBytes: withUnsafeBytes(of: value) { Array($0) })
    }

    @discardableResult
    package func setIfPossible(_ level: Int32, _ name: Int32, toBytes value: [UInt8]) -> Int32 {
        setsockopt(number, level, name, value, socklen_t(value.count))
    }

    /// SO_BINDTODEVICE: nothing leaves or arrives over another interface, whatever the routes say.
    package func bind(toInterface name: String) throws(SystemError) {
        let result = name.withCString { setsockopt(number, SOL_SOCKET, SO_BINDTODEVICE, $0, socklen_t(strlen($0))) }
        try check(result, .bind, "interface \(name)")
    }

    /// SO_ATTACH_FILTER: the kernel keeps only what a program of its packet filter lets through. Returns 0, or -1 with errno
    /// set.
    @discardableResult
    package func attach(filter program: [FilterInstruction]) -> Int32 {
        // struct sock_filter each: code (2 bytes), how many to skip if true and if false (1 each), value (4).
        var bytes = program.flatMap { hostBytes($0.code) + [$0.jumpIf, $0.jumpElse] + hostBytes($0.value) }
        return bytes.withUnsafeMutableBytes { raw in
            // struct sock_fprog: the number of instructions, padding, their address.
            let padding = [UInt8](repeating: 0, count: MemoryLayout<UInt>.size - 2)
            let header = hostBytes(UInt16(program.count)) + padding + hostBytes(UInt(bitPattern: raw.baseAddress))
            return setIfPossible(SOL_SOCKET, 26 /* SO_ATTACH_FILTER */, toBytes: header)
        }
    }

    /// The same for a filter that only spares work. Returns 0, or -1 with errno set.
    @discardableResult
    package func attachIfPossible(_ filter: PacketFilter) -> Int32 {
        attach(filter: filter.instructions)
    }

    package func bind(to endpoint: SocketEndpoint, for object: String) throws(SystemError) {
        try check(endpoint.withSockaddr { Glibc.bind(number, $0, $1) }, .bind, object)
    }

    /// From now on it sends to `endpoint` and receives from nobody else. A datagram socket learns here whether there is a way.
    package func connect(to endpoint: SocketEndpoint, for object: String) throws(SystemError) {
        try check(endpoint.withSockaddr { Glibc.connect(number, $0, $1) }, .connect, object)
    }

    /// Sends one datagram to where it is connected, without waiting.
    package func send(_ bytes: [UInt8], for object: String) throws(SystemError) {
        try check(Int32(Glibc.send(number, bytes, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))), .send, object)
    }

    /// Takes one datagram that waits, and who sent it, by way of `buffer`; `nil` when none does, or the socket is closed.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) -> (bytes: [UInt8], source: SocketEndpoint)? {
        guard number >= 0 else { return nil }
        var source = SocketEndpoint()
        let count = source.fill { recvfrom(number, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT), $0, $1) }
        return count >= 0 ? (Array(buffer[..<count]), source) : nil
    }

    /// Sends one datagram without waiting. Returns 0, or the errno.
    package func send(_ bytes: [UInt8], to endpoint: SocketEndpoint) -> Int32 {
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
        let sent = endpoint.withSockaddr { sendto(number, bytes, bytes.count, flags, $0, $1) }
        return sent < 0 ? errno : 0
    }
}
