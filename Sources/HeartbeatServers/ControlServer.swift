// The socket on which the command-line tools talk to the daemon: one request line, one answer, closed. A client can be
// slow, silent, wordy or gone; it costs one descriptor for some seconds and nothing else.

import CLinux
import Glibc
import HeartbeatControl
import HeartbeatLoop
import HeartbeatSystem
import NIOCore
import NIOPosix

/// Serves the control socket on the loop.
package final class ControlServer {
    /// Answers a request by calling the closure once, now or later.
    package typealias Handler = (ControlRequest, @escaping (ControlReply) -> Void) -> Void

    /// Clients served at once. For a further one the oldest that has not asked anything yet is turned away: connections
    /// that say nothing keep no operator out.
    static let mostClients = 32

    private let handler: Handler
    private let requestTimeout: TimeAmount
    private var clients = 0
    /// Those that have not asked yet, the oldest first.
    private var silent: [ControlClientHandler] = []

    private init(requestTimeout: TimeAmount, handler: @escaping Handler) {
        self.handler = handler
        self.requestTimeout = requestTimeout
    }

    /// Listens on `path`, mode 0660 and group `haclient` where that exists: its members may ask, only root may order. A
    /// socket left by a daemon that is gone is replaced, so the pid file must be held. Closing the channel ends it; the
    /// socket file is then the caller's to remove. Call it on the loop.
    ///
    /// `requestTimeout` is how long a client may take to send its line.
    package static func start(
        _ path: String, on loop: any EventLoop, requestTimeout: TimeAmount = .seconds(5), handler: @escaping Handler
    ) throws(SystemError) -> EventLoopFuture<any Channel> {
        try start(on: listen(path), loop: loop, requestTimeout: requestTimeout, handler: handler)
    }

    /// The socket alone.
    package static func listen(_ path: String) throws(SystemError) -> OwnedDescriptor {
        let descriptor = try ListeningSocket.open(path, mode: 0o600)
        giveToClients(path)
        return OwnedDescriptor(takingOwnershipOf: descriptor)
    }

    /// Serves a socket of `listen`, which stays the caller's.
    package static func start(
        on socket: OwnedDescriptor, loop: any EventLoop, requestTimeout: TimeAmount = .seconds(5),
        handler: @escaping Handler
    ) throws(SystemError) -> EventLoopFuture<any Channel> {
        let descriptor = socket.duplicate()
        guard descriptor >= 0 else { throw SystemError("listen on", "the control socket") }
        let server = NIOLoopBound(ControlServer(requestTimeout: requestTimeout, handler: handler), eventLoop: loop)
        return ServerBootstrap.serving(on: loop, capacity: 2048) { channel in
            try channel.pipeline.syncOperations.addHandler(ControlClientHandler(server.value))
        }
        .withBoundSocket(descriptor)
    }

    private static func giveToClients(_ path: String) {
        if let group = Directories.groupID("haclient"), chown(path, uid_t.max, group) == 0 { chmod(path, 0o660) }
    }

    fileprivate func admit(_ client: ControlClientHandler) -> Bool {
        if clients >= ControlServer.mostClients {
            guard let oldest = silent.first else { return false }
            silent.removeFirst()
            oldest.turnAway()
        }
        clients += 1
        silent.append(client)
        return true
    }

    fileprivate func dismiss(_ client: ControlClientHandler) {
        clients -= 1
        hasAsked(client)
    }

    fileprivate func hasAsked(_ client: ControlClientHandler) {
        silent.removeAll { $0 === client }
    }

    fileprivate var patience: TimeAmount { requestTimeout }

    fileprivate func handle(
        _ line: String, fromRoot isRoot: Bool, reply: @escaping (ControlReply) -> Void
    ) {
        guard let request = ControlRequest(line: line) else {
            return reply(ControlReply(exitCode: ControlExit.unknown, errors: ["ERROR: request not understood"]))
        }
        if request.isOrder, !isRoot {
            return reply(ControlReply(exitCode: ControlExit.failure, errors: ["ERROR: only root may do that"]))
        }
        handler(request, reply)
    }
}

/// One client.
private final class ControlClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// From the request to the last byte of the answer; a tool has given up long before.
    private static let answerTimeout = TimeAmount.seconds(60)

    private let server: ControlServer
    private var line: [UInt8] = []
    private var isAsked = false
    private var isAnswered = false
    private var isAdmitted = false
    private var timer: Scheduled<Void>?
    private var channel: (any Channel)?

    init(_ server: ControlServer) {
        self.server = server
    }

    func channelActive(context: ChannelHandlerContext) {
        channel = context.channel
        isAdmitted = server.admit(self)
        guard isAdmitted else { return context.close(promise: nil) }
        limit(server.patience, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        if isAdmitted { server.dismiss(self) }
        isAdmitted = false
        channel = nil
        isAnswered = true
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAsked else { return }
        line += unwrapInboundIn(data).readableBytesView.prefix(ControlRequest.longestLine + 1 - line.count)
        if let end = line.firstIndex(of: UInt8(ascii: "\n")) {
            line.removeSubrange(end...)
        } else if line.count <= ControlRequest.longestLine {
            return
        }
        isAsked = true
        server.hasAsked(self)
        limit(ControlClientHandler.answerTimeout, context)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        server.handle(String(decoding: line, as: UTF8.self), fromRoot: isRoot(context.channel)) { reply in
            self.send(reply, bound.value)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func turnAway() {
        channel?.close(promise: nil)
    }

    /// The client may be gone by now, and a handler that answers twice is not to harm it.
    private func send(_ reply: ControlReply, _ context: ChannelHandlerContext) {
        guard !isAnswered else { return }
        isAnswered = true
        let buffer = context.channel.allocator.buffer(string: reply.text)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { _ in bound.value.close(promise: nil) }
    }

    private func limit(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        timer?.cancel()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: time) { bound.value.close(promise: nil) }
    }

    private func isRoot(_ channel: any Channel) -> Bool {
        guard let peer = PeerProcess.of(channel) else { return false }
        return peer.user == 0 || peer.user == geteuid()
    }
}
