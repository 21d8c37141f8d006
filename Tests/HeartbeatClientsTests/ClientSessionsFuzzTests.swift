// Clients that do anything in any order: nothing is written to whoever is gone, every named client that has come goes
// once, and what is wanted of the core is what somebody wants.

import HeartbeatModel
import HeartbeatWire
import Testing

@testable import HeartbeatClients

@Suite struct ClientSessionsFuzzTests {
    @Test(arguments: 0..<40)
    func everyRuleHolds(seed: Int) {
        var run = Run(seed: UInt64(seed))
        for _ in 0..<400 { run.step() }
        run.finish()
        #expect(run.broken.isEmpty, "seed \(seed): \(run.broken.prefix(3))")
        #expect(run.signedOn > 3)
    }

    private struct Run {
        private var random: SplitMix64
        private var sessions = ClientSessions(RecordedCluster.settings)
        private var open: [ClientConnection: PeerCredentials] = [:]
        private var lastConnection: UInt64 = 0
        private var joined: [String: Int] = [:]
        private var wanted: MessageInterest = []
        private(set) var signedOn = 0
        private(set) var broken: [String] = []

        private static let names = ["cl1", "cl2", "anon", "ipfail", "zed", ""]
        private static let requests = [
            "signon", "signoff", "nodelist", "iflist", "setfilter", "setsignal", "set_sendqlen", "clientstatus",
            "getuuid",
            "getnodename", "getrsc", "bogus",
        ]
        private static let fieldNames = [
            "node", "cn", "fmask", "signal", "sendqlen", "queryname", "to_id", "info", "dest",
        ]
        private static let values = [
            "nodea", "nodeb", "1", "3f", "", "-1", "999999999999999999999", "me", "\u{7f}\n", "cl1",
        ]

        init(seed: UInt64) {
            random = SplitMix64(seed: seed)
        }

        mutating func step() {
            switch Int.random(in: 0..<12, using: &random) {
            case 0: connect()
            case 1: if let connection = anybody { disconnect(connection) }
            case 2, 3: if let connection = anybody { signOn(connection) }
            case 4...8: if let connection = anybody { speak(connection) }
            case 9: handle(.nodeDied(NodeName("nodeb"), isPingNode: Bool.random(using: &random), unixTime: 1))
            default: handle(.handedOn(Desk.message(content()), kind()))
            }
        }

        mutating func finish() {
            for connection in open.keys.sorted(by: { $0.number < $1.number }) { disconnect(connection) }
            if joined.values.contains(where: { $0 != 0 }) { broken.append("joined and never left: \(joined)") }
            if !sessions.names.isEmpty { broken.append("still signed on: \(sessions.names)") }
            if !wanted.isEmpty { broken.append("still wanted: \(wanted)") }
        }

        private var anybody: ClientConnection? {
            mutating get { open.keys.sorted { $0.number < $1.number }.randomElement(using: &random) }
        }

        private mutating func pick(_ list: [String]) -> String {
            list[Int.random(in: 0..<list.count, using: &random)]
        }

        private mutating func connect() {
            lastConnection += 1
            let connection = ClientConnection(lastConnection)
            let user: UInt32 = Bool.random(using: &random) ? 0 : 65534
            open[connection] = PeerCredentials(pid: Int32.random(in: 1...9, using: &random), user: user, group: user)
            handle(.connected(connection, open[connection]!))
        }

        private mutating func disconnect(_ connection: ClientConnection) {
            open[connection] = nil
            handle(.disconnected(connection))
        }

        private mutating func signOn(_ connection: ClientConnection) {
            guard let peer = open[connection] else { return }
            let name = Bool.random(using: &random) ? "\(peer.pid)" : pick(Self.names)
            say(
                [Message.Field](texts: [
                    "t": "hbapi-req", "reqtype": "signon", "pid": "\(peer.pid)", "from_id": name, "uid": "\(peer.user)",
                    "gid": "\(peer.group)",
                ]), connection)
        }

        private mutating func speak(_ connection: ClientConnection) {
            guard let peer = open[connection] else { return }
            var fields = [Message.Field](texts: [
                "t": pick(["hbapi-req", "hbapi-req", "foo", "status", "ask_resources"])
            ])
            fields.set("reqtype", pick(Self.requests))
            if Int.random(in: 0..<5, using: &random) > 0 { fields.set("pid", "\(peer.pid)") }
            for _ in 0..<Int.random(in: 0...3, using: &random) { fields.set(pick(Self.fieldNames), pick(Self.values)) }
            say(fields, connection)
        }

        private mutating func say(_ fields: [Message.Field], _ connection: ClientConnection) {
            let form: WireForm = Bool.random(using: &random) ? .classic : .netstring
            let body = UnsignedMessage.bytes(of: fields, as: form)
            handle(.received(connection, body: body, RecordedCluster.snapshot))
        }

        private mutating func content() -> Message.Content {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: .starting
            case 1: .other(type: "query-cstatus", fields: [Message.Field](texts: ["cn": "cl1", "from_id": "x"]))
            default: .other(type: "foo", fields: [Message.Field](texts: ["to_id": pick(Self.names)]))
            }
        }

        private mutating func kind() -> MessageInterest {
            MessageInterest(rawValue: 1 << UInt8.random(in: 0...4, using: &random))
        }

        private mutating func handle(_ event: ClientEvent) {
            for effect in sessions.handle(event) {
                switch effect {
                case .write(_, let connection), .admit(let connection), .limitQueue(_, let connection):
                    if open[connection] == nil { broken.append("\(effect) to nobody, after \(event)") }
                    if case .admit = effect { signedOn += 1 }
                case .close(let connection):
                    if open.removeValue(forKey: connection) == nil { broken.append("\(connection) closed twice") }
                case .signal(let number, _):
                    if !(1..<64).contains(number) { broken.append("signal \(number)") }
                case .send(let message): note(message)
                case .listen(let kinds): wanted = kinds
                case .note(let note): if note.text.isEmpty { broken.append("a note without words") }
                }
            }
            let interest = sessions.sessions.reduce(into: MessageInterest()) { $0.formUnion($1.interest) }
            if interest != wanted { broken.append("wanted \(wanted), of interest \(interest)") }
            if Set(sessions.names).count != sessions.names.count { broken.append("a name twice: \(sessions.names)") }
        }

        private mutating func note(_ message: LocalMessage) {
            guard case .other("hbapi-clstat", let fields) = message.content, let name = fields.text("from_id") else {
                return
            }
            joined[name, default: 0] += fields.text("st") == "join" ? 1 : -1
        }
    }
}
