// A connection: that it is accepted is the answer, or, if there is something to say over it, what the other side says first.

import Glibc
import HeartbeatFormats
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import NIOCore
import NIOPosix

final class TcpQuestion: ProbeQuestion {
    private(set) var remark: String?

    private let reactor: Reactor
    private let address: IPAddress
    private let port: UInt16
    private let route: ProbeRoute
    private let request: [UInt8]?
    private var channel: (any Channel)?
    private var answer: ((PathAnswer) -> Void)?
    private var received: [UInt8] = []

    /// `request` is what to say in HTTP; `nil` for nothing.
    init(_ reactor: Reactor, _ address: IPAddress, port: UInt16, _ route: ProbeRoute, request: [UInt8]?) {
        self.reactor = reactor
        self.address = address
        self.port = port
        self.route = route
        self.request = request
    }

    func ask(_ answer: @escaping (PathAnswer) -> Void) {
        self.answer = answer
        do throws(SystemError) {
            guard let target = try route.endpoint(address, port: port).forChannels else { return }
            let question = NIOLoopBound(self, eventLoop: reactor.eventLoop)
            try bootstrap()
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try question.value.adopt(channel) }
                }
                .connect(to: target)
                .assumeIsolated()
                .whenComplete { [weak self] in self?.connected($0) }
        } catch {
            answer(PathAnswer(error))
        }
    }

    func end() {
        answer = nil
        channel?.close(promise: nil)
        channel = nil
    }

    private func bootstrap() throws(SystemError) -> ClientBootstrap {
        // The watchdog of the probe is what ends it.
        var bootstrap = ClientBootstrap(group: reactor.eventLoop).connectTimeout(.hours(1))
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1024))
        if route.device != nil {
            bootstrap = bootstrap.channelOption(
                .socketOption(.init(rawValue: 62 /* SO_BINDTOIFINDEX */)), value: Int(try route.scope()))
        }
        if let mark = route.mark {
            bootstrap = bootstrap.channelOption(.socketOption(.init(rawValue: SO_MARK)), value: Int(mark))
        }
        if let source = route.source, let own = try route.endpoint(source, port: 0).forChannels {
            bootstrap = bootstrap.bind(to: own)
        }
        return bootstrap
    }

    private func adopt(_ channel: any Channel) throws {
        // It may have been ended before the channel was made.
        guard answer != nil else { throw ChannelError.ioOnClosedChannel }
        self.channel = channel
        try channel.pipeline.syncOperations.addHandler(Inbound(self))
    }

    private func connected(_ result: Result<any Channel, any Error>) {
        switch result {
        case .success(let channel):
            guard let request else { return tell(.answered) }
            remark = "it is connected"
            channel.writeAndFlush(ByteBuffer(bytes: request), promise: nil)
        case .failure(let error):
            failed((error as? IOError)?.errnoCode ?? EIO)
        }
    }

    fileprivate func take(_ bytes: some Sequence<UInt8>) {
        guard answer != nil else { return }
        received += bytes
        if let told = HttpExchange.answer(in: received) { tell(told) }
    }

    fileprivate func ended() {
        tell(.failed("the connection ends before there is an answer"))
    }

    fileprivate func failed(_ code: Int32) {
        tell(PathAnswer(SystemError(.connect, "\(address) port \(port)", code: code)))
    }

    private func tell(_ told: PathAnswer) {
        guard let answer else { return }
        self.answer = nil
        answer(told)
    }

    /// The loop's side. It must not own the question: the channel outlives it for a moment when closed.
    private final class Inbound: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private weak var question: TcpQuestion?

        init(_ question: TcpQuestion) {
            self.question = question
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            question?.take(unwrapInboundIn(data).readableBytesView)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            question?.failed((error as? IOError)?.errnoCode ?? EIO)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            question?.ended()
        }
    }
}

extension SocketEndpoint {
    /// As SwiftNIO has it.
    fileprivate var forChannels: SocketAddress? {
        withSockaddr { pointer, _ in
            switch Int32(pointer.pointee.sa_family) {
            case AF_INET: pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee) }
            case AF_INET6: pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee) }
            default: nil
            }
        }
    }
}
