// The stream socket of the client API: connections, frames and queues. Whoever connects can be slow, silent, wordy or
// hostile; it costs one descriptor and a bounded queue, and then its own connection. What frames say is decided elsewhere.

import CLinux
import Glibc
import HeartbeatClients
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem
import NIOCore
import NIOPosix

/// Serves the client socket on the loop.
package final class ClientServer {
    /// What happens on the socket, on the loop; only `complained` may be called from within `write`.
    package struct Handlers {
        package var connected: (ClientConnection, PeerCredentials) -> Void
        package var received: (ClientConnection, [UInt8]) -> Void
        /// Once for every `connected`; also after `close`.
        package var disconnected: (ClientConnection) -> Void
        /// A connection was ended for what the other end does; a sentence for the log.
        package var complained: (PeerCredentials, String) -> Void

        package init(
            connected: @escaping (ClientConnection, PeerCredentials) -> Void,
            received: @escaping (ClientConnection, [UInt8]) -> Void,
            disconnected: @escaping (ClientConnection) -> Void,
            complained: @escaping (PeerCredentials, String) -> Void
        ) {
            self.connected = connected
            self.received = received
            self.disconnected = disconnected
            self.complained = complained
        }
    }

    /// Connections that have not been admitted. For a further one the oldest is turned away: who says nothing keeps
    /// nobody out.
    static let mostStrangers = 32

    package let reactor: Reactor
    package let handlers: Handlers
    private let path: String
    private let socket: OwnedDescriptor
    private var listener: (any Channel)?
    private var connections: [ClientConnection: ClientChannel] = [:]
    /// The oldest first.
    private var strangers: [ClientConnection] = []
    private var lastConnection: UInt64 = 0

    /// Listens on `path`, open to every user who gets into its directory: what they may do is a matter of their names. A
    /// socket left by a daemon that is gone is replaced. Call it on the loop.
    ///
    /// - Parameter open: the socket of the program before this one.
    package init(
        _ path: String, open known: OwnedDescriptor? = nil, reactor: Reactor, handlers: Handlers
    ) throws(SystemError) {
        self.path = path
        self.reactor = reactor
        self.handlers = handlers
        if let known {
            socket = known
        } else {
            socket = OwnedDescriptor(takingOwnershipOf: try ListeningSocket.open(path, mode: 0o777))
        }
        let descriptor = socket.duplicate()
        guard descriptor >= 0 else { throw SystemError("listen on", path) }
        let server = NIOLoopBound(self, eventLoop: reactor.eventLoop)
        ServerBootstrap.serving(on: reactor.eventLoop, capacity: 16384) { channel in
            try channel.pipeline.syncOperations.addHandler(ClientChannel(server.value))
        }
        .withBoundSocket(descriptor)
        .assumeIsolated()
        .whenSuccess { [weak self] channel in
            self.map { $0.listener = channel } ?? channel.close(promise: nil)
        }
    }

    package func handOver(to next: HandOver) throws(SystemError) -> Int32 { try next.keep(socket.number) }

    /// Ends all connections and removes the socket.
    package func close() {
        listener?.close(promise: nil)
        socket.close()
        for channel in connections.values { channel.end() }
        unlink(path)
    }

    /// Sends the body of a frame without waiting. A client that leaves too many unread loses its connection.
    package func write(_ body: [UInt8], to connection: ClientConnection) {
        connections[connection]?.write(ClientFrames.frame(body))
    }

    /// So many messages may wait for a client from now on.
    package func limitQueue(_ length: Int, of connection: ClientConnection) {
        connections[connection]?.longestQueue = length
    }

    /// Sends a signal to the process of a client; to nobody when it has ended, whoever has its number now.
    package func signal(_ number: Int32, to connection: ClientConnection) {
        connections[connection]?.signal(number)
    }

    /// The client is known now and keeps its place.
    package func admit(_ connection: ClientConnection) {
        strangers.removeAll { $0 == connection }
    }

    /// Ends a connection when what was written to it has left.
    package func close(_ connection: ClientConnection) {
        connections[connection]?.endAfterWriting()
    }

    /// Reads nothing from a client for a while.
    package func pause(_ connection: ClientConnection, for duration: Duration) {
        connections[connection]?.pause(for: duration)
    }

    // MARK: - For the connections

    package func opened(_ channel: ClientChannel, by peer: PeerCredentials) -> ClientConnection {
        if strangers.count >= Self.mostStrangers { connections[strangers[0]]?.end() }
        lastConnection += 1
        let connection = ClientConnection(lastConnection)
        connections[connection] = channel
        strangers.append(connection)
        handlers.connected(connection, peer)
        return connection
    }

    func closed(_ connection: ClientConnection) {
        connections[connection] = nil
        admit(connection)
        handlers.disconnected(connection)
    }
}
