// Answers datagrams, for the probes of others: with what came (RFC 862), or with what somebody else makes of it. An answer leaves
// from the address that was asked, which may be a service address, and by the interface the question came in. It is never longer
// than the question, and there is none for what could be an answer itself or was sent to many: no loop, no amplifier.

import CLinux
import Glibc
import HeartbeatFormats
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import NIOCore
import NIOPosix

/// A service of this node on one UDP port, of both versions of IP.
package final class DatagramResponder {
    /// It cannot listen; told once until it can.
    package var onProblem: (_ text: String) -> Void = { _ in }

    /// The port it listens on.
    package let port: UInt16

    private let reactor: Reactor
    private let lack: String
    private let reply: Reply
    private var sockets: [ReplySocket] = []
    private var isClosed = false
    private var outage = Outage()

    /// What is sent back for a datagram; `nil` for nothing.
    package typealias Reply = ([UInt8]) -> [UInt8]?

    /// - Parameter lack: what nobody gets while it cannot listen, for the log.
    package init(port: UInt16, reactor: Reactor, lack: String, reply: @escaping Reply) {
        self.port = port
        self.reactor = reactor
        self.lack = lack
        self.reply = reply
    }

    /// The echo service.
    package static func echo(port: UInt16, reactor: Reactor) -> DatagramResponder {
        DatagramResponder(port: port, reactor: reactor, lack: "an echo") { $0 }
    }

    /// Begins to answer; what fails is tried again every second until `close`.
    package func open() {
        guard !isClosed, sockets.isEmpty else { return }
        do throws(SystemError) {
            sockets = [try ReplySocket(port, isIPv6: false, reactor, reply)]
            if let second = try ipv6() { sockets.append(second) }
            for socket in sockets {
                socket.begin { [weak self, port] in self?.failed(SystemError(.receive, "UDP port \(port)", code: $0)) }
            }
            outage.end()
        } catch {
            failed(error)
        }
    }

    package func close() {
        isClosed = true
        outage.giveUp()
        closeSockets()
    }

    /// `nil` on a machine without IPv6.
    private func ipv6() throws(SystemError) -> ReplySocket? {
        do throws(SystemError) {
            return try ReplySocket(port, isIPv6: true, reactor, reply)
        } catch {
            guard error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL else { throw error }
            return nil
        }
    }

    private func failed(_ error: SystemError) {
        closeSockets()
        if outage.begin() { onProblem("\(error); nobody gets \(lack), which is tried again every second") }
        outage.tryAgain(on: reactor) { [weak self] in self?.open() }
    }

    private func closeSockets() {
        sockets.forEach { $0.close() }
        sockets = []
    }
}

/// One socket of the service.
private final class ReplySocket {
    private let reply: DatagramResponder.Reply
    private let descriptor: OwnedDescriptor
    private let reactor: Reactor
    private let isIPv6: Bool
    private var channel: (any Channel)?
    private var onEnd: ((Int32) -> Void)?

    init(
        _ port: UInt16, isIPv6: Bool, _ reactor: Reactor, _ reply: @escaping DatagramResponder.Reply
    ) throws(SystemError) {
        self.reactor = reactor
        self.reply = reply
        self.isIPv6 = isIPv6
        let object = "UDP port \(port) for questions"
        descriptor = try OwnedDescriptor.socket(family: isIPv6 ? AF_INET6 : AF_INET, for: object)
        let level = Int32(isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP)
        if isIPv6 { try descriptor.set(level, IPV6_V6ONLY, to: Int32(1), for: object) }
        try descriptor.set(level, isIPv6 ? 49 /* IPV6_RECVPKTINFO */ : 8 /* IP_PKTINFO */, to: Int32(1), for: object)
        // The filter sees the UDP header first: echo and chargen would answer the answer, and so would another one like this.
        let answering = [7, 19, port].map { PacketFilter.Test.halfWord(at: 0, isNot: $0) }
        try check(descriptor.attachIfPossible(PacketFilter([.isForThisStation] + answering)), .setUp, object)
        try descriptor.bind(to: SocketEndpoint(.any(isIPv6: isIPv6), port: port), for: object)
    }

    func begin(onEnd: @escaping (Int32) -> Void) {
        self.onEnd = onEnd
        let handed = descriptor.duplicate()
        guard handed >= 0 else { return onEnd(errno) }
        let handler = NIOLoopBound(Inbound(self), eventLoop: reactor.eventLoop)
        DatagramBootstrap(group: reactor.eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.receivePacketInfo, value: true)
            .channelOption(.maxMessagesPerRead, value: 16)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2048))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler.value) }
            }
            .withBoundSocket(handed)
            .assumeIsolated()
            .whenComplete { [weak self] result in
                switch result {
                case .success(let channel):
                    guard let self, descriptor.number >= 0 else { return channel.close(promise: nil) }
                    self.channel = channel
                    channel.read()
                case .failure(let error):
                    self?.ended((error as? IOError)?.errnoCode ?? EIO)
                }
            }
    }

    func close() {
        onEnd = nil
        channel?.close(promise: nil)
        channel = nil
        descriptor.close()
    }

    fileprivate func ended(_ code: Int32) {
        guard !reactor.isStopping else { return }
        onEnd?(code)
    }

    /// A datagram that cannot be answered is not: whoever asks asks again.
    fileprivate func answer(_ datagram: AddressedEnvelope<ByteBuffer>) {
        guard let information = datagram.metadata?.packetInfo, descriptor.number >= 0 else { return }
        let asked = information.destinationAddress.withSockAddr { SocketEndpoint($0, length: socklen_t($1)) }.address
        guard let asked, asked.isIPv6 == isIPv6 else { return }
        let asker = datagram.remoteAddress.withSockAddr { SocketEndpoint($0, length: socklen_t($1)) }
        let question = Array(datagram.data.readableBytesView)
        guard let bytes = reply(question), bytes.count <= question.count else { return }
        _ = asker.withSockaddr { to, length in
            clinux_udp_send_from(
                descriptor.number, bytes, bytes.count, to, length, asked.bytes, isIPv6 ? 1 : 0,
                Int32(truncatingIfNeeded: information.interfaceIndex))
        }
    }

    /// The loop's side: reads at a bounded pace, so that a flood cannot keep the loop from its keepalives. What comes faster is
    /// dropped by the kernel, which costs the loop nothing.
    private final class Inbound: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>

        private static let answersPerSlot = 256
        private static let slot = Duration.milliseconds(100)

        private weak var socket: ReplySocket?
        private var answers = 0
        private var slotEnds = Instant.now + Inbound.slot
        private var code: Int32 = EIO

        init(_ socket: ReplySocket) {
            self.socket = socket
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            answers += 1
            socket?.answer(unwrapInboundIn(data))
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            let now = Instant.now
            if now >= slotEnds {
                answers = 0
                slotEnds = now + Self.slot
            }
            guard answers >= Self.answersPerSlot else { return context.read() }
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: .nanoseconds((slotEnds - now).nanoseconds)) { bound.value.read() }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            code = (error as? IOError)?.errnoCode ?? code
        }

        func channelInactive(context: ChannelHandlerContext) {
            socket?.ended(code)
        }
    }
}
