// Sessions on a desk: a test says what a client does and reads what becomes of it.

import HeartbeatModel
import HeartbeatWire
import Testing

@testable import HeartbeatClients

/// The sessions of the recorded cluster with somebody who acts as their clients.
struct Desk {
    var sessions = ClientSessions(RecordedCluster.settings)
    private var lastConnection: UInt64 = 0
    private var peers: [ClientConnection: PeerCredentials] = [:]

    /// Root, or whoever is told.
    mutating func connect(pid: Int32, user: UInt32 = 0, group: UInt32 = 0) -> ClientConnection {
        lastConnection += 1
        let connection = ClientConnection(lastConnection)
        let peer = PeerCredentials(pid: pid, user: user, group: group)
        peers[connection] = peer
        _ = sessions.handle(.connected(connection, peer))
        return connection
    }

    /// Connects and signs on; `name` is the pid for a client without one.
    mutating func signOn(_ name: String, pid: Int32, user: UInt32 = 0, group: UInt32 = 0) -> ClientConnection {
        let connection = connect(pid: pid, user: user, group: group)
        _ = send(
            [
                "t": "hbapi-req", "reqtype": "signon", "pid": "\(pid)", "from_id": name, "uid": "\(user)",
                "gid": "\(group)",
            ],
            on: connection)
        return connection
    }

    mutating func send(_ texts: KeyValuePairs<String, String>, on connection: ClientConnection) -> [ClientEffect] {
        send([Message.Field](texts: texts), on: connection)
    }

    mutating func send(_ fields: [Message.Field], on connection: ClientConnection) -> [ClientEffect] {
        let body = UnsignedMessage.bytes(of: fields, as: .classic)
        return sessions.handle(.received(connection, body: body, RecordedCluster.snapshot))
    }

    /// A request of a client that has signed on.
    mutating func ask(_ request: String, _ texts: KeyValuePairs<String, String> = [:], on connection: ClientConnection)
        -> [ClientEffect]
    {
        let head = [Message.Field](texts: [
            "t": "hbapi-req", "reqtype": request, "pid": "\(peers[connection]?.pid ?? 0)", "from_id": "x",
        ])
        return send(head + [Message.Field](texts: texts), on: connection)
    }

    /// A message of the other node.
    static func message(_ content: Message.Content, to destination: String? = nil, extra: [Message.Field] = [])
        -> Message
    {
        Message(
            source: NodeName("nodeb"), destination: destination.map { NodeName($0) }, sequence: SequenceNumber(7),
            generation: Generation(3), timestamp: 1, content: content, extraFields: extra)
    }
}

extension [ClientEffect] {
    /// What is written to a client, each message as `name=value` words.
    func written(to connection: ClientConnection) -> [String] {
        compactMap { effect in
            guard case .write(let fields, connection) = effect else { return nil }
            return fields.words
        }
    }

    /// What is sent to the cluster, as `name=value` words, with the node it is for.
    var sent: [String] {
        compactMap { effect in
            guard case .send(let message) = effect else { return nil }
            let whole = Message(
                source: NodeName("self"), destination: message.destination, sequence: nil, generation: Generation(0),
                timestamp: 1, content: message.content, extraFields: message.extraFields)
            return whole.wireFields.filter { !["src", "ts"].contains($0.name) }.words
        }
    }

    var notes: [String] {
        compactMap { effect in
            guard case .note(let note) = effect else { return nil }
            return note.text
        }
    }

    var closed: [ClientConnection] {
        compactMap { effect in
            guard case .close(let connection) = effect else { return nil }
            return connection
        }
    }
}

extension [Message.Field] {
    var words: String {
        map { field in
            switch field.value {
            case .string(let text): "\(field.name)=\(text)"
            case .binary, .structure, .list: "\(field.name)=…"
            }
        }.joined(separator: " ")
    }
}
