// The clients of a node, as a value: what they and the cluster do goes in, what is written to whom comes out.
//
//                signon, may                          signoff, end of the connection, a message without a name
//   connected ────────────────▶ signed on: requests ─────────────────────────────────────────────────────▶ closed
//       │                       and messages
//       └── signon, may not: told why ────────────────────────────────────────────────────────────────────▶ closed
//
// Clients with a name tell the whole cluster that they come and go, and exchange messages with those of their name on
// both nodes. Those without one – their name is their pid – only ask. All of it is observed behaviour of the original;
// docs/client-api.md describes it.

import HeartbeatModel
import HeartbeatWire

/// All connections of the client socket.
package struct ClientSessions: Hashable, Sendable {
    /// Clients signed on at once; the next one is refused. The original has no limit.
    package static let mostClients = 64
    /// How many messages may wait for a client that does not say otherwise.
    package static let usualQueue = 64
    /// As many as a client may ask for.
    static let longestQueue = 4096

    var settings: ClientSettings
    var sessions: [ClientSession] = []
    private var unsigned: [ClientConnection: PeerCredentials] = [:]
    /// Counts attempts to sign on: the generation of the next client.
    private var attempts: UInt64 = 0
    private var wanted: MessageInterest = []
    var effects: [ClientEffect] = []

    package init(_ settings: ClientSettings) {
        self.settings = settings
    }

    /// Takes one event and tells what is to be done, in order.
    package mutating func handle(_ event: ClientEvent) -> [ClientEffect] {
        switch event {
        case .connected(let connection, let peer): unsigned[connection] = peer
        case .received(let connection, let body, let snapshot): received(body, from: connection, snapshot)
        case .disconnected(let connection): disconnected(connection)
        case .handedOn(let message, let kind): handedOn(message, kind)
        case .linkChanged(let node, let medium, let isUp): linkChanged(node, medium.text, isUp: isUp)
        case .nodeDied(let node, let isPingNode, let time): nodeDied(node, isPingNode: isPingNode, unixTime: time)
        case .pingNodeReturned(let node, let time): pingNodeReturned(node, unixTime: time)
        case .configured(let new): settings = new
        }
        listen()
        defer { effects = [] }
        return effects
    }

    /// Every connection of a client, in the order in which they signed on, for an operator.
    package var names: [String] { sessions.map(\.name) }

    /// Whether a client of this name – or with this pid, without one – is signed on here.
    func isOnline(_ name: String) -> Bool {
        sessions.contains { $0.name == name }
    }

    // MARK: - Connections

    private mutating func received(
        _ body: [UInt8], from connection: ClientConnection, _ snapshot: ClusterSnapshot
    ) {
        let index = sessions.firstIndex { $0.connection == connection }
        guard let peer = index.map({ sessions[$0].peer }) ?? unsigned[connection] else { return }
        let name = index.map { sessions[$0].name } ?? "\(peer.pid)"
        let fields: [Message.Field]
        do throws(WireError) {
            fields = try UnsignedMessage.fields(of: body)
        } catch {
            return note(.ignored(client: name, pid: peer.pid, reason: "no message: \(error)"))
        }
        deliver(fields, .requests)
        if let index {
            received(fields, from: index, snapshot)
        } else {
            signOn(fields, connection, peer)
        }
    }

    private mutating func disconnected(_ connection: ClientConnection) {
        unsigned[connection] = nil
        guard let index = sessions.firstIndex(where: { $0.connection == connection }) else { return }
        leave(sessions.remove(at: index), reason: "EOF")
    }

    /// Ends a client's connection from our side; its own last words are its own leaving.
    mutating func dismiss(_ index: Int, reason: String) {
        let session = sessions.remove(at: index)
        if !session.isCasual { write(session.leaving(settings.localNode, reason: reason), to: session.connection) }
        effects.append(.close(session.connection))
        leave(session, reason: reason)
    }

    private mutating func leave(_ session: ClientSession, reason: String) {
        if !session.isCasual { announce(session, status: "leave", reason: reason) }
    }

    // MARK: - Signing on

    private mutating func signOn(_ fields: [Message.Field], _ connection: ClientConnection, _ peer: PeerCredentials) {
        guard fields.text("t") == "hbapi-req", fields.text("reqtype") == "signon" else {
            return note(.ignored(client: "\(peer.pid)", pid: peer.pid, reason: "asks before it has signed on"))
        }
        unsigned[connection] = nil
        // The original does not survive this.
        guard let pid = fields.text("pid") else {
            note(.ignored(client: "\(peer.pid)", pid: peer.pid, reason: "signs on without a pid"))
            effects.append(.close(connection))
            return
        }
        let name = fields.text("from_id") ?? pid
        let session = ClientSession(
            connection: connection, peer: peer, name: name, isCasual: name == pid, generation: attempts)
        attempts += 1
        if let refusal = refusal(of: session, pid, fields) {
            refuse(session, refusal)
        } else {
            sessions.append(session)
            effects.append(.admit(connection))
            // Heard by the client itself, too, and before the answer.
            if !session.isCasual { announce(session, status: "join", reason: "signon") }
            write(signOnReply(texts: ["result": "OK"]), to: connection)
        }
    }

    private func refusal(
        of session: ClientSession, _ pid: String, _ fields: [Message.Field]
    ) -> ClientAuthority.Refusal? {
        guard let pid = Int32(pid), pid > 0 else { return .badPid }
        guard !isOnline(session.name) else { return .duplicate }
        guard pid == session.peer.pid else { return .pidMismatch }
        guard let user = fields.text("uid").flatMap(UInt32.init), let group = fields.text("gid").flatMap(UInt32.init)
        else { return .invalidIdentity }
        guard user == session.peer.user, group == session.peer.group else { return .falseCredentials }
        if let refusal = settings.authority.refusal(of: session.isCasual ? "anon" : session.name, to: session.peer) {
            return refusal
        }
        return sessions.count < Self.mostClients ? nil : .tooMany
    }

    private mutating func refuse(_ session: ClientSession, _ refusal: ClientAuthority.Refusal) {
        note(.refused(client: session.name, pid: session.peer.pid, refusal))
        write(
            signOnReply(texts: ["info": refusal.rawValue, "result": "badreq"]), to: session.connection)
        var leaving = session
        // It was refused before it had a name.
        if refusal == .badPid || refusal == .duplicate {
            leaving.name = ""
        }
        if !session.isCasual || leaving.name.isEmpty {
            write(leaving.leaving(settings.localNode, reason: refusal.rawValue), to: session.connection)
        }
        effects.append(.close(session.connection))
    }

    private func signOnReply(texts: KeyValuePairs<String, String>) -> [Message.Field] {
        [Message.Field](texts: ["t": "hbapi-resp", "reqtype": "signon"]) + [Message.Field](texts: texts)
            + [Message.Field](texts: [
                "deadtime": String(settings.deadtime.milliseconds, radix: 16),
                "keepalive": String(settings.keepalive.milliseconds, radix: 16),
                "node": settings.localNode.text, "hbversion": settings.versionText, "pacemaker": "false",
                "logfacility": "\(settings.logFacility)",
            ])
    }

    // MARK: - Effects

    mutating func write(_ fields: [Message.Field], to connection: ClientConnection) {
        effects.append(.write(fields, to: connection))
        guard let session = sessions.first(where: { $0.connection == connection }), session.signal > 0 else { return }
        effects.append(.signal(session.signal, of: connection))
    }

    mutating func note(_ note: ClientNote) {
        effects.append(.note(note))
    }

    private mutating func listen() {
        let interest = sessions.reduce(into: MessageInterest()) { $0.formUnion($1.interest) }
        guard interest != wanted else { return }
        wanted = interest
        effects.append(.listen(interest))
    }
}

/// A client that has signed on.
struct ClientSession: Hashable, Sendable {
    let connection: ClientConnection
    let peer: PeerCredentials
    /// Of one without a name: its pid.
    var name: String
    /// Without a name it may only ask.
    let isCasual: Bool
    /// Tells its messages from those of an earlier client of its name.
    let generation: UInt64
    var interest = MessageInterest.news
    /// Sent with every message; 0 for none.
    var signal: Int32 = 0

    init(connection: ClientConnection, peer: PeerCredentials, name: String, isCasual: Bool, generation: UInt64) {
        self.connection = connection
        self.peer = peer
        self.name = name
        self.isCasual = isCasual
        self.generation = generation
    }

    /// What a client is told of its own end.
    func leaving(_ node: NodeName, reason: String) -> [Message.Field] {
        [Message.Field](texts: [
            "t": "hbapi-clstat", "st": "leave", "from_id": name, "to_id": name, "src": node.text, "info": reason,
            "client_gen": "\(generation)",
        ])
    }
}
