// What an order comes to before it is given, and when it is done: never before both nodes have told so, several looks in a row.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatStatus

@Suite struct PairOrderTests {
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    /// gw-a is asked. `web` is its own, `mail` gw-b's; what each does here and there is said for both.
    private static func facts(
        web: (ClusterSnapshot.Group.State, NodeFacts.PeerState),
        mail: (ClusterSnapshot.Group.State, NodeFacts.PeerState)
    ) -> NodeFacts {
        var facts = NodeFacts(node: first)
        (facts.phase, facts.handover) = (.stable, "idle")
        var peer = NodeFacts.Node(name: second, status: .active, speaks: .ours)
        peer.standing = .alive
        facts.nodes = [.init(name: first, status: .active, speaks: .ours), peer]
        facts.groups = [
            .init(
                key: "10.0.0.1/24", preferred: first, state: web.0, onPeer: web.1,
                resources: ["10.0.0.1/24", "ipsec", "bgpd"]),
            .init(key: "mail", preferred: second, state: mail.0, onPeer: mail.1, resources: ["mail"]),
        ]
        var word = NodeFacts.PeerWord()
        (word.isStable, word.isAnswer, word.hasHeard) = (true, true, true)
        facts.peer = word
        return facts
    }

    /// Each node serves its own.
    private static var home: NodeFacts { facts(web: (.running, .stopped), mail: (.stopped, .running)) }
    private static var allThere: NodeFacts { facts(web: (.stopped, .running), mail: (.stopped, .running)) }
    private static var swapped: NodeFacts { facts(web: (.stopped, .running), mail: (.running, .stopped)) }

    private static func order(_ order: PairOrder, _ facts: NodeFacts = home) -> OrderPlan { OrderPlan(order, facts) }

    // MARK: - The plan

    @Test func `a standby moves what this node serves, and says by which scripts`() {
        let plan = Self.order(.standby(.all))
        #expect(
            plan.lines == [
                "hbctl standby on gw-a: 1 group moves", "", "  10.0.0.1/24  gw-a -> gw-b",
                "    gw-a stops   bgpd ipsec 10.0.0.1/24", "    gw-b starts  10.0.0.1/24 ipsec bgpd", "",
            ])
        #expect(plan.steps.map(\.deed) == [.operation(.standby(.all))])
        #expect(plan.steps[0].goal == PairWatch.Goal(places: ["10.0.0.1/24": Self.second]))
        #expect(Self.order(.standby(.foreign)).steps.isEmpty)
    }

    @Test func `a takeover brings what this node does not serve, also what nobody serves`() {
        #expect(Self.order(.takeover(.all)).moves.map(\.key) == ["mail"])
        let plan = Self.order(.takeover(.local), Self.facts(web: (.failed, .failed), mail: (.stopped, .running)))
        #expect(plan.moves.map(\.key) == ["10.0.0.1/24"] && plan.moves[0].from == nil && plan.moves[0].stops.isEmpty)
        #expect(plan.lines.contains("  10.0.0.1/24  nobody -> gw-a"))
    }

    @Test func `a failback brings each group home, one way after the other`() {
        #expect(Self.order(.failback).steps.isEmpty)
        let plan = Self.order(.failback, Self.swapped)
        #expect(plan.steps.map(\.deed) == [.operation(.standby(.foreign)), .operation(.takeover(.local))])
        #expect(plan.steps.map(\.goal.places) == [["mail": Self.second], ["10.0.0.1/24": Self.first]])
    }

    @Test func `one group moves without the rest of its set`() {
        var facts = Self.facts(web: (.running, .stopped), mail: (.running, .stopped))
        facts.hold = .all
        let plan = Self.order(.move("10.0.0.1/24"), facts)
        #expect(
            plan.moves.map(\.key) == ["10.0.0.1/24"] && plan.steps.map(\.deed) == [.operation(.move("10.0.0.1/24"))])
        #expect(plan.lines[0] == "hbctl move on gw-a: 1 group moves")
        #expect(plan.steps[0].goal.places == ["10.0.0.1/24": Self.second])
    }

    /// It runs here in place of the other node, which has its set.
    @Test func `what was moved here goes back with its set`() {
        var facts = Self.facts(web: (.running, .stopped), mail: (.running, .stopped))
        facts.hold = .local
        #expect(Self.order(.move("mail"), facts).steps.map(\.deed) == [.operation(.standby(.foreign))])
    }

    /// With a third group, of the other node.
    private static func withFiles(_ facts: NodeFacts) -> NodeFacts {
        var facts = facts
        facts.groups.append(
            .init(key: "files", preferred: second, state: .stopped, onPeer: .running, resources: ["files"]))
        return facts
    }

    @Test func `one group is asked for from the node that does not serve it, where its set has no other`() {
        let plan = Self.order(.move("mail"))
        #expect(plan.steps.map(\.deed) == [.operation(.takeover(.foreign))] && plan.obstacle == nil)
        #expect(plan.steps.map(\.goal.places) == [["mail": Self.first]])
        #expect(plan.lines.contains("  mail  gw-b -> gw-a"))
    }

    /// This node has the set, and the other one runs some of it in its place.
    @Test func `what this node has given away is asked for with its set`() {
        var facts = Self.withFiles(Self.facts(web: (.running, .stopped), mail: (.stopped, .running)))
        facts.hold = .all
        facts.groups[2].state = .running
        facts.groups[2].onPeer = .stopped
        let plan = Self.order(.move("mail"), facts)
        #expect(plan.steps.map(\.deed) == [.operation(.takeover(.foreign))] && plan.moves.map(\.key) == ["mail"])
    }

    @Test func `of several groups of the other node none is asked for alone, and the command for there is said`() {
        var facts = Self.withFiles(Self.home)
        facts.hold = .local
        let plan = Self.order(.move("mail"), facts)
        #expect(plan.steps.isEmpty && plan.moves.isEmpty)
        #expect(
            plan.obstacle
                == "mail runs on gw-b, and gw-a can ask only for all foreign groups; on gw-b: hbctl move mail")
    }

    @Test func `of a heartbeat 3 a single group is not asked for, and the command for here is said`() {
        var facts = Self.facts(web: (.running, .stopped), mail: (.stopped, .unknown))
        facts.nodes[1].speaks = .original
        facts.peer?.hold = .foreign
        let plan = Self.order(.move("mail"), facts)
        #expect(
            plan.obstacle
                == "mail runs on gw-b, whose heartbeat 3 gives whole sets only; on gw-a: hbctl takeover foreign")
        #expect(plan.steps.isEmpty)
    }

    @Test(arguments: [
        ("mail", "mail does not run on gw-a"),
        ("web", "there is no group web in haresources, which has 10.0.0.1/24, mail"),
    ])
    func `what runs nowhere, or is not there, is not moved`(key: String, obstacle: String) {
        let plan = Self.order(.move(key), Self.facts(web: (.running, .stopped), mail: (.failed, .failed)))
        #expect(plan.obstacle == obstacle && plan.steps.isEmpty)
    }

    @Test func `maintenance moves what the other node can take`() {
        let order = PairOrder.maintenance(Maintenance(reason: "new disks"))
        let plan = Self.order(order)
        #expect(plan.moves.map(\.key) == ["10.0.0.1/24"] && plan.notes.isEmpty)
        #expect(plan.steps[0].goal == .init(places: ["10.0.0.1/24": Self.second], isMaintained: true))
        #expect(plan.lines[0] == "hbctl maintenance on gw-a: gw-a is taken out of service (new disks); 1 group moves")
        var alone = Self.home
        alone.nodes[1].standing = .dead
        let kept = Self.order(order, alone)
        #expect(kept.moves.isEmpty && kept.steps.count == 1)
        #expect(kept.notes == ["gw-a goes on serving what it serves: gw-b is not there"])
        var both = Self.home
        both.peer?.health = NodeHealth(lost: NodeHealth.most)
        #expect(Self.order(order, both).notes == ["gw-a goes on serving what it serves: gw-b is in maintenance, too"])
    }

    @Test func `the end of maintenance moves nothing at once, and says what will return`() {
        #expect(Self.order(.maintenance(nil)).steps.isEmpty)
        var facts = Self.allThere
        facts.maintenance = Maintenance(reason: "x")
        let plan = Self.order(.maintenance(nil), facts)
        #expect(plan.moves.isEmpty && plan.steps.map(\.goal) == [.init(places: [:], isMaintained: false)])
        #expect(plan.notes.count == 1 && plan.notes[0].contains("10.0.0.1/24 of gw-a returns by itself"))
        facts.timings = NodeFacts.Timings(keepalive: .zero, deadtime: .zero, warntime: .zero, initdead: .zero)
        facts.timings?.autoFailback = .off
        #expect(Self.order(.maintenance(nil), facts).notes[0].contains("hbctl failback"))
    }

    @Test func `what makes the receiver a doubtful one is said`() {
        var facts = Self.home
        facts.peer?.health = NodeHealth(lost: 2)
        facts.files = [.init(path: "/etc/a", state: .different, here: .missing, there: .unreadable)]
        let notes = Self.order(.standby(.all), facts).notes
        #expect(notes.contains("gw-b has lost 2 of what it watches of the network"))
        #expect(notes.contains { $0.hasPrefix("/etc/a is not the same on both nodes") })
    }

    // MARK: - Watching

    private static let away = PairWatch.Goal(places: ["10.0.0.1/24": second])

    private static func judge(_ watch: inout PairWatch, _ facts: NodeFacts, after seconds: Int = 1) -> PairWatch.Verdict
    {
        watch.judge(facts, after: .seconds(seconds))
    }

    @Test func `it is done when both nodes have told so three times in a row`() {
        var watch = PairWatch(Self.away, before: Self.home)
        #expect(Self.judge(&watch, Self.allThere) == .goesOn)
        #expect(Self.judge(&watch, Self.allThere) == .goesOn)
        var moving = Self.allThere
        moving.peer?.isStable = false
        #expect(Self.judge(&watch, moving) == .goesOn)
        for verdict in [PairWatch.Verdict.goesOn, .goesOn, .done] {
            #expect(Self.judge(&watch, Self.allThere) == verdict)
        }
    }

    @Test(arguments: [
        (NodeFacts.PeerWord?.none, "gw-b has not told what it holds"),
        (Self.word(stable: true, heard: false), "gw-b has not heard how gw-a is now"),
        (Self.word(stable: false, heard: true), "the nodes have not come to rest"),
    ])
    func `without the other node's word it is not done`(word: NodeFacts.PeerWord?, missing: String) {
        var facts = Self.allThere
        facts.peer = word
        var watch = PairWatch(Self.away, before: Self.home)
        for _ in 0..<10 { #expect(Self.judge(&watch, facts) == .goesOn) }
        #expect(watch.missing(in: facts) == [missing])
    }

    private static func word(stable: Bool, heard: Bool) -> NodeFacts.PeerWord? {
        var word = NodeFacts.PeerWord()
        (word.isStable, word.isAnswer, word.hasHeard) = (stable, true, heard)
        return word
    }

    @Test func `two owners are not what was ordered`() {
        let facts = Self.facts(web: (.running, .running), mail: (.stopped, .running))
        let watch = PairWatch(Self.away, before: Self.home)
        #expect(watch.missing(in: facts) == ["10.0.0.1/24 runs on both nodes"])
    }

    @Test func `what came to nothing is told with its reason`() {
        var watch = PairWatch(Self.away, before: Self.home)
        let failed = Self.facts(web: (.running, .failed), mail: (.stopped, .running))
        #expect(Self.judge(&watch, failed) == .goesOn && Self.judge(&watch, failed) == .goesOn)
        #expect(
            Self.judge(&watch, failed) == .undone("10.0.0.1/24 could not be started on gw-b; it runs on gw-a"))
        var stuck = Self.facts(web: (.stopFailed, .stopped), mail: (.stopped, .running))
        stuck.groups[0].failing = "ipsec"
        var other = PairWatch(Self.away, before: Self.home)
        for _ in 0..<2 { _ = Self.judge(&other, stuck) }
        #expect(Self.judge(&other, stuck) == .undone("ipsec of 10.0.0.1/24 would not stop on gw-a"))
    }

    @Test func `an order without effect is waited for as long as an answer may take`() {
        var watch = PairWatch(Self.away, before: Self.home)
        for _ in 0..<10 { #expect(Self.judge(&watch, Self.home, after: 14) == .goesOn) }
        for _ in 0..<2 { #expect(Self.judge(&watch, Self.home, after: 16) == .goesOn) }
        guard case .undone(let reason) = Self.judge(&watch, Self.home, after: 16) else {
            Issue.record("it goes on")
            return
        }
        #expect(reason.hasPrefix("gw-b did not answer, or has refused it"))
    }

    @Test func `what has begun and was given up is told`() {
        var watch = PairWatch(Self.away, before: Self.home)
        var moving = Self.home
        (moving.phase, moving.handover) = (.transition, "offered local")
        #expect(Self.judge(&watch, moving) == .goesOn)
        for _ in 0..<2 { #expect(Self.judge(&watch, Self.home) == .goesOn) }
        #expect(Self.judge(&watch, Self.home) == .undone("the move was given up: 10.0.0.1/24 runs on gw-a"))
    }

    @Test func `maintenance is never given up, and needs the other node to have heard of it`() {
        var watch = PairWatch(.init(places: Self.away.places, isMaintained: true), before: Self.home)
        var facts = Self.home
        facts.maintenance = Maintenance(reason: "x")
        for _ in 0..<5 { #expect(Self.judge(&watch, facts, after: 60) == .goesOn) }
        #expect(watch.missing(in: facts) == ["10.0.0.1/24 runs on gw-a"])
        #expect(watch.missing(in: Self.allThere) == ["gw-a is still in service"])
        var there = Self.allThere
        there.maintenance = facts.maintenance
        _ = Self.judge(&watch, there)
        _ = Self.judge(&watch, there)
        #expect(Self.judge(&watch, there) == .done)
    }

    @Test func `alone it is done as far as it can be`() {
        var watch = PairWatch(.init(places: [:], isMaintained: true), before: Self.home)
        var facts = Self.home
        facts.maintenance = Maintenance(reason: "x")
        facts.nodes[1].standing = .dead
        for verdict in [PairWatch.Verdict.goesOn, .goesOn, .alone] { #expect(Self.judge(&watch, facts) == verdict) }
        #expect(watch.missing(in: facts) == ["gw-b is not heard"])
    }

    // MARK: - The report

    @Test(arguments: zip(OrderReport.Outcome.allCases, [0, 0, 1, 1, 1, 2, 3, 64] as [Int32]))
    func `each end has its exit code`(outcome: OrderReport.Outcome, code: Int32) {
        #expect(OrderReport("standby", outcome, "x").exitCode == code)
    }

    @Test func `what is missing and what helps stands below`() {
        var report = OrderReport("standby", .unverified, "not seen", remedy: ["hbctl status"])
        (report.took, report.missing, report.cautions) = (.seconds(300), ["web runs on gw-a"], ["/etc/a differs"])
        #expect(
            report.lines == [
                "!  /etc/a differs", "hbctl standby: not seen (5:00)", "!  web runs on gw-a", "   hbctl status",
            ])
    }
}
