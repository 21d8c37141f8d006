// What a client asks of the daemon, and the answers, field by field as the original gives them (observed).

import HeartbeatModel
import HeartbeatWire

extension ClientSessions {
    /// A message of a client that has signed on.
    mutating func received(_ fields: [Message.Field], from index: Int, _ snapshot: ClusterSnapshot) {
        let session = sessions[index]
        guard let type = fields.text("t") else {
            return note(.ignored(client: session.name, pid: session.peer.pid, reason: "a message without a type"))
        }
        guard type == "hbapi-req" else { return forward(fields, of: type, from: index) }
        guard let request = fields.text("reqtype"), fields.text("from_id") ?? fields.text("pid") != nil else {
            return note(.ignored(client: session.name, pid: session.peer.pid, reason: "a request without a sender"))
        }
        guard fields.text("from_id") == session.name || fields.text("pid") == "\(session.peer.pid)" else {
            return note(.ignored(client: session.name, pid: session.peer.pid, reason: "a request of somebody else"))
        }
        switch request {
        case "signoff": dismiss(index, reason: "signoff")
        case "set_sendqlen": limitQueue(fields, of: session)
        case "clientstatus": answerClientStatus(fields, of: session, snapshot)
        case "setfilter": reply(request, setFilter(fields, of: index), to: session)
        case "setsignal": reply(request, setSignal(fields, of: index), to: session)
        default:
            ClientReply(fields, snapshot, settings).replies(to: request).forEach { reply(request, $0, to: session) }
        }
    }

    mutating func reply(_ request: String, _ fields: [Message.Field], to session: ClientSession) {
        write([Message.Field](texts: ["t": "hbapi-resp", "reqtype": request]) + fields, to: session.connection)
    }

    // MARK: - Requests that change the session

    /// Never answered.
    private mutating func limitQueue(_ fields: [Message.Field], of session: ClientSession) {
        guard let length = fields.text("sendqlen").flatMap({ leadingNumber($0, radix: 10) }), length > 0 else {
            return note(.ignored(client: session.name, pid: session.peer.pid, reason: "set_sendqlen without a length"))
        }
        effects.append(.limitQueue(min(length, Self.longestQueue), of: session.connection))
    }

    /// What it does not need to know, only root may see.
    private mutating func setFilter(_ fields: [Message.Field], of index: Int) -> [Message.Field] {
        guard let mask = fields.text("fmask").flatMap({ leadingNumber($0, radix: 16) }), (1...0x3f).contains(mask)
        else {
            return ClientReply.invalid
        }
        let interest = MessageInterest(rawValue: UInt8(mask))
        guard interest == .news || sessions[index].peer.user == 0 else {
            return [Message.Field](texts: ["result": "badreq", "info": "EPERM"])
        }
        sessions[index].interest = interest
        return ClientReply.success
    }

    private mutating func setSignal(_ fields: [Message.Field], of index: Int) -> [Message.Field] {
        guard let text = fields.text("signal") else { return ClientReply.refused }
        let isNegative = text.hasPrefix("-")
        guard let number = leadingNumber(isNegative ? String(text.dropFirst()) : text, radix: 10) else {
            return ClientReply.refused
        }
        guard !isNegative, (0...63).contains(number) else { return ClientReply.invalid }
        sessions[index].signal = Int32(number)
        return ClientReply.success
    }

    /// The digits a text begins with, as C reads numbers.
    private func leadingNumber(_ text: String, radix: Int) -> Int? {
        let digits = radix == 16 && text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
        return Int(digits.prefix { $0.isASCII && $0.hexDigitValue.map { $0 < radix } ?? false }, radix: radix)
    }

    // MARK: - Clients of other nodes

    /// Another node is asked; its answer reaches the client as a message of its own. A dead one has no clients.
    private mutating func answerClientStatus(
        _ fields: [Message.Field], of session: ClientSession, _ snapshot: ClusterSnapshot
    ) {
        guard let client = fields.text("cn"),
            let node = fields.text("node").flatMap({ snapshot.node(NodeName($0)) })
        else { return reply("clientstatus", ClientReply.invalid, to: session) }
        guard node.name == settings.localNode || node.isPingNode || node.status == .dead else {
            let question = [Message.Field](texts: ["cn": client, "from_id": session.name])
            effects.append(
                .send(
                    LocalMessage(content: .other(type: "query-cstatus", fields: question), destination: node.name)))
            return
        }
        let isOnline = node.name == settings.localNode && isOnline(client)
        reply(
            "clientstatus",
            [Message.Field](texts: [
                "subt": "respond-cstatus", "cs": isOnline ? "online" : "offline", "result": "OK",
            ]), to: session)
    }
}

/// The answers to questions, from a picture of the cluster.
struct ClientReply {
    static let success = [Message.Field](texts: ["result": "OK"])
    static let refused = [Message.Field](texts: ["result": "badreq"])
    static let invalid = [Message.Field](texts: ["result": "badreq", "info": "EINVAL"])

    private let fields: [Message.Field]
    private let snapshot: ClusterSnapshot
    private let settings: ClientSettings

    init(_ fields: [Message.Field], _ snapshot: ClusterSnapshot, _ settings: ClientSettings) {
        self.fields = fields
        self.snapshot = snapshot
        self.settings = settings
    }

    /// What follows `t` and `reqtype` in each answer: lists are several.
    func replies(to request: String) -> [[Message.Field]] {
        switch request {
        case "nodelist":
            list(snapshot.nodes) { ["node": $0.name.text, "nodetype": type(of: $0), "st": $0.status.rawValue] }
        case "iflist":
            node.map { list($0.links) { ["ifname": $0.medium.text, "st": word(for: $0)] } } ?? [Self.invalid]
        case "numnodes": [fact(["numnodes": "\(snapshot.nodes.count { !$0.isPingNode })"])]
        case "nodestatus": [aboutNode { ["st": $0.status.rawValue] }]
        case "nodetype": [aboutNode { ["nodetype": type(of: $0)] }]
        // One cluster, one site: the original's defaults, which haresources mode never uses.
        case "nodeweight": [aboutNode { _ in ["weight": "100"] }]
        case "nodesite": [aboutNode { _ in ["site": ""] }]
        case "ifstatus": [link.map { fact(["st": word(for: $0)]) } ?? Self.invalid]
        case "getrsc": [fact(["rsc_hold": snapshot.isInTransition ? "transition" : "\(snapshot.hold)"])]
        case "getparm": [parameter]
        case "getuuid": [uuid]
        case "getnodename": [nodeOfUUID]
        default: [Self.refused]
        }
    }

    private func fact(_ texts: KeyValuePairs<String, String>) -> [Message.Field] {
        [Message.Field](texts: texts) + Self.success
    }

    private func list<Item>(
        _ items: [Item], _ texts: (Item) -> KeyValuePairs<String, String>
    ) -> [[Message.Field]] {
        items.indices.map { index in
            let result = index == items.indices.last ? "OK" : "ok/more"
            return [Message.Field](texts: texts(items[index])) + [Message.Field](texts: ["result": result])
        }
    }

    private func aboutNode(
        _ texts: (ClusterSnapshot.Node) -> KeyValuePairs<String, String>
    ) -> [Message.Field] {
        node.map { fact(texts($0)) } ?? Self.invalid
    }

    private var node: ClusterSnapshot.Node? {
        fields.text("node").flatMap { snapshot.node(NodeName($0)) }
    }

    private var link: ClusterSnapshot.Link? {
        node?.links.first { $0.medium.text == fields.text("ifname") }
    }

    private var parameter: [Message.Field] {
        guard let name = fields.text("pname") else { return Self.invalid }
        guard let value = settings.parameter(name) else { return Self.success }
        return fact(["pvalue": value])
    }

    private var uuid: [Message.Field] {
        guard let name = fields.text("queryname") else { return noQuery }
        // Unlike every other question this one is particular about capitals.
        guard let node = snapshot.nodes.first(where: { $0.name.text == name }) else { return Self.success }
        let uuid = node.uuid ?? .unknown
        return [Message.Field(name: "queryuuid", value: .binary(uuid.bytes))] + Self.success
    }

    private var nodeOfUUID: [Message.Field] {
        guard let bytes = fields.binary("queryuuid") else { return noQuery }
        guard let node = snapshot.nodes.first(where: { $0.uuid?.bytes == bytes }) else { return Self.success }
        return fact(["queryname": node.name.text])
    }

    private var noQuery: [Message.Field] {
        [Message.Field](texts: ["result": "badreq", "info": "no query node name found"])
    }

    private func type(of node: ClusterSnapshot.Node) -> String {
        node.isPingNode ? "ping" : "normal"
    }

    private func word(for link: ClusterSnapshot.Link) -> String {
        link.isUp ? "up" : "dead"
    }
}

extension ClusterSnapshot {
    fileprivate func node(_ name: NodeName) -> Node? {
        nodes.first { $0.name == name }
    }
}
