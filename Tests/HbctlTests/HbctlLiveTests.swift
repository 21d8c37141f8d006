// The built hbctl looks twice at a daemon that has heard something in between, or has not.

import Foundation
import HeartbeatControl
import HeartbeatLab
import HeartbeatModel
import Synchronization
import Testing

@Suite struct HbctlLiveTests {
    /// A daemon whose life and whose peer's clock go on by 300 ms from look to look; it never hears anything over eth1.
    private final class Node: Sendable {
        private let looks = Mutex(0)

        var count: Int { looks.withLock { $0 } }

        func answer(_ request: ControlRequest?) -> (bytes: [UInt8], closes: Bool) {
            guard case .question(.facts(_, isFresh: true), _)? = request else { return ([], true) }
            let look = looks.withLock { count in
                count += 1
                return count
            }
            return (Array(ControlReply(lines: Self.facts(look).text).text.utf8), true)
        }

        private static func facts(_ look: Int) -> NodeFacts {
            var facts = NodeFacts(node: NodeName("gw-a"))
            (facts.phase, facts.age) = (.stable, .milliseconds(60_000 + 300 * look))
            facts.timings = NodeFacts.Timings(
                keepalive: .milliseconds(100), deadtime: .seconds(1), warntime: .milliseconds(500),
                initdead: .seconds(2))
            var peer = NodeFacts.Node(name: NodeName("gw-b"), status: .active, speaks: .ours)
            peer.standing = .alive
            facts.nodes = [.init(name: facts.node, status: .active, speaks: .ours), peer]
            var view = PeerView(at: UInt64(1_000_000 + 300_000 * look))
            for (name, isOpen) in [("lo", true), ("eth1", false)] {
                facts.media.append(.init(name: MediumName(name), kind: .ucast, state: .open))
                var link = NodeFacts.Link(node: peer.name, medium: MediumName(name), state: isOpen ? .up : .dead)
                link.lastHeard = isOpen ? .milliseconds(50) : .seconds(40)
                facts.links.append(link)
                var medium = PeerView.Medium(name: MediumName(name))
                medium.age = .milliseconds(60)
                view.media.append(medium)
            }
            var word = NodeFacts.PeerWord()
            word.view = .init(view, age: .milliseconds(3))
            facts.peer = word
            return facts
        }
    }

    private func ways(_ answer: HbctlCheckTests.Answer) -> [String] {
        let live = answer.value["live"] as? [String: Any]
        return (live?["ways"] as? [[String: Any]] ?? []).map { way in
            ["medium", "from", "to", "state"].map { way[$0] as? String ?? "?" }.joined(separator: " ")
        }
    }

    @Test func `each way of each medium is told, and what is shut is found`() throws {
        let node = Node()
        let machine = try HbctlCheckTests.Machine { node.answer($0) }
        try machine.write()
        let answer = try machine.check(["--live"])
        #expect(node.count == 2, "two looks, and no other question")
        #expect(
            ways(answer) == [
                "lo gw-b gw-a open", "lo gw-a gw-b open", "eth1 gw-b gw-a blocked", "eth1 gw-a gw-b open",
            ])
        #expect(answer.names("medium-blocked") == ["eth1"], "\(answer.findings)")
        #expect(answer.code == 1 || answer.code == 3 && answer.severities.contains("unknown"), "\(answer.findings)")
        let text = try machine.daemon.hbctl(["check", "--live", "--all", "--share-dir", HbctlCheckTests.top])
        #expect(text.output.contains("\n!  eth1  gw-b -> gw-a  blocked for 40 s\n"), "\(text.output)")
        #expect(text.output.contains("something came over 3 of 4 ways within 0.30 s"), "\(text.output)")
    }

    @Test func `without --live it looks once, and says nothing of ways`() throws {
        let node = Node()
        let machine = try HbctlCheckTests.Machine { node.answer($0) }
        try machine.write()
        let answer = try machine.check()
        #expect(node.count == 1 && answer.value["live"] is NSNull && !answer.codes.contains("medium-blocked"))
    }

    @Test func `without a daemon nobody knows, and the rest is checked`() throws {
        let machine = try HbctlCheckTests.Machine()
        try machine.write()
        let answer = try machine.check(["--live"])
        #expect(answer.code == 3 && answer.names("medium-unknown") == ["gw-a"], "\(answer.findings)")
        #expect(ways(answer).isEmpty && answer.codes.contains("agreement-unknown"))
        let reason = (answer.value["live"] as? [String: Any])?["reason"] as? String
        #expect(reason?.contains("does not run on gw-a") == true)
    }

    @Test func `a daemon that falls silent between the looks is given up in time`() throws {
        let node = Node()
        let machine = try HbctlCheckTests.Machine { node.count == 0 ? node.answer($0) : ([], false) }
        try machine.write()
        let result = try machine.daemon.hbctl(["check", "--live", "--json", "--share-dir", HbctlCheckTests.top])
        let answer = try HbctlCheckTests.Answer(code: result.code, output: result.output)
        #expect(answer.code == 3 && answer.codes.contains("medium-unknown"), "\(answer.findings)")
    }
}
