// A serial medium while it is open. Reading and the rest of a half-written message are left to the loop's channel; what is
// decided here is when the next message goes to the kernel. It refuses to know when to open again.

import Glibc
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import NIOCore
import NIOPosix

final class SerialPort: MediumPort, ReceivingSource {
    private let line: SerialLine
    private let reactor: Reactor
    private var callbacks: PortCallbacks?
    private var channel: (any Channel)?

    private var queue = SerialQueue()
    /// When the line has carried everything that the kernel was given, if it keeps its rate.
    private var freeAt: Instant?
    private var paceTimer: ReactorTimer?
    private var repairPause: ReactorTimer?
    private var writingSince: Instant?
    /// The kernel has something that the line should have carried by then.
    private var heldUpSince: Instant?
    /// Something has left since the last keepalive came.
    private var hasMoved = false

    /// A repair keeps the next one waiting for so many times as long as the line carries it.
    static let repairShare = 4
    private let stall: Duration
    /// One drain reads at most what tty buffers hold (64 KiB of flip buffer, 4 KiB of line discipline).
    private static let drainLimit = 17
    private static let chunk = 4096

    var object: String { "serial \(line.path)" }

    init(_ line: SerialLine, reactor: Reactor, _ callbacks: PortCallbacks) throws(SystemError) {
        self.line = line
        stall = Self.stall(baud: line.baud)
        self.reactor = reactor
        self.callbacks = callbacks
        let input = try check(line.descriptor.duplicate(), .setUp, "serial \(line.path)")
        let output = line.descriptor.duplicate()
        guard output >= 0 else {
            let code = errno
            Glibc.close(input)
            throw SystemError(.setUp, "serial \(line.path)", code: code)
        }
        start(input: input, output: output)
        reactor.register(self)
    }

    var readableDescriptor: Int32 { line.descriptor.number }

    func send(_ message: [UInt8], _ priority: SendPriority) -> Bool {
        guard callbacks != nil else { return false }
        let isLineMoving = hasMoved || !queue.holdsKeepalive
        if priority == .keepalive { hasMoved = false }
        if queue.add(message, priority) {
            callbacks?.dropped(isStuck ? SystemError(.send, object, code: ETIMEDOUT) : nil)
        }
        writeNext()
        return isLineMoving
    }

    func withdraw(upTo last: SequenceNumber) { queue.withdraw(upTo: last) }

    /// How long a message may be under way before it is stuck: two seconds more than a full buffer of the tty driver (4 KiB)
    /// takes, because the driver tells of room only when nearly all of it has gone.
    static func stall(baud: Int) -> Duration {
        .seconds(2) + MediumConfiguration.serialTime(ofBytes: 4096, baud: baud)
    }

    /// Tells a reader that is gone from a burst that was faster than the line.
    private var isStuck: Bool {
        (writingSince ?? heldUpSince).map { reactor.now - $0 >= stall } ?? false
    }

    var isAtRest: Bool { channel != nil && writingSince == nil && queue.isEmpty }

    func handOver(to next: HandOver) throws(SystemError) -> [Int32] { [try next.keep(line.descriptor.number)] }

    func drain() {
        withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 16) { buffer in
            for _ in 0..<Self.drainLimit {
                guard line.descriptor.number >= 0 else { return }
                let count = read(line.descriptor.number, buffer.baseAddress, buffer.count)
                // End of file and errors are left for the channel to meet.
                guard count > 0 else { return }
                callbacks?.received(Array(buffer[..<count]), nil)
            }
        }
    }

    func close() {
        callbacks = nil
        queue.removeAll()
        paceTimer?.cancel()
        repairPause?.cancel()
        reactor.unregister(self)
        // Before the channel closes its descriptors, because the last close would wait for this output.
        tcflush(line.descriptor.number, TCOFLUSH)
        channel?.close(promise: nil)
        channel = nil
        line.close()
    }

    private func start(input: Int32, output: Int32) {
        let handler = NIOLoopBound(Inbound(self), eventLoop: reactor.eventLoop)
        NIOPipeBootstrap(group: reactor.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler.value)
                }
            }
            .takingOwnershipOfDescriptors(input: input, output: output)
            .assumeIsolated()
            .whenComplete { [weak self] result in
                switch result {
                case .success(let channel):
                    self.map { $0.opened(channel) } ?? channel.close(promise: nil)
                case .failure(let error):
                    Glibc.close(input)
                    Glibc.close(output)
                    self?.ended(error)
                }
            }
    }

    private func opened(_ channel: any Channel) {
        guard callbacks != nil else { return channel.close(promise: nil) }
        self.channel = channel
        writeNext()
    }

    /// Gives the channel one message at a time: it finishes a message before the next one starts. The next one goes when the line
    /// has carried the last one.
    private func writeNext() {
        guard let channel, writingSince == nil, paceTimer == nil, !queue.isEmpty else { return }
        let now = reactor.now
        if let wait = timeUntilFree(at: now) {
            paceTimer = reactor.after(wait) { [weak self] in
                self?.paceTimer = nil
                self?.writeNext()
            }
            return
        }
        guard let (message, isRepair) = queue.next(repairsMay: repairPause == nil) else { return }
        let time = MediumConfiguration.serialTime(ofBytes: message.count, baud: line.baud)
        if isRepair { pauseRepairs(for: time * Self.repairShare) }
        freeAt = max(freeAt ?? now, now) + time
        writingSince = now
        let buffer = channel.allocator.buffer(bytes: message)
        channel.writeAndFlush(buffer).assumeIsolated().whenComplete { [weak self] result in self?.wrote(result) }
    }

    /// `nil` when it is free. A line that is slower than its rate, because the other end holds it up, is seen by what the kernel
    /// still has; a pseudo-terminal never says.
    private func timeUntilFree(at now: Instant) -> Duration? {
        let kept = MediumConfiguration.serialTime(ofBytes: line.bytesInKernel, baud: line.baud)
        if let freeAt, freeAt > now { return max(kept, freeAt - now) }
        heldUpSince = kept > .zero ? heldUpSince ?? now : nil
        return kept > .zero ? kept : nil
    }

    private func pauseRepairs(for time: Duration) {
        repairPause = reactor.after(time) { [weak self] in
            self?.repairPause = nil
            self?.writeNext()
        }
    }

    private func wrote(_ result: Result<Void, any Error>) {
        writingSince = nil
        switch result {
        case .success:
            hasMoved = true
            callbacks?.sent()
            writeNext()
        case .failure(let error):
            ended(error)
        }
    }

    /// The line can neither be read nor written any more: hangup, or the adapter is gone.
    private func ended(_ error: (any Error)?) {
        guard !reactor.isStopping, let callbacks else { return }
        self.callbacks = nil
        callbacks.broke(SystemError(.receive, object, code: (error as? IOError)?.errnoCode ?? EIO), true)
    }

    /// The loop's side. It must not own the port: the channel outlives it for a moment when closed.
    private final class Inbound: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private weak var port: SerialPort?
        private var cause: (any Error)?

        init(_ port: SerialPort) {
            self.port = port
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            port?.callbacks?.received(Array(unwrapInboundIn(data).readableBytesView), nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            cause = error
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            port?.ended(cause)
        }
    }
}
