// One connection of the client socket: cuts what arrives into frames, hands them over no faster than a client may ask,
// and counts what waits to be read by it.

import Glibc
import HeartbeatClients
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import NIOCore

package final class ClientChannel: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// Frames at once, and then a second: far more than the original's programs ever send, far less than would be felt.
    private static let mostFrames = 200
    private static let framesPerSecond = 200
    /// Bytes that may wait, whatever number of messages the client has asked for.
    private static let mostBytes = 4 << 20

    /// Messages that may wait for the client.
    var longestQueue = ClientSessions.usualQueue

    private let server: ClientServer
    private var channel: (any Channel)?
    private var peer: PeerCredentials?
    /// Taken when it connects: later its number may be another's.
    private var process: ProcessHandle?
    private var connection: ClientConnection?
    private var frames = ClientFrames()
    private var allowance: Allowance
    /// Cut but not yet handed over.
    private var bodies: ArraySlice<[UInt8]> = []
    private var pausing: ReactorTimer?
    private var waiting = 0
    private var waitingBytes = 0
    private var isEnding = false

    init(_ server: ClientServer) {
        self.server = server
        allowance = Allowance(
            most: Self.mostFrames, perSecond: Self.framesPerSecond, now: server.reactor.now)
    }

    package func channelActive(context: ChannelHandlerContext) {
        channel = context.channel
        guard let peer = PeerProcess.of(context.channel) else { return end() }
        self.peer = peer
        process = PeerProcess.handle(of: context.channel, peer)
        connection = server.opened(self, by: peer)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        isEnding = true
        pausing?.cancel()
        bodies = []
        channel = nil
        process = nil
        guard let connection else { return }
        self.connection = nil
        server.closed(connection)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isEnding else { return }
        do throws(ClientFrameError) {
            bodies += try frames.append(unwrapInboundIn(data).readableBytesView)
        } catch {
            return complain("\(error)")
        }
        handOver()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end()
    }

    // MARK: - Reading

    private func handOver() {
        while pausing == nil, !isEnding, !bodies.isEmpty, let connection {
            let now = server.reactor.now
            if let pause = allowance.pause(at: now) { return self.pause(for: pause) }
            allowance.take(1, at: now)
            server.handlers.received(connection, bodies.removeFirst())
        }
    }

    /// The rest waits here and in the kernel, which then makes the client wait.
    func pause(for duration: Duration) {
        guard pausing == nil, !isEnding else { return }
        setReading(false)
        pausing = server.reactor.after(duration) { [weak self] in
            guard let self, !isEnding else { return }
            pausing = nil
            handOver()
            if pausing == nil { setReading(true) }
        }
    }

    private func setReading(_ isReading: Bool) {
        channel?.setOption(.autoRead, value: isReading).assumeIsolated().whenFailure { [weak self] _ in self?.end() }
    }

    // MARK: - Writing

    func write(_ frame: [UInt8]) {
        guard let channel, !isEnding else { return }
        guard waiting < longestQueue, waitingBytes < Self.mostBytes else {
            return complain("leaves \(waiting) messages unread (it may ask for more with set_sendqlen)")
        }
        waiting += 1
        waitingBytes += frame.count
        let buffer = channel.allocator.buffer(bytes: frame)
        channel.writeAndFlush(buffer).assumeIsolated().whenComplete { [weak self] result in
            self?.waiting -= 1
            self?.waitingBytes -= frame.count
            if case .failure = result { self?.end() }
        }
    }

    /// To the process that has connected, for as long as it lives and as its user could send it.
    func signal(_ number: Int32) {
        guard let peer, let process else { return }
        process.signal(number, onBehalfOf: peer.user)
    }

    func endAfterWriting() {
        guard let channel, !isEnding else { return }
        isEnding = true
        // Nothing is written any more: what is flushed by now is the last.
        channel.writeAndFlush(channel.allocator.buffer(capacity: 0)).assumeIsolated().whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    func end() {
        isEnding = true
        channel?.close(promise: nil)
    }

    private func complain(_ reason: String) {
        end()
        if let peer { server.handlers.complained(peer, reason) }
    }
}
