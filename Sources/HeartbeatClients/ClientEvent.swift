// What happens to the clients of a node, and what follows from it.

import HeartbeatModel
import HeartbeatWire

/// Names one connection; never used again.
package struct ClientConnection: Hashable, Sendable {
    package let number: UInt64

    package init(_ number: UInt64) {
        self.number = number
    }
}

/// One thing that happened, as the shell reports it to ``ClientSessions/handle(_:)``.
package enum ClientEvent: Hashable, Sendable {
    case connected(ClientConnection, PeerCredentials)
    /// The body of a frame; the snapshot is the cluster's at this moment.
    case received(ClientConnection, body: [UInt8], ClusterSnapshot)
    case disconnected(ClientConnection)
    /// The core hands a message on.
    case handedOn(Message, MessageInterest)
    case linkChanged(node: NodeName, medium: MediumName, isUp: Bool)
    /// `unixTime` in seconds since 1970.
    case nodeDied(NodeName, isPingNode: Bool, unixTime: UInt64)
    /// A ping node answers for the first time, or again.
    case pingNodeReturned(NodeName, unixTime: UInt64)
    case configured(ClientSettings)
}

/// One thing to be done; effects are executed in order.
package enum ClientEffect: Hashable, Sendable {
    /// Send a message to a client.
    case write([Message.Field], to: ClientConnection)
    /// Send a signal to the process of a client, which asked for it.
    case signal(Int32, of: ClientConnection)
    /// The client has signed on: it keeps its place, whoever else connects.
    case admit(ClientConnection)
    /// So many messages may wait for this client.
    case limitQueue(Int, of: ClientConnection)
    /// End a connection when everything written to it has left.
    case close(ClientConnection)
    /// Send a message to the cluster in this node's name, on behalf of a client, or as the answer to another node.
    case send(LocalMessage)
    /// From now on these messages are wanted of the core.
    case listen(MessageInterest)
    /// Something worth a log line happened.
    case note(ClientNote)
}

/// What the log is told about clients.
package enum ClientNote: Hashable, Sendable {
    /// Somebody may not sign on.
    case refused(client: String, pid: Int32, ClientAuthority.Refusal)
    /// A client wrote something that means nothing; it was ignored.
    case ignored(client: String, pid: Int32, reason: String)
    /// A client sent what only the daemon itself may say, or what no medium would carry.
    case messageRefused(client: String, pid: Int32, reason: String)

    package var client: String {
        switch self {
        case .refused(let client, _, _), .ignored(let client, _, _), .messageRefused(let client, _, _): client
        }
    }

    package var text: String {
        switch self {
        case .refused(let client, let pid, let refusal):
            "Client [\(client)] pid \(pid) failed authorization [\(refusal.rawValue)]"
        case .ignored(let client, let pid, let reason): "Client [\(client)] pid \(pid): \(reason); ignored"
        case .messageRefused(let client, let pid, let reason):
            "Client [\(client)] pid \(pid): \(reason); its message is not sent"
        }
    }
}
