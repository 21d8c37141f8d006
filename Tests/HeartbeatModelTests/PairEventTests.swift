// Events are said in words: what is written is read as it was meant, and a mistake names what could have been meant.

import HeartbeatModel
import Testing

@Suite struct PairEventTests {
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    private static var names: PairNames {
        var names = PairNames(
            local: first, nodes: [first, second], things: ["eth0", "eth1", "/dev/ttyS0", "isp"],
            resources: ["10.0.0.1/24", "web::a@b", "mail"])
        names.groups = ["web", "10.0.0.1/24"]
        names.gone = []
        names.lost = [second: ["eth1", "isp"]]
        return names
    }

    private static func random(_ random: inout SplitMix64) -> PairEvent {
        func pick<Element>(_ all: [Element]) -> Element { all[Int.random(in: 0..<all.count, using: &random)] }
        let node = pick(names.nodes)
        switch Int.random(in: 0..<13, using: &random) {
        case 0: return .lose(pick(names.things), at: node)
        case 1: return .regain(pick(names.things), at: node)
        case 2: return .loseMedia
        case 3: return .regainMedia
        case 4: return .power(node)
        case 5: return .kill(node)
        case 6: return .stop(node)
        case 7: return .boot(node)
        case 8: return .standby(pick([.all, .local, .foreign]), on: node)
        case 9: return .takeover(pick([.all, .local, .foreign]), on: node)
        case 11: return .move(pick(names.groups), on: node)
        case 10: return .maintenance(pick([true, false]), on: node)
        default: return .fail(pick(names.resources), at: node)
        }
    }

    @Test func `whatever can happen is read as it is written, alone and one after the other`() throws {
        var random = SplitMix64(seed: 7)
        for _ in 0..<500 {
            let events = (0..<Int.random(in: 1...4, using: &random)).map { _ in Self.random(&random) }
            #expect(try PairEvent.parse(events.map(\.text), Self.names) == events)
            let words = events.flatMap { $0.text.split(separator: " ").map(String.init) }
            #expect(try PairEvent.parse(words, Self.names) == events)
        }
    }

    @Test func `an event comes back from its parts, and from nothing less`() {
        var random = SplitMix64(seed: 11)
        var kinds: Set<PairEvent.Kind> = []
        for _ in 0..<500 {
            let event = Self.random(&random)
            let parts = event.parts
            kinds.insert(parts.kind)
            #expect(PairEvent(parts) == event)
            let isOfBoth = event == .loseMedia || event == .regainMedia
            #expect(PairEvent(PairEvent.Parts(parts.kind, parts.what)) == (isOfBoth ? event : nil))
            guard parts.what != nil else { continue }
            #expect(PairEvent(PairEvent.Parts(parts.kind, at: parts.node)) == nil)
        }
        #expect(kinds == Set(PairEvent.Kind.allCases))
        for kind in [PairEvent.Kind.maintenance, .standby, .takeover] {
            #expect(PairEvent(PairEvent.Parts(kind, "perhaps", at: Self.first)) == nil)
        }
    }

    @Test(arguments: [
        (["stop"], [PairEvent.stop(first)]), (["standby"], [.standby(.all, on: first)]),
        (["move", "web"], [.move("web", on: first)]), (["move", "web@gw-b"], [.move("web", on: second)]),
        (["takeover", "foreign"], [.takeover(.foreign, on: first)]),
        (["standby", "@gw-b"], [.standby(.all, on: second)]),
        (["maintenance", "on"], [.maintenance(true, on: first)]),
        (["maintenance", "off", "@gw-b"], [.maintenance(false, on: second)]),
        (["power", "GW-B"], [.power(second)]),
        (["return", "gw-b"], [.regain("eth1", at: second), .regain("isp", at: second)]),
        (["lose eth0@gw-a", "power", "gw-b"], [.lose("eth0", at: first), .power(second)]),
        (["fail", "web::a@b@gw-a"], [.fail("web::a@b", at: first)]),
    ])
    func `what goes without saying need not be said`(words: [String], events: [PairEvent]) throws {
        #expect(try PairEvent.parse(words, Self.names) == events)
    }

    @Test func `the return of a node that is down is its start`() throws {
        var names = Self.names
        names.gone = [Self.second]
        #expect(try PairEvent.parse(["return", "gw-b"], names) == [.boot(Self.second)])
    }

    @Test(arguments: [
        (["explode"], "explode is no event; an event begins with one of lose, return, power"),
        ([], "no event; write for example: power gw-a"),
        (["lose", "eth9@gw-a"], "there is nothing named eth9; there are eth0, eth1, /dev/ttyS0, isp"),
        (["lose", "eth0@gw-c"], "there is no node gw-c; there are gw-a, gw-b"),
        (["lose", "eth0"], "lose eth0: at which node? Write eth0@gw-a or eth0@gw-b"),
        (["lose"], "write: lose THING@NODE, or lose all"), (["power"], "write: power NODE"),
        (["power", "gw-a", "gw-b"], "write: power NODE"),
        (["standby", "some"], "some is none of all, local, foreign"),
        (["maintenance", "perhaps"], "write: maintenance on|off [@NODE]"),
        (["fail", "ftp@gw-a"], "there is no resource ftp; there are 10.0.0.1/24, web::a@b, mail"),
        (["return", "gw-a"], "gw-a runs, and nothing is lost there that could return"),
    ])
    func `a mistake names what could have been meant`(words: [String], message: String) {
        let error = #expect(throws: PairEventError.self) { try PairEvent.parse(words, Self.names) }
        #expect(error?.description.hasPrefix(message) == true, "\(String(describing: error))")
    }

    @Test func `names come from what a node tells`() {
        var facts = NodeFacts(node: Self.first)
        var peer = NodeFacts.Node(name: Self.second, status: .dead)
        peer.standing = .dead
        facts.nodes = [
            .init(name: Self.first, status: .active), peer,
            .init(name: NodeName("192.0.2.1"), kind: .ping, status: .ping),
        ]
        facts.watched = [.init(name: "eth0", kind: .downlink, state: .lost)]
        facts.media = [.init(name: MediumName("eth0"), kind: .bcast, state: .open)]
        facts.groups = [.init(key: "web", preferred: Self.first, state: .running, resources: ["web", "db"])]
        let names = PairNames(facts)
        #expect(names.nodes == [Self.first, Self.second] && names.things == ["eth0"])
        #expect(names.resources == ["web", "db"] && names.gone == [Self.second])
        #expect(names.lost[Self.first] == ["eth0"])
    }
}
