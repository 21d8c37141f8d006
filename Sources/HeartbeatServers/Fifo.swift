// The FIFO by which local processes have messages sent to the cluster. Whoever may write into it speaks for this node, so
// it is root's alone.

import Glibc
import HeartbeatSystem
import HeartbeatWire
import NIOCore
import NIOPosix

/// `<state>/fifo`, read on the loop.
package enum Fifo {
    /// Makes the FIFO if it is missing (mode 0600) and reads it from now on. A plain file in its place, as the original's
    /// tools leave when they run without a daemon, is removed.
    ///
    /// The FIFO is opened for reading and writing: a writer then never waits, and the end of one is not the end of all.
    /// `onMessage` gets each message with its `>>>` and `<<<` lines. Call it on the loop; closing the channel ends it.
    package static func open(
        _ path: String, on loop: any EventLoop, onMessage: @escaping ([UInt8]) -> Void
    ) throws(SystemError) -> EventLoopFuture<any Channel> {
        try make(path)
        let descriptor = Glibc.open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw SystemError("open", path) }
        let handler = NIOLoopBound(FifoReader(onMessage: onMessage), eventLoop: loop)
        return NIOPipeBootstrap(group: loop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler.value) }
            }
            .takingOwnershipOfDescriptor(input: descriptor)
    }

    private static func make(_ path: String) throws(SystemError) {
        var status = stat()
        let isThere = lstat(path, &status) == 0
        if isThere && status.st_mode & S_IFMT == S_IFIFO {
            guard chown(path, 0, 0) == 0 || geteuid() != 0, chmod(path, 0o600) == 0 else {
                throw SystemError("protect", path)
            }
            return
        }
        if isThere { unlink(path) }
        guard mkfifo(path, 0o600) == 0 else { throw SystemError("make the fifo", path) }
    }
}

private final class FifoReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let onMessage: ([UInt8]) -> Void
    private var framer = SerialFramer()

    init(onMessage: @escaping ([UInt8]) -> Void) {
        self.onMessage = onMessage
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        framer.append(unwrapInboundIn(data).readableBytesView).forEach(onMessage)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
