// Receives datagrams of one socket on the loop. There are two ways in: the loop's channel when the socket becomes readable,
// and `drain` before a deadline. Both read the same open file, so that every datagram is delivered once and in order.
// It refuses to know what a datagram means.

import CLinux
import Glibc
import HeartbeatSystem
import NIOCore
import NIOPosix

/// The receiving half of a UDP medium or of a ping socket.
package final class DatagramReceiver: ReceivingSource {
    /// Every datagram, and the address it came from.
    package var onDatagram: ([UInt8], SocketEndpoint) -> Void = { _, _ in }
    /// The socket can receive no more; called once, with the errno, and never after `close`.
    package var onBroken: (Int32) -> Void = { _ in }

    private let reactor: Reactor
    private let socket: OwnedDescriptor
    private var channel: (any Channel)?

    /// More than the receive buffer holds, so that a drain ends even while somebody floods the port.
    private static let drainLimit = 4096
    /// The longest datagram there is.
    private static let capacity = 65536

    /// Begins to receive on a bound socket.
    package init(_ socket: OwnedDescriptor, reactor: Reactor) throws(SystemError) {
        self.socket = socket
        self.reactor = reactor
        let handed = try check(socket.duplicate(), .receive, "a datagram socket")
        let handler = NIOLoopBound(Inbound(self), eventLoop: reactor.eventLoop)
        DatagramBootstrap(group: reactor.eventLoop)
            // Mostly one datagram waits, and asking for a second one costs a system call each time. A backlog is read by
            // `drain` before it can matter.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.capacity))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler.value)
                }
            }
            .withBoundSocket(handed)
            .assumeIsolated()
            .whenComplete { [weak self] result in self?.started(result) }
        reactor.register(self)
    }

    package var readableDescriptor: Int32 { socket.number }

    /// Ends receiving. What still waits is lost unless drained before.
    package func close() {
        onBroken = { _ in }
        onDatagram = { _, _ in }
        reactor.unregister(self)
        channel?.close(promise: nil)
        channel = nil
        socket.close()
    }

    package func drain() {
        withUnsafeTemporaryAllocation(byteCount: Self.capacity, alignment: 16) { buffer in
            for _ in 0..<Self.drainLimit where receive(into: buffer) == false { return }
        }
    }

    /// Delivers one datagram; `false` when nothing waits.
    private func receive(into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        // Unconnected sockets have no pending errors; one that ends receiving reaches the channel.
        guard let (bytes, source) = socket.receive(into: buffer) else { return false }
        onDatagram(bytes, source)
        return true
    }

    private func started(_ result: Result<any Channel, any Error>) {
        switch result {
        case .success(let channel):
            guard socket.number >= 0 else { return channel.close(promise: nil) }
            self.channel = channel
        case .failure(let error):
            ended(error)
        }
    }

    fileprivate func ended(_ error: (any Error)?) {
        guard !reactor.isStopping else { return }
        onBroken((error as? IOError)?.errnoCode ?? EPIPE)
    }

    /// The loop's side. It must not own the receiver: the channel outlives it for a moment when closed.
    private final class Inbound: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>

        private weak var receiver: DatagramReceiver?
        private var cause: (any Error)?

        init(_ receiver: DatagramReceiver) {
            self.receiver = receiver
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            let source = envelope.remoteAddress.withSockAddr { SocketEndpoint($0, length: socklen_t($1)) }
            receiver?.onDatagram(Array(envelope.data.readableBytesView), source)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            // Closing is the channel's own decision: it does so for errors that last.
            cause = error
        }

        func channelInactive(context: ChannelHandlerContext) {
            receiver?.ended(cause)
        }
    }
}
