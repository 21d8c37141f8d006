// How a socket is served, whoever speaks through it: what all servers share before they differ in words.

import NIOCore
import NIOPosix

extension ServerBootstrap {
    /// Greets each client on the loop, and reads at most `capacity` bytes of it at once.
    package static func serving(
        on loop: any EventLoop, capacity: Int, greet: @escaping @Sendable (any Channel) throws -> Void
    ) -> ServerBootstrap {
        ServerBootstrap(group: loop)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Without descriptors a client that waits would wake the loop again and again.
                    let backoff = AcceptBackoffHandler(shouldForwardIOErrorCaught: false)
                    try channel.pipeline.syncOperations.addHandler(backoff)
                }
            }
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: capacity))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try greet(channel) }
            }
    }
}
