// The pipe behind a script's standard output or standard error. Reads at a bounded pace, so that a script that writes
// without end is slowed down instead of filling our memory, the log or the time of the loop.

import Glibc
import HeartbeatModel
import HeartbeatSystem
import NIOCore
import NIOPosix

/// Reads one pipe until every process that holds its other end is gone.
///
/// The script's own end does not close it: a service started in the background may have inherited the pipe, and would
/// die of SIGPIPE at its next word if nobody read any more.
final class ScriptOutput: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// Bytes of the beginning that are kept.
    static let capturedBytes = 4096
    /// At most this much is read in one slot of time.
    private static let bytesPerSlot = 65536
    private static let slot = Duration.milliseconds(100)

    /// What was written so far, cut at `capturedBytes`.
    private(set) var captured: [UInt8] = []
    private let onLine: (String) -> Void
    private var onEnd: () -> Void = {}
    private var splitter = LineSplitter()
    private var budget: LineBudget
    private var bytesInSlot = 0
    private var slotEnds = Instant.now + ScriptOutput.slot
    /// Nobody holds the other end any more.
    private(set) var hasEnded = false
    /// A second descriptor of the pipe, for the last look when the script has exited.
    private var lastLook: Int32?

    init(onLine: @escaping (String) -> Void) {
        self.onLine = onLine
        budget = LineBudget(now: .now)
    }

    /// Takes over the read end and starts reading. `onEnd` is called when nobody holds the other end any more.
    func start(reading descriptor: Int32, on loop: any EventLoop, onEnd: @escaping () -> Void) {
        self.onEnd = onEnd
        Descriptors.makeNonBlocking(descriptor)
        lastLook = Descriptors.duplicate(descriptor)
        let handler = NIOLoopBound(self, eventLoop: loop)
        NIOPipeBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler.value) }
            }
            .takingOwnershipOfDescriptor(input: descriptor)
            .whenFailure { error in
                close(descriptor)
                handler.value.hasEnded = true
                handler.value.onLine("output cannot be read: \(error)")
            }
    }

    /// The script has exited: reads what it left in the pipe, so that no answer is lost to a race, and ends the last line.
    func scriptExited() {
        if let descriptor = lastLook {
            var total = 0
            while total < ScriptOutput.bytesPerSlot, let bytes = Descriptors.read(descriptor, atMost: 4096),
                !bytes.isEmpty
            {
                total += bytes.count
                take(bytes)
            }
            close(descriptor)
            lastLook = nil
        }
        finishLine()
    }

    func channelActive(context: ChannelHandlerContext) {
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        bytesInSlot += buffer.readableBytes
        take(buffer.readableBytesView)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        let now = Instant.now
        if now >= slotEnds {
            bytesInSlot = 0
            slotEnds = now + ScriptOutput.slot
        }
        guard bytesInSlot >= ScriptOutput.bytesPerSlot else { return context.read() }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .nanoseconds((slotEnds - now).nanoseconds)) { bound.value.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        hasEnded = true
        finishLine()
        onEnd()
        onEnd = {}
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func take(_ bytes: some Collection<UInt8>) {
        captured += bytes.prefix(ScriptOutput.capturedBytes - captured.count)
        splitter.take(bytes).forEach(handOver)
    }

    private func finishLine() {
        if let line = splitter.finish() { handOver(line) }
    }

    private func handOver(_ line: String) {
        guard budget.take(at: .now) else { return }
        let dropped = budget.takeDropped()
        if dropped > 0 { onLine("(\(dropped) lines dropped: too many at once)") }
        onLine(line)
    }
}
