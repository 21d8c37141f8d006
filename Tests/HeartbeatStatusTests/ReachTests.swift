// Which way between two nodes is blocked is told as what the other node hears and what this one hears come to, whatever their media
// are called; an old word, and a word of media that nobody else has, is no knowledge.

import HeartbeatModel
import Testing

@testable import HeartbeatStatus

@Suite struct ReachTests {
    private static let (here, there) = (NodeName("a"), NodeName("b"))

    /// `own` and `told`: media of both nodes; what the other one tells is 20 ms old and names an age for each of its media.
    private static func facts(
        own: [String] = ["eth0", "eth1"], told: [(String, Duration?)], age: Duration = .milliseconds(20)
    ) -> NodeFacts {
        var facts = NodeFacts(node: here)
        facts.phase = .stable
        facts.age = .seconds(500)
        facts.timings = NodeFacts.Timings(
            keepalive: .seconds(1), deadtime: .seconds(10), warntime: .seconds(5), initdead: .seconds(30))
        var peer = NodeFacts.Node(name: there, status: .active, speaks: .ours)
        peer.standing = .alive
        facts.nodes = [.init(name: here, status: .active, speaks: .ours), peer]
        facts.media = own.map { .init(name: MediumName($0), kind: $0.hasPrefix("/") ? .serial : .bcast, state: .open) }
        facts.links = own.map { name in
            var link = NodeFacts.Link(node: there, medium: MediumName(name), state: .up)
            link.lastHeard = .milliseconds(110)
            return link
        }
        var view = PeerView(at: 1)
        view.up = .seconds(400)
        view.media = told.map { name, age in
            var medium = PeerView.Medium(name: MediumName(name))
            medium.age = age
            return medium
        }
        var word = NodeFacts.PeerWord()
        word.view = NodeFacts.View(view, age: age)
        facts.peer = word
        return facts
    }

    private static func status(_ facts: NodeFacts) -> PairStatus { PairStatus(.answered(facts), of: here, asked: 0) }

    private static func problems(_ facts: NodeFacts) -> [String] {
        status(facts).problems.filter { $0.code == .linkOneWay || $0.code == .linkDead }.map(\.sentence)
    }

    @Test func bothWaysAreToldOfEachMedium() {
        var facts = Self.facts(told: [("eth0", .milliseconds(60)), ("eth1", .seconds(192))])
        facts.peer?.view?.told.media[1].lost = 768
        #expect(
            Self.status(facts).reaches.map(\.text) == [
                "eth0  b -> a  open, heard 0.11 s ago", "eth0  a -> b  open, heard 0.06 s ago",
                "eth1  b -> a  open, heard 0.11 s ago", "eth1  a -> b  blocked for 3:12, 768 lost in 24 h",
            ])
        #expect(Self.problems(facts) == ["over eth1 b hears nothing of a for 3:12; a hears b"])
    }

    @Test func theNodeThatHearsNothingIsTheDeafOne() {
        var facts = Self.facts(told: [("eth0", .milliseconds(60)), ("eth1", .milliseconds(60))])
        facts.links[1].state = .dead
        facts.links[1].since = .seconds(41)
        #expect(Self.status(facts).reaches.map(\.state) == [.open, .open, .blocked, .open])
        #expect(Self.problems(facts) == ["over eth1 a hears nothing of b for 41 s; b hears a"])
        // What neither hears is dead, and no riddle.
        facts.peer?.view?.told.media[1].age = .seconds(60)
        #expect(Self.problems(facts) == ["a hears nothing of b over eth1 for 41 s"])
    }

    @Test func whatWasNeverHeardIsToldWhenBothHaveBegun() {
        var facts = Self.facts(told: [("eth0", .milliseconds(60)), ("eth1", nil)])
        #expect(Self.status(facts).reaches.map(\.state) == [.open, .open, .open, .never])
        #expect(Self.problems(facts) == ["over eth1 b hears nothing of a; a hears b"])
        facts.peer?.view?.told.up = .seconds(3)
        #expect(Self.problems(facts) == [])
    }

    @Test func mediaOfOtherNamesAreMatchedByTheirKindAndOrder() {
        let facts = Self.facts(
            own: ["eth0", "eth1", "/dev/ttyS0"],
            told: [("/dev/ttyUSB0", .seconds(70)), ("eth0", .milliseconds(60)), ("eth2", .seconds(50)), ("eth3", nil)])
        let media = Self.status(facts).media
        #expect(media.map(\.name.text) == ["eth0", "eth1", "/dev/ttyS0", "eth3"])
        #expect(media.map(\.isHeard.state) == [.sound, .silent, .silent, .never])
        #expect(media.map(\.hears.state) == [.sound, .sound, .sound, .unknown])
    }

    @Test func anOldWordIsNone() {
        let told: [(String, Duration?)] = [("eth0", .milliseconds(60)), ("eth1", .seconds(192))]
        let facts = Self.facts(told: told, age: .seconds(91))
        #expect(Self.status(facts).media.allSatisfy { $0.isHeard == .unknown } && Self.problems(facts) == [])
        #expect(Self.status(facts).reaches[1].text == "eth0  a -> b  unknown: b does not tell")
        #expect(Self.problems(Self.facts(told: told, age: .seconds(90))).count == 1)
    }

    @Test func whatTheOtherNodeIsLikeIsToldAsItSays() {
        var facts = Self.facts(told: [("eth0", .milliseconds(60))])
        facts.peer?.view?.told.lateness = .microseconds(400)
        facts.peer?.health = NodeHealth(lost: 3, unproven: 3)
        facts.peer?.view?.told.lost = ["eth1", "isp"]
        facts.peer?.view?.told.moreLost = 1
        let node = Self.status(facts).nodes[1]
        #expect(node.up?.duration == .milliseconds(400_020) && node.lateness == .microseconds(400))
        #expect(node.network == .lost(["eth1", "isp", "+1"]))
        // Its last report counts something else: the names are those of another moment.
        facts.peer?.health = NodeHealth(lost: 2, unproven: 3)
        #expect(Self.status(facts).nodes[1].network == .lostCount(2))
    }

    @Test func filesThatDifferAreNamed() {
        var facts = Self.facts(told: [("eth0", .milliseconds(60))])
        facts.marks = ConfigurationMarks(haCf: 1, haresources: 2, authkeys: 3)
        func problem() -> String? {
            Self.status(facts).problems.first { $0.code == .differentConfiguration }?.sentence
        }
        #expect(problem() == nil, "the other node does not tell")
        facts.peer?.view?.told.marks = ConfigurationMarks(haCf: 1, haresources: 9, authkeys: 3)
        #expect(problem() == nil, "haresources is compared line by line")
        facts.peer?.view?.told.marks = ConfigurationMarks(haCf: 9, haresources: 2, authkeys: 3)
        #expect(problem() == "ha.cf is not the same on both nodes")
        facts.peer?.view?.told.marks = ConfigurationMarks(haCf: 9, haresources: 2, authkeys: 9)
        #expect(problem() == "ha.cf and authkeys are not the same on both nodes")
        #expect(Self.status(facts).nodes[0].files == .differ(["ha.cf", "authkeys"]))
    }

    @Test func aPairOfOneHasNoWays() {
        var facts = Self.facts(told: [])
        facts.nodes.removeLast()
        #expect(Self.status(facts).reaches.isEmpty)
    }
}
