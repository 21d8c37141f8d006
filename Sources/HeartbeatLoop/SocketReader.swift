// Hands over what one socket receives, a datagram at a time, on the loop. It reads with read(2), which every kind of socket
// understands; who sent a datagram is not told, so the socket should be connected or hear only one. It refuses to know what a
// datagram means.

import Glibc
import HeartbeatSystem
import NIOCore
import NIOPosix

/// Reads a socket until it ends or is closed.
package final class SocketReader {
    /// Reading has begun; never during `begin`.
    package var onBegin: () -> Void = {}
    package var onDatagram: ([UInt8]) -> Void = { _ in }
    /// Everything that waited has been handed over.
    package var onPause: () -> Void = {}
    /// The socket can receive no more, or never could; called at most once, with the errno, and never after `close`. 0 is an
    /// empty datagram, which looks like the end.
    package var onEnd: (Int32) -> Void = { _ in }

    private let descriptor: OwnedDescriptor
    private let reactor: Reactor
    private var channel: (any Channel)?
    private var isOver = false

    /// No datagram is longer.
    private static let longestDatagram = 65536

    package init(_ descriptor: OwnedDescriptor, reactor: Reactor) {
        self.descriptor = descriptor
        self.reactor = reactor
    }

    /// Begins to read. Nothing is handed over before it has returned.
    package func begin() {
        let handed = descriptor.duplicate()
        guard handed >= 0 else {
            let code = errno
            return reactor.eventLoop.assumeIsolated().execute { [weak self] in self?.end(code) }
        }
        let handler = NIOLoopBound(Inbound(self), eventLoop: reactor.eventLoop)
        NIOPipeBootstrap(group: reactor.eventLoop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.longestDatagram))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler.value) }
            }
            .takingOwnershipOfDescriptor(input: handed)
            .assumeIsolated()
            .whenComplete { [weak self] result in
                switch result {
                case .success(let channel):
                    guard let self, !isOver else { return channel.close(promise: nil) }
                    self.channel = channel
                    onBegin()
                case .failure(let error):
                    Glibc.close(handed)
                    self?.end((error as? IOError)?.errnoCode ?? EIO)
                }
            }
    }

    /// Ends reading; nothing is told any more. What still waits is lost.
    package func close() {
        isOver = true
        channel?.close(promise: nil)
        channel = nil
        descriptor.close()
    }

    fileprivate func end(_ code: Int32) {
        guard !isOver, !reactor.isStopping else { return }
        close()
        onEnd(code)
    }

    /// The loop's side. It must not own the reader: the channel outlives it for a moment when closed.
    private final class Inbound: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private weak var reader: SocketReader?
        private var code: Int32 = 0

        init(_ reader: SocketReader) {
            self.reader = reader
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard let reader, !reader.isOver else { return }
            reader.onDatagram(Array(unwrapInboundIn(data).readableBytesView))
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            guard let reader, !reader.isOver else { return }
            reader.onPause()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            code = (error as? IOError)?.errnoCode ?? EIO
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            reader?.end(code)
        }
    }
}
