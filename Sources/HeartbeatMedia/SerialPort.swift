// A serial medium while it is open. Reading and the rest of a half-written message are left to the loop's channel; what is
// decided here is which messages wait and which are dropped. It refuses to know when to open again.
//
// No pacing is needed: the writes do not block, so the tty driver takes what its buffer holds and the loop is told when
// there is room again. The line itself is the pace.

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

    /// Messages that wait while one is being written.
    private var queue: [[UInt8]] = []
    /// Messages that are repeated for the peer. They go when nothing new waits and the last of them has had its share.
    private var repeats: [[UInt8]] = []
    private var repeatPause: ReactorTimer?
    private var writingSince: Instant?

    /// A few: a reader that comes back wants fresh keepalives, not the history.
    static let queueLimit = 8
    /// What does not find room is asked for again.
    static let mostRepeats = 32
    /// A repeated message keeps the next one waiting for so many times as long as the line carries it. The tty driver takes 4
    /// KiB at once, which is two seconds at 19200 baud: whatever is put before a keepalive there makes it late.
    static let repeatShare = 4
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

    func send(_ message: [UInt8], isRepeat: Bool) {
        guard callbacks != nil else { return }
        guard !isRepeat else {
            if repeats.count < Self.mostRepeats { repeats.append(message) } else { callbacks?.dropped(nil) }
            return writeNext()
        }
        if queue.count == Self.queueLimit {
            // The oldest, whole: the message under way is not in the queue, so no frame is ever cut.
            queue.removeFirst()
            callbacks?.dropped(isStuck ? SystemError(.send, object, code: ETIMEDOUT) : nil)
        }
        queue.append(message)
        writeNext()
    }

    /// How long a message may be under way before it is stuck: two seconds more than a full buffer of the tty driver (4 KiB)
    /// takes, because the driver tells of room only when nearly all of it has gone.
    static func stall(baud: Int) -> Duration {
        .seconds(2) + MediumConfiguration.serialTime(ofBytes: 4096, baud: baud)
    }

    /// Tells a reader that is gone from a burst that was faster than the line.
    private var isStuck: Bool {
        writingSince.map { reactor.now - $0 >= stall } ?? false
    }

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
        queue = []
        repeats = []
        repeatPause?.cancel()
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

    /// Gives the channel one message at a time: it finishes a message before the next one starts.
    private func writeNext() {
        guard let channel, writingSince == nil, let message = nextMessage() else { return }
        writingSince = reactor.now
        let buffer = channel.allocator.buffer(bytes: message)
        channel.writeAndFlush(buffer).assumeIsolated().whenComplete { [weak self] result in self?.wrote(result) }
    }

    private func nextMessage() -> [UInt8]? {
        guard queue.isEmpty else { return queue.removeFirst() }
        guard repeatPause == nil, !repeats.isEmpty else { return nil }
        let message = repeats.removeFirst()
        let time = MediumConfiguration.serialTime(ofBytes: message.count, baud: line.baud)
        repeatPause = reactor.after(time * Self.repeatShare) { [weak self] in
            self?.repeatPause = nil
            self?.writeNext()
        }
        return message
    }

    private func wrote(_ result: Result<Void, any Error>) {
        writingSince = nil
        switch result {
        case .success:
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
