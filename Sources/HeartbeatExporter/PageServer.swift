// Serves pages over HTTP: one request a connection, few connections, little time. Whoever connects can be slow, wordy or hostile; it costs
// one descriptor for some seconds.

import HeartbeatLoop
import HeartbeatStatus
import NIOCore
import NIOHTTP1
import NIOPosix

final class PageServer {
    static let mostClients = 16
    /// Bytes of a request, whose body is never read.
    static let mostBytes = 8192
    /// For a whole connection.
    static let limit = TimeAmount.seconds(5)
    /// For whoever has been answered to close, too. Closed at once, the answer to one that still sends would be lost.
    static let farewell = TimeAmount.seconds(1)

    private let answers: Answers
    private let time: LocalTime
    private var clients = 0

    init(_ answers: Answers, time: LocalTime) {
        self.answers = answers
        self.time = time
    }

    /// Serves whoever connects to a listening descriptor, which it closes with the channel. Call it on the loop.
    func serve(_ descriptor: Int32, on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        let server = NIOLoopBound(self, eventLoop: loop)
        return ServerBootstrap.serving(on: loop, capacity: 2048) { channel in
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(RequestLimit())
            try pipeline.addHandler(HTTPResponseEncoder())
            try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
            try pipeline.addHandler(PageHandler(server.value))
        }
        // Who sends a request and nothing more may say so.
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .withBoundSocket(descriptor)
    }

    fileprivate func admit() -> Bool {
        guard clients < Self.mostClients else { return false }
        clients += 1
        return true
    }

    fileprivate func dismiss() { clients -= 1 }

    fileprivate func page(_ path: PagePath, completion: @escaping (Page) -> Void) {
        answers.get { [time] in completion(Page(path, of: $0, time: time)) }
    }
}

/// A request has more bytes than any needs.
private struct RequestTooLong {}

/// Lets so many bytes of a connection through, and none after them.
private final class RequestLimit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var count = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard count <= PageServer.mostBytes else { return }
        count += unwrapInboundIn(data).readableBytes
        if count <= PageServer.mostBytes {
            context.fireChannelRead(data)
        } else {
            context.fireUserInboundEventTriggered(RequestTooLong())
        }
    }
}

/// One client.
private final class PageHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: PageServer
    private var isAdmitted = false
    /// It has asked, or made it plain that it will not.
    private var hasAsked = false
    private var isGone = false
    private var timer: Scheduled<Void>?

    init(_ server: PageServer) {
        self.server = server
    }

    func channelActive(context: ChannelHandlerContext) {
        isAdmitted = server.admit()
        limit(PageServer.limit, context)
        guard !isAdmitted else { return }
        hasAsked = true
        send(Page(503, line: "too many connections at once"), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        isGone = true
        if isAdmitted { server.dismiss() }
        isAdmitted = false
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data), !hasAsked else { return }
        hasAsked = true
        let hasBody = head.method != .HEAD
        guard head.method == .GET || head.method == .HEAD else {
            return send(Page(405, line: "only GET and HEAD are answered"), context)
        }
        guard let path = PagePath(target: head.uri) else {
            let paths = PagePath.allCases.map(\.rawValue).joined(separator: " ")
            return send(Page(404, line: "there is no such page; there are \(paths)"), context, hasBody: hasBody)
        }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        server.page(path) { self.send($0, bound.value, hasBody: hasBody) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard !hasAsked else { return }
        switch event {
        case is RequestTooLong:
            hasAsked = true
            send(Page(431, line: "the request has more than \(PageServer.mostBytes) bytes"), context)
        case ChannelEvent.inputClosed:
            hasAsked = true
            context.close(promise: nil)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError, !hasAsked else {
            // What follows the request is not looked at, whatever it is.
            if !(error is HTTPParserError) { context.close(promise: nil) }
            return
        }
        hasAsked = true
        send(Page(400, line: "this is no request"), context)
    }

    // MARK: - Answering

    /// The client may be gone by now.
    private func send(_ page: Page, _ context: ChannelHandlerContext, hasBody: Bool = true) {
        guard !isGone else { return }
        let body = context.channel.allocator.buffer(string: page.body)
        var headers = HTTPHeaders([
            ("Content-Type", page.type), ("Content-Length", "\(body.readableBytes)"), ("Connection", "close"),
            ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ])
        if page.code == 405 { headers.add(name: "Allow", value: "GET, HEAD") }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: page.code), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if hasBody { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let then = NIOLoopBound({ [self] in sayFarewell(context) }, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in then.value() }
    }

    private func sayFarewell(_ context: ChannelHandlerContext) {
        guard !isGone else { return }
        // Those that there is no room for have none for a farewell either.
        guard isAdmitted else { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        limit(PageServer.farewell, context)
    }

    private func limit(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        timer?.cancel()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: time) { bound.value.close(promise: nil) }
    }
}
