// Asks the kernel's routing socket and waits for its answer, but never long: the kernel answers at once or not at all, and
// whoever waits here keeps a node from sending its keepalives. It refuses to know what is asked.

import CLinux
import Glibc
import HeartbeatFormats
import HeartbeatModel
import HeartbeatSystem

/// One routing socket. It belongs to the network namespace of the thread that used it first.
package final class NetlinkSocket {
    /// How long an exchange may take altogether.
    static let patience = Duration.seconds(1)
    /// So many requests are sent at once: if all are refused, the answers must fit into the receive buffer together.
    private static let chunk = 512
    private static let receiveBuffer: Int32 = 1 << 20
    /// The kernel makes its datagrams no longer than this when it is asked for a list (netlink(7)).
    private static let longestDatagram = 65536
    /// A list is asked for again so often when it changed meanwhile.
    private static let attempts = 10

    /// Which part of the kernel is asked (NETLINK_…).
    package enum Family: Int32, Sendable {
        case route = 0
        /// Connection tracking and packet filters.
        case netfilter = 12
    }

    private let family: Family
    private let isStrict: Bool
    private var descriptor: OwnedDescriptor?
    private var sequence: UInt32 = 0

    /// - Parameter isStrict: the kernel heeds what a question for a list asks for, instead of telling everything
    ///   (NETLINK_GET_STRICT_CHK, Linux 4.20).
    package init(family: Family = .route, isStrict: Bool = false) {
        self.family = family
        self.isStrict = isStrict
    }

    /// Sends every request and returns the answers in the same order. A failure in the middle leaves it open what was done.
    ///
    /// The kernel works off a datagram in order and answers every request that it refuses; only the last one is asked to be
    /// answered in any case, which spares hundreds of system calls. An answer that got lost is an error (ENOBUFS).
    package func change(_ requests: [NetlinkRequest]) throws(SystemError) -> [NetlinkAnswer] {
        var answers: [NetlinkAnswer] = []
        for start in stride(from: 0, to: requests.count, by: Self.chunk) {
            answers += try changeChunk(requests[start..<min(start + Self.chunk, requests.count)])
        }
        return answers
    }

    /// Every message of the list that `request` asks for.
    package func list(_ request: NetlinkRequest) throws(SystemError) -> [NetlinkMessage] {
        var result: (messages: [NetlinkMessage], isWhole: Bool) = ([], false)
        for _ in 0..<Self.attempts where !result.isWhole {
            result = try ask(request)
        }
        return result.messages
    }

    /// Hands over every message of the list that `request` asks for as it arrives, so that a long one is never kept as a whole.
    /// When the list changes meanwhile, some may be missing.
    package func visit(_ request: NetlinkRequest, _ body: (NetlinkMessage) -> Void) throws(SystemError) {
        _ = try ask(request, body)
    }

    /// The one answer to a question; `nil` when the kernel has none.
    package func lookUp(_ request: NetlinkRequest) throws(SystemError) -> NetlinkMessage? {
        try ask(request).messages.first
    }

    // MARK: - Exchanges

    private func changeChunk(_ requests: ArraySlice<NetlinkRequest>) throws(SystemError) -> [NetlinkAnswer] {
        let first = sequence &+ 1
        var answers = [NetlinkAnswer](repeating: .done, count: requests.count)
        var requests = Array(requests)
        requests[requests.count - 1].flags |= Netlink.acknowledge
        try exchange(requests) { message in
            let index = Int(message.sequence &- first)
            guard index < answers.count, let answer = NetlinkAnswer(message) else { return false }
            answers[index] = answer
            return index == answers.count - 1
        }
        return answers
    }

    private func ask(
        _ request: NetlinkRequest
    ) throws(SystemError) -> (messages: [NetlinkMessage], isWhole: Bool) {
        var messages: [NetlinkMessage] = []
        let isWhole = try ask(request) { messages.append($0) }
        return (messages, isWhole)
    }

    /// Whether the list stayed the same while it was being told.
    private func ask(_ request: NetlinkRequest, _ take: (NetlinkMessage) -> Void) throws(SystemError) -> Bool {
        var isWhole = true
        let isList = request.flags & Netlink.dump == Netlink.dump
        let number = sequence &+ 1
        try exchange([request]) { message in
            guard message.sequence == number else { return false }
            if message.flags & Netlink.interrupted != 0 { isWhole = false }
            if message.type == Netlink.error || message.type == Netlink.done { return true }
            take(message)
            return !isList
        }
        return isWhole
    }

    /// Sends `requests` in one datagram and hands over what comes back until `take` has had enough.
    private func exchange(
        _ requests: [NetlinkRequest], _ take: (NetlinkMessage) -> Bool
    ) throws(SystemError) {
        let socket = try open()
        var datagram: [UInt8] = []
        datagram.reserveCapacity(requests.count * 96)
        for request in requests {
            sequence &+= 1
            request.write(to: &datagram, sequence: sequence)
        }
        do throws(SystemError) {
            guard send(socket.number, datagram, datagram.count, Int32(MSG_NOSIGNAL)) == datagram.count else {
                throw .routing(.ask, code: errno)
            }
            try receive(socket, take)
        } catch {
            // Late answers must not meet the next question; a new socket has none.
            descriptor = nil
            throw error
        }
    }

    private func receive(_ socket: OwnedDescriptor, _ take: (NetlinkMessage) -> Bool) throws(SystemError) {
        let deadline = Instant.now + Self.patience
        while true {
            let datagram = try nextDatagram(socket, until: deadline)
            for message in NetlinkMessage.all(in: datagram) where take(message) { return }
        }
    }

    private func nextDatagram(_ socket: OwnedDescriptor, until deadline: Instant) throws(SystemError) -> [UInt8] {
        while true {
            // The answer is there already when `send` returns, but for long lists.
            let (datagram, code) = readDatagram(socket)
            if code == 0 { return datagram }
            guard code == EAGAIN || code == EINTR else { throw .routing(.hear, code: code) }
            let rest = (deadline - .now).nanoseconds
            guard rest > 0 else { throw .routing(.hear, code: ETIMEDOUT) }
            var polled = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, Int32(clamping: rest / 1_000_000 + 1))
        }
    }

    /// A datagram of the kernel's, or the errno. Another process' datagrams are returned as empty.
    private func readDatagram(_ socket: OwnedDescriptor) -> ([UInt8], Int32) {
        var code: Int32 = 0
        // struct sockaddr_nl: family and padding, then the port in four bytes, 0 for the kernel, then the groups.
        var sender = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.longestDatagram) { buffer, count in
            let flags = Int32(MSG_DONTWAIT | MSG_TRUNC)
            let received = withUnsafeMutablePointer(to: &sender) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(socket.number, buffer.baseAddress, buffer.count, flags, $0, &length)
                }
            }
            if received < 0 { code = errno } else if received > buffer.count { code = EMSGSIZE }
            count = code == 0 ? received : 0
        }
        let port = withUnsafeBytes(of: sender) { $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self) }
        return (port == 0 ? bytes : [], code)
    }

    // MARK: - The socket

    private func open() throws(SystemError) -> OwnedDescriptor {
        if let descriptor { return descriptor }
        let socket = try Self.open(family, groups: 0)
        if isStrict { socket.setIfPossible(270 /* SOL_NETLINK */, 12 /* NETLINK_GET_STRICT_CHK */, to: Int32(1)) }
        descriptor = socket
        return socket
    }

    /// A routing socket that hears the multicast `groups` (RTMGRP_…, rtnetlink(7)).
    package static func open(groups: UInt32) throws(SystemError) -> OwnedDescriptor {
        try open(.route, groups: groups)
    }

    private static func open(_ family: Family, groups: UInt32) throws(SystemError) -> OwnedDescriptor {
        let type = Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let fd = socket(AF_NETLINK, type, family.rawValue)
        guard fd >= 0 else { throw .routing(.ask, code: errno) }
        let opened = OwnedDescriptor(takingOwnershipOf: fd)
        if opened.setIfPossible(SOL_SOCKET, SO_RCVBUFFORCE, to: receiveBuffer) < 0 {
            opened.setIfPossible(SOL_SOCKET, SO_RCVBUF, to: receiveBuffer)
        }
        for option in [10 /* NETLINK_CAP_ACK */, 11 /* NETLINK_EXT_ACK */] as [Int32] {
            opened.setIfPossible(270 /* SOL_NETLINK */, option, to: Int32(1))
        }
        let address = hostBytes(UInt16(AF_NETLINK)) + hostBytes(UInt16(0)) + hostBytes(UInt32(0)) + hostBytes(groups)
        let bound = address.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: sockaddr.self) { bind(fd, $0.baseAddress, socklen_t(raw.count)) }
        }
        guard bound == 0 else { throw .routing(.listen, code: errno) }
        return opened
    }
}

extension SystemError {
    /// The kernel could not be asked. What it answered to a single request is no error here.
    static func routing(_ operation: Operation, code: Int32) -> SystemError {
        SystemError(operation, "the kernel about addresses", code: code)
    }
}
