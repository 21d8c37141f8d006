// Hears from the kernel when addresses or interfaces change, and says which of those may concern us. It does not judge: news
// are old when they arrive, so whoever is told looks for himself.

import CLinux
import Glibc
import NIOCore
import NIOPosix

/// A routing socket on the loop that only listens.
final class AddressWatch {
    /// Something changed that may matter; called once for all that arrived together. Also called when news were lost, or the
    /// watch could not listen for a while: then anything may have changed.
    var onSuspicion: () -> Void = {}
    /// Nothing is heard; told once until something is.
    var onProblem: (NetlinkError) -> Void = { _ in }
    /// Which news matter; everything else on a busy machine is passed over.
    var concerns: (AddressNews) -> Bool = { _ in false }

    private let reactor: Reactor
    private let retryDelay: Duration
    private var channel: (any Channel)?
    private var isClosed = false
    private var isDeaf = false

    /// RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR.
    private static let groups: UInt32 = 0x1 | 0x10 | 0x100
    /// The kernel's datagrams are shorter; what does not fit would be cut off.
    private static let longestDatagram = 65536

    init(reactor: Reactor, retryDelay: Duration = .seconds(1)) {
        self.reactor = reactor
        self.retryDelay = retryDelay
    }

    func open() {
        guard !isClosed else { return }
        do throws(NetlinkError) {
            let descriptor = try NetlinkSocket.open(groups: Self.groups)
            passOverAdditions(descriptor)
            let handed = descriptor.duplicate()
            guard handed >= 0 else { throw NetlinkError(operation: "listen to", code: errno) }
            attach(handed)
        } catch {
            retry(error)
        }
    }

    func close() {
        isClosed = true
        channel?.close(promise: nil)
        channel = nil
    }

    /// Hundreds of addresses that come are hundreds of news that say nothing here: the kernel need not keep them. A program of
    /// four instructions for its packet filter, struct sock_filter each: load the message's type, which the filter takes for
    /// big-endian; drop it if it is RTM_NEWADDR, else keep it whole.
    private func passOverAdditions(_ descriptor: MediaDescriptor) {
        let program: [(code: UInt16, jumpIf: UInt8, jumpElse: UInt8, value: UInt32)] = [
            (0x28 /* BPF_LD | BPF_H | BPF_ABS */, 0, 0, 4),
            (0x15 /* BPF_JMP | BPF_JEQ */, 0, 1, UInt32(Netlink.newAddress.bigEndian)),
            (0x06 /* BPF_RET */, 0, 0, 0),
            (0x06, 0, 0, .max),
        ]
        var bytes = program.flatMap { hostBytes($0.code) + [$0.jumpIf, $0.jumpElse] + hostBytes($0.value) }
        bytes.withUnsafeMutableBytes { raw in
            // struct sock_fprog: the number of instructions, padding, their address.
            let padding = [UInt8](repeating: 0, count: MemoryLayout<UInt>.size - 2)
            let header = hostBytes(UInt16(program.count)) + padding + hostBytes(UInt(bitPattern: raw.baseAddress))
            descriptor.setIfPossible(SOL_SOCKET, 26 /* SO_ATTACH_FILTER */, toBytes: header)
        }
    }

    private func attach(_ descriptor: Int32) {
        let handler = NIOLoopBound(Inbound(self), eventLoop: reactor.eventLoop)
        NIOPipeBootstrap(group: reactor.eventLoop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.longestDatagram))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler.value) }
            }
            .takingOwnershipOfDescriptor(input: descriptor)
            .assumeIsolated()
            .whenComplete { [weak self] result in self?.attached(result, descriptor) }
    }

    private func attached(_ result: Result<any Channel, any Error>, _ descriptor: Int32) {
        switch result {
        case .success(let channel):
            guard !isClosed else { return channel.close(promise: nil) }
            self.channel = channel
            isDeaf = false
            // What happened before was not heard.
            onSuspicion()
        case .failure(let error):
            Glibc.close(descriptor)
            retry(NetlinkError(operation: "listen to", code: (error as? IOError)?.errnoCode ?? EIO))
        }
    }

    fileprivate func received(_ datagram: [UInt8]) -> Bool {
        NetlinkMessage.all(in: datagram).compactMap(AddressNews.init).contains(where: concerns)
    }

    /// The loop closes a channel whose socket has an error. The usual one is ENOBUFS: more news than the socket could keep.
    fileprivate func ended(_ code: Int32) {
        guard !isClosed, !reactor.isStopping else { return }
        channel = nil
        if code == ENOBUFS {
            open()
        } else {
            retry(NetlinkError(operation: "listen to", code: code))
        }
    }

    private func retry(_ error: NetlinkError) {
        if !isDeaf { onProblem(error) }
        isDeaf = true
        reactor.after(retryDelay) { [weak self] in self?.open() }
    }

    /// The loop's side. It must not own the watch: the channel outlives it for a moment when closed.
    private final class Inbound: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private weak var watch: AddressWatch?
        private var isSuspicious = false
        private var code: Int32 = EIO

        init(_ watch: AddressWatch) {
            self.watch = watch
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let datagram = Array(unwrapInboundIn(data).readableBytesView)
            if watch?.received(datagram) == true { isSuspicious = true }
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            guard isSuspicious else { return }
            isSuspicious = false
            watch?.onSuspicion()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            code = (error as? IOError)?.errnoCode ?? code
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            watch?.ended(code)
        }
    }
}

/// A change that can take an address from us.
enum AddressNews: Hashable {
    /// An interface no longer has this address.
    case removed([UInt8])
    /// An interface is gone or down.
    case interfaceUnusable(UInt32)

    /// `nil` for news of what came, and for anything else.
    init?(_ message: NetlinkMessage) {
        switch message.type {
        case Netlink.deleteAddress:
            guard let entry = AddressEntry(message) else { return nil }
            self = .removed(entry.address)
        case Netlink.deleteLink, Netlink.newLink:
            guard let entry = InterfaceEntry(message), message.type == Netlink.deleteLink || !entry.isUp else {
                return nil
            }
            self = .interfaceUnusable(entry.index)
        default:
            return nil
        }
    }
}
