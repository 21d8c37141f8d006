// Two nodes that compare their ping nodes, message by message, in the cluster of the recordings.

import HeartbeatModel
import Testing

@testable import HeartbeatClients

@Suite struct IPFailTests {
    private static let nodes = ["nodea", "nodeb"]

    private static func configuration(_ failback: AutoFailback = .on) -> Configuration {
        var configuration = Configuration(nodes: nodes.map { NodeName($0) })
        configuration.autoFailback = failback
        configuration.keepalive = .milliseconds(500)
        return configuration
    }

    /// What a node knows; it reaches so many of two ping nodes.
    private static func snapshot(
        on node: Int = 0, reaching count: Int, _ hold: HoldSet = .local, isInTransition: Bool = false
    ) -> ClusterSnapshot {
        let pings = (0..<2).map { number in
            ClusterSnapshot.Node(
                name: NodeName("ping\(number)"), status: number < count ? .ping : .dead, isPingNode: true, links: [])
        }
        return ClusterSnapshot(
            localNode: NodeName(nodes[node]),
            nodes: nodes.map { .init(name: NodeName($0), status: .active, isPingNode: false, links: []) } + pings,
            hold: hold, isInTransition: isInTransition, groups: [])
    }

    private static func message(_ texts: KeyValuePairs<String, String>) -> [Message.Field] {
        [Message.Field](texts: texts)
    }

    private static func message(_ words: [String]) -> [Message.Field] {
        words.map { word in
            let parts = word.split(separator: "=").map(String.init)
            return Message.Field(name: parts[0], value: .string(parts[1]))
        }
    }

    private static let asked = message(["t": "num_ping_nodes", "src": "nodeb", "num_ping": "1", "dest": "nodea"])

    @Test(arguments: [
        ["t=ifstat", "node=ping1", "ifname=ping1", "st=dead"], ["t=NS_st", "src=ping1", "st=ping", "info=ping"],
        ["t=hbapi-clstat", "st=join", "from_id=ipfail", "src=nodeb"],
    ])
    func theOtherIsAskedWhenSomethingHasChanged(words: [String]) {
        var ipfail = IPFail(Self.configuration())
        let sent = ipfail.hear(Self.message(words), Self.snapshot(reaching: 1)).sent
        #expect(sent == ["t=num_ping_nodes src=nodea num_ping=1 dest=nodeb"])
    }

    @Test(arguments: [
        ["t=ifstat", "node=nodeb", "ifname=eth0", "st=dead"], ["t=ifstat", "node=ping1", "ifname=ping1", "st=up"],
        ["t=hbapi-clstat", "st=join", "from_id=ccm", "src=nodeb"], ["t=status", "src=nodeb", "st=dead"],
        ["t=hbapi-clstat", "st=join", "from_id=ipfail", "src=nodea"], ["st=dead"],
        ["t=num_ping_nodes", "src=nodea", "num_ping=0"], ["t=num_ping_nodes", "src=nodeb", "num_ping=x"],
        ["t=you_are_dead", "src=nodea"], ["t=abort_giveup", "src=nodeb"],
    ])
    func nothingElseHasAnEffect(words: [String]) {
        var ipfail = IPFail(Self.configuration())
        #expect(ipfail.hear(Self.message(words), Self.snapshot(reaching: 1)).isEmpty)
    }

    @Test func whoReachesMoreTellsTheOther() {
        var ipfail = IPFail(Self.configuration())
        let effects = ipfail.hear(Self.asked, Self.snapshot(reaching: 2))
        #expect(effects.sent == ["t=you_are_dead dest=nodeb"])
        #expect(!effects.contains(.pause(.seconds(1))))
    }

    @Test func whoReachesLessGivesUpAfterAPause() {
        var ipfail = IPFail(Self.configuration())
        let blind = Self.snapshot(reaching: 0, .all)
        let effects = ipfail.hear(Self.asked, blind)
        #expect(effects.sent.isEmpty && effects.contains(.pause(.seconds(1))))
        #expect(ipfail.pauseIsOver(blind).sent == ["t=ask_resources rsc_hold=all src=nodea info=me"])
        #expect(ipfail.pauseIsOver(blind).isEmpty, "once")
    }

    @Test func whoIsToldThatItReachesLessGivesUpUnlessThatIsTakenBack() {
        var ipfail = IPFail(Self.configuration())
        let told = Self.message(["t": "you_are_dead", "src": "nodeb", "dest": "nodea"])
        let blind = Self.snapshot(reaching: 0)
        #expect(ipfail.hear(told, blind).contains(.pause(.seconds(1))))
        let takenBack = Self.message(["t": "abort_giveup", "src": "nodeb", "dest": "nodea"])
        #expect(ipfail.hear(takenBack, blind).contains(.endPause))
        #expect(ipfail.pauseIsOver(blind).isEmpty)
    }

    @Test func nothingIsGivenByANodeThatHasNothing() {
        var ipfail = IPFail(Self.configuration())
        _ = ipfail.hear(Self.asked, Self.snapshot(reaching: 0, []))
        #expect(ipfail.pauseIsOver(Self.snapshot(reaching: 0, [])).sent.isEmpty)
    }

    @Test(arguments: [AutoFailback.on, .off])
    func equalNodesKeepTheirOwnAndReturnWhatIsNot(failback: AutoFailback) {
        var ipfail = IPFail(Self.configuration(failback))
        #expect(
            ipfail.hear(Self.asked, Self.snapshot(reaching: 1)).sent == ["t=abort_giveup src=nodea dest=nodeb"])
        let sent = ipfail.hear(Self.asked, Self.snapshot(reaching: 1, .all)).sent
        let returned = "t=ask_resources rsc_hold=foreign src=nodea info=me"
        #expect(sent == ["t=abort_giveup src=nodea dest=nodeb"] + (failback == .on ? [returned] : []))
    }

    @Test func whatIsMovingIsReturnedLater() {
        var ipfail = IPFail(Self.configuration())
        let resource = Self.message(["t": "resource", "rsc_hold": "none", "src": "nodeb", "isstable": "1"])
        let moving = Self.snapshot(reaching: 1, .all, isInTransition: true)
        #expect(ipfail.hear(Self.asked, moving).sent == ["t=abort_giveup src=nodea dest=nodeb"])
        #expect(ipfail.hear(resource, moving).isEmpty)
        let still = Self.snapshot(reaching: 1, .all)
        #expect(ipfail.hear(resource, still).sent == ["t=ask_resources rsc_hold=foreign src=nodea info=me"])
        #expect(ipfail.hear(resource, still).isEmpty, "once")
    }
}

extension [IPFail.Effect] {
    fileprivate var sent: [String] {
        compactMap { effect in
            guard case .send(let fields) = effect else { return nil }
            return fields.words
        }
    }
}
