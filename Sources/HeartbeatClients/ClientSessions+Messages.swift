// Messages of clients to the cluster, and of the cluster to clients.

import HeartbeatModel
import HeartbeatWire

extension ClientSessions {
    /// Bytes of fields in one message: with what the core adds it must fit a datagram.
    static let longestMessage = 60_000

    /// The daemon's own words about itself. A client that could say them could make the peer take over what still runs
    /// here; the original lets it.
    private static let ownTypes: Set<String> = [
        "status", "starting", "resource", "shutdone", "stonith", "reqnodes", "repnodes", "hbapi-clstat", "hbapi-resp",
        "respond-cstatus", "ifstat",
    ]

    // MARK: - To the cluster

    /// Sends a client's message to the clients of its name, wherever it says. Who it is from, nobody else decides.
    mutating func forward(_ fields: [Message.Field], of type: String, from index: Int) {
        let session = sessions[index]
        // The original ends the connection too: without a name nobody could answer.
        guard !session.isCasual else {
            note(refusal(session, "has no name and sends a message of type [\(type)]"))
            return dismiss(index, reason: "no name")
        }
        let isStep = type == "ask_resources" && fields.text("info") != StandbyStep.me.rawValue
        guard !Self.ownTypes.contains(type), !type.hasPrefix("NS_"), !isStep else {
            return note(refusal(session, "only the daemon sends messages of type [\(type)]"))
        }
        guard UnsignedMessage.bytes(of: fields, as: .netstring).count <= Self.longestMessage else {
            return note(refusal(session, "its message is longer than \(Self.longestMessage) bytes"))
        }
        var fields = fields
        fields.set("from_id", session.name)
        fields.set("to_id", session.name)
        fields.set("client_gen", "\(session.generation)")
        do throws(WireError) {
            effects.append(.send(try LocalMessage(fields: fields)))
        } catch {
            note(refusal(session, "\(error)"))
        }
    }

    private func refusal(_ session: ClientSession, _ reason: String) -> ClientNote {
        .messageRefused(client: session.name, pid: session.peer.pid, reason: reason)
    }

    /// Tells the clients of this name on all nodes – the new one included – that it comes or goes.
    mutating func announce(_ session: ClientSession, status: String, reason: String) {
        let fields = [Message.Field](texts: [
            "st": status, "from_id": session.name, "to_id": session.name, "info": reason,
            "client_gen": "\(session.generation)",
        ])
        effects.append(.send(LocalMessage(content: .other(type: "hbapi-clstat", fields: fields))))
    }

    // MARK: - From the cluster

    mutating func handedOn(_ message: Message, _ kind: MessageInterest) {
        if kind == .news, case .other("query-cstatus", let fields) = message.content {
            return answer(fields, of: message.source)
        }
        guard !sessions.isEmpty else { return }
        deliver(message.wireFields, kind)
    }

    /// A node asks for a client of ours, on behalf of one of its own.
    private mutating func answer(_ question: [Message.Field], of node: NodeName) {
        guard let client = question.text("cn"), let asker = question.text("from_id") else { return }
        let fields = [Message.Field](texts: [
            "result": "OK", "cn": client, "to_id": asker, "cs": isOnline(client) ? "online" : "offline",
        ])
        effects.append(
            .send(LocalMessage(content: .other(type: "respond-cstatus", fields: fields), destination: node)))
    }

    mutating func linkChanged(_ node: NodeName, _ name: String, isUp: Bool) {
        deliver(
            [Message.Field](texts: [
                "t": "ifstat", "node": node.text, "ifname": name, "st": isUp ? "up" : "dead",
            ]), .news)
    }

    mutating func nodeDied(_ node: NodeName, isPingNode: Bool, unixTime: UInt64) {
        var fields = [Message.Field](texts: [
            "t": "status", "seq": "1", "ts": String(unixTime, radix: 16), "src": node.text, "st": "dead",
        ])
        if isPingNode { fields.set("info", pingKind(of: node)) }
        deliver(fields, .news)
        if isPingNode { linkChanged(node, node.text, isUp: false) }
    }

    mutating func pingNodeReturned(_ node: NodeName, unixTime: UInt64) {
        linkChanged(node, node.text, isUp: true)
        deliver(
            [Message.Field](texts: [
                "t": "NS_st", "st": "ping", "info": pingKind(of: node), "src": node.text,
                "ts": String(unixTime, radix: 16),
            ]), .news)
    }

    private func pingKind(of node: NodeName) -> String {
        settings.pingGroups.contains(node) ? "ping_group" : "ping"
    }

    /// Gives a message to every client that wants its kind and that it is not for another client than.
    mutating func deliver(_ fields: [Message.Field], _ kind: MessageInterest) {
        let addressee = fields.text("to_id")
        for session in sessions where session.interest.contains(kind) {
            guard addressee == nil || addressee == session.name else { continue }
            write(fields, to: session.connection)
        }
    }
}
