// What each type of message says, as fields and back. Field order is observed behaviour of the original, of which scripts
// and tests may take notice; receivers read by name.

import HeartbeatModel

extension Message.Content {
    /// `t` and the type's own fields, in wire order.
    var wireFields: [Message.Field] {
        switch self {
        case .status(let report): report.wireFields
        case .starting: [.init("t", "starting")]
        case .resource(let report): report.wireFields
        case .askResources(let set, let step):
            [.init("t", "ask_resources"), .init("rsc_hold", set.description), .init("info", step.rawValue)]
        case .takeoverRequest(let set): [.init("t", "hb_takeover"), .init("rsc_hold", set.description)]
        case .shutdownDone: [.init("t", "shutdone"), .init("st", NodeStatus.dead.rawValue)]
        case .fencingReport(let node, let result):
            [.init("t", "stonith"), .init("node", node.text), .init("result", result)]
        case .requestNodes: [.init("t", "reqnodes")]
        case .nodes(let nodes, let deleted):
            [
                .init("t", "repnodes"), .init("nodelist", Self.list(nodes)), .init("delnodelist", Self.list(deleted)),
            ]
        case .acknowledge(let sequence): [.init("t", "NS_ackmsg"), .init("ackseq", hex: sequence.number)]
        case .retransmitRequest(let first, let last):
            [
                .init("t", "NS_rexmit"), .init("firstseq", String(first.number)),
                .init("lastseq", String(last.number)),
            ]
        case .cannotRetransmit(let sequence, let reason):
            [.init("t", "NS_nak_rexmit"), .init("firstseq", hex: sequence.number), .init("info", reason)]
        case .pingReply(let group):
            [
                .init("t", "NS_st"), .init("st", NodeStatus.ping.rawValue),
                .init("info", group ? PingKind.group.rawValue : PingKind.host.rawValue),
            ]
        case .other(let type, let fields), .unreadable(let type, let fields, _): [.init("t", type)] + fields
        }
    }

    /// Where among `wireFields` the original puts `dest`.
    var indexOfDestination: Int {
        switch self {
        case .nodes: 0
        case .cannotRetransmit: 2
        case .status, .starting, .resource, .askResources, .takeoverRequest, .shutdownDone, .fencingReport,
            .requestNodes, .acknowledge, .retransmitRequest, .pingReply, .other, .unreadable:
            1
        }
    }

    /// Reads the fields of `type`; `nil` for a type that is not known here.
    init?(type: String, _ reader: inout FieldReader) throws(WireError) {
        switch type {
        case "status": self = .status(try StatusReport(&reader))
        case "starting": self = .starting
        case "resource": self = .resource(try ResourceReport(&reader))
        case "ask_resources":
            self = .askResources(try reader.holdSet("rsc_hold"), try reader.word("info", as: StandbyStep.self))
        case "hb_takeover": self = .takeoverRequest(try Self.takeoverSet(&reader))
        case "shutdone":
            guard try reader.word("st", as: NodeStatus.self) == .dead else { throw .badField("st") }
            self = .shutdownDone
        case "stonith":
            self = .fencingReport(node: try reader.nodeName("node"), result: try reader.text("result"))
        case "reqnodes": self = .requestNodes
        case "repnodes":
            guard let nodes = try reader.optionalWords("nodelist") else { throw .missing(field: "nodelist") }
            let deleted = try reader.optionalWords("delnodelist") ?? []
            self = .nodes(nodes.map { NodeName($0) }, deleted: deleted.map { NodeName($0) })
        case "NS_ackmsg": self = .acknowledge(try reader.sequence("ackseq"))
        case "NS_rexmit": self = try Self.retransmitRequest(&reader)
        case "NS_nak_rexmit":
            self = .cannotRetransmit(try reader.sequence("firstseq"), reason: try reader.text("info"))
        case "NS_st":
            guard try reader.word("st", as: NodeStatus.self) == .ping else { throw .badField("st") }
            self = .pingReply(group: try reader.word("info", as: PingKind.self) == .group)
        default: return nil
        }
    }

    // `hb_takeover failback` sends its word as it is, and the original that hears it hands over everything (observed).
    private static func takeoverSet(_ reader: inout FieldReader) throws(WireError) -> HoldSet {
        let word = try reader.text("rsc_hold")
        if word == "failback" { return .all }
        guard let set = HoldSet(word: word) else { throw .badField("rsc_hold") }
        return set
    }

    // Alone among all types this one counts in decimal.
    private static func retransmitRequest(_ reader: inout FieldReader) throws(WireError) -> Self {
        let first = try reader.sequence("firstseq", radix: 10)
        let last = try reader.sequence("lastseq", radix: 10)
        guard first <= last else { throw .badNumber(field: "lastseq", text: String(last.number)) }
        return .retransmitRequest(first: first, last: last)
    }

    // Every name is followed by a blank, and no name at all is a blank too.
    private static func list(_ nodes: [NodeName]) -> String {
        nodes.isEmpty ? " " : nodes.map { $0.text + " " }.joined()
    }
}

/// `info` of a ping node's status.
private enum PingKind: String {
    case host = "ping"
    case group = "ping_group"
}

extension StatusReport {
    fileprivate var wireFields: [Message.Field] {
        var fields: [Message.Field] = [
            .init("t", "status"), .init("st", status.rawValue),
            .init("dt", hex: UInt64(max(0, deadtime.milliseconds))),
        ]
        if let protocolVersion { fields.append(.init("protocol", String(protocolVersion))) }
        if let heard { fields.append(heard.wireField) }
        if let lease { fields.append(.init("hblease", String(max(0, lease.milliseconds)))) }
        if isDeaf { fields.append(.init("hbdeaf", "1")) }
        return fields
    }

    fileprivate init(_ reader: inout FieldReader) throws(WireError) {
        self.init(
            status: try reader.word("st", as: NodeStatus.self), deadtime: try reader.milliseconds("dt"),
            protocolVersion: try reader.optionalCount("protocol"), heard: try MessageIdentity(optional: &reader),
            lease: try reader.optionalMilliseconds("hblease"), isDeaf: try reader.optionalText("hbdeaf") == "1")
    }
}
