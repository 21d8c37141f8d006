// Signals as events of the loop. They are blocked and read from a descriptor, so that no handler ever runs in the middle
// of anything.

import CLinux
import Glibc
import HeartbeatSystem
import NIOCore
import NIOPosix

package enum SignalSource {
    /// The signals the daemon is told about.
    package static let handled: [Int32] = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD]

    /// Blocks `handled` for the calling thread and all it will start, and ignores SIGPIPE. Call it first of all: a signal
    /// that comes between this and `listen` is kept, one that comes before would end the process.
    package static func block() {
        var signals = set()
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Reports each signal on the loop from now on; several of one kind may come as one. Call it on the loop.
    package static func listen(
        on loop: any EventLoop, onSignal: @escaping (Int32) -> Void
    ) throws(SystemError) -> EventLoopFuture<any Channel> {
        var signals = set()
        let descriptor = clinux_signal_descriptor(&signals)
        guard descriptor >= 0 else { throw SystemError("listen to", "signals") }
        let handler = NIOLoopBound(SignalReader(onSignal: onSignal), eventLoop: loop)
        return NIOPipeBootstrap(group: loop)
            // A shorter read than one record is an error.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 * SignalReader.record))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler.value) }
            }
            .takingOwnershipOfDescriptor(input: descriptor)
    }

    private static func set() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        handled.forEach { sigaddset(&signals, $0) }
        return signals
    }
}

private final class SignalReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// Size of struct signalfd_siginfo, whose first four bytes are the number (signalfd(2)).
    static let record = 128

    private let onSignal: (Int32) -> Void

    init(onSignal: @escaping (Int32) -> Void) {
        self.onSignal = onSignal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        while var record = buffer.readSlice(length: SignalReader.record) {
            guard let number = record.readInteger(endianness: .host, as: UInt32.self) else { return }
            onSignal(Int32(clamping: number))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
