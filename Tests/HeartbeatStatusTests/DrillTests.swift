// What a drill comes to before it is given, when it must not begin, when it ends early, and what is said and kept of it.

import Foundation
import HeartbeatModel
import HeartbeatStatus
import Testing

@Suite struct DrillTests {
    private typealias State = (ClusterSnapshot.Group.State, NodeFacts.PeerState)

    private static let (here, there): (State, State) = ((.running, .stopped), (.stopped, .running))
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    /// gw-a is asked. `web` and `ftp` are its own, `mail` is gw-b's.
    private static func facts(web: State = here, ftp: State = here, mail: State = there) -> NodeFacts {
        var facts = NodeFacts(node: first)
        (facts.phase, facts.handover) = (.stable, "idle")
        var peer = NodeFacts.Node(name: second, status: .active, speaks: .ours)
        peer.standing = .alive
        facts.nodes = [.init(name: first, status: .active, speaks: .ours), peer]
        facts.groups = [("web", web, first), ("ftp", ftp, first), ("mail", mail, second)].map { key, state, home in
            .init(
                key: key, preferred: home, state: state.0, onPeer: state.1, resources: ["10.0.0.1/24", key])
        }
        var word = NodeFacts.PeerWord()
        (word.isStable, word.isAnswer, word.hasHeard) = (true, true, true)
        facts.peer = word
        return facts
    }

    private static func status(_ facts: NodeFacts) -> PairStatus { PairStatus(.answered(facts), of: first, asked: 0) }

    private static func judge(_ facts: NodeFacts, _ set: HoldSet = .all) -> DrillPlan.Judgement {
        DrillPlan.judge(set, facts, status(facts))
    }

    private static func plan(_ facts: NodeFacts = facts(), _ set: HoldSet = .all) throws -> DrillPlan {
        guard case .plan(let plan) = judge(facts, set) else { throw Unplanned(judgement: judge(facts, set)) }
        return plan
    }

    private struct Unplanned: Error {
        let judgement: DrillPlan.Judgement
    }

    private static func refusal(_ facts: NodeFacts, _ set: HoldSet = .all) -> String? {
        if case .refused(let reason, _) = judge(facts, set) { reason } else { nil }
    }

    // MARK: - The plan

    @Test func `what this node serves goes away and comes home, and nothing else`() throws {
        let plan = try Self.plan()
        #expect(plan.groups.map(\.key) == ["web", "ftp"] && plan.giver == Self.first && plan.taker == Self.second)
        #expect(plan.away == .standby(.local) && plan.home == .takeover(.local))
        #expect(plan.isFromHere && plan.peer == Self.second)
        #expect(
            plan.lines(holding: .seconds(5)).prefix(5) == [
                "hbctl drill on gw-a: 2 groups go to gw-b and come back after 5 s", "", "  web  gw-a -> gw-b -> gw-a",
                "    gw-a stops   web 10.0.0.1/24", "    gw-b starts  10.0.0.1/24 web",
            ])
    }

    @Test func `a node that serves everything sends everything, or the set that is named`() throws {
        let all = Self.facts(mail: Self.here)
        #expect(try Self.plan(all).away == .standby(.all))
        #expect(try Self.plan(all, .foreign).groups.map(\.key) == ["mail"])
        #expect(try Self.plan(all, .foreign).home == .takeover(.foreign))
    }

    @Test func `a node that serves nothing takes, and gives back`() throws {
        let plan = try Self.plan(Self.facts(web: Self.there, ftp: Self.there))
        #expect(plan.giver == Self.second && plan.taker == Self.first && plan.peer == Self.second)
        #expect(plan.away == .takeover(.all) && plan.home == .standby(.all) && !plan.isFromHere)
        #expect(try Self.plan(Self.facts(), .foreign).away == .takeover(.foreign))
    }

    @Test func `what has not come home is known, also while nobody has it`() throws {
        let plan = try Self.plan()
        #expect(plan.strays(in: Self.facts()).isEmpty)
        #expect(plan.strays(in: Self.facts(web: Self.there)) == ["web"])
        #expect(plan.strays(in: Self.facts(web: (.acquiring, .stopped), ftp: Self.there)) == ["web", "ftp"])
    }

    // MARK: - Refusals

    @Test func `it does not begin where it could do harm`() {
        var alone = Self.facts(mail: Self.here)
        alone.nodes[1].standing = .dead
        #expect(Self.refusal(alone)?.hasPrefix("the pair is DEGRADED before the drill: ") == true)
        var original = Self.facts()
        original.nodes[1].speaks = .original
        #expect(Self.refusal(original) == "gw-b runs heartbeat 3, which does not tell what it has done")
        var lost = Self.facts()
        lost.peer?.health = NodeHealth(lost: 1)
        #expect(Self.refusal(lost)?.hasPrefix("the pair is DEGRADED") == true)
        #expect(Self.refusal(Self.facts(web: (.stopped, .stopped))) != nil)
        var nobody = Self.facts()
        nobody.groups = []
        #expect(Self.refusal(nobody) == "neither node serves a group of \"all\"")
        var single = Self.facts()
        single.nodes.removeLast()
        #expect(Self.refusal(single) == "there is no other node in ha.cf")
    }

    @Test func `groups that one order names must be on one node`() {
        let split = Self.facts(ftp: Self.there)
        #expect(Self.refusal(split, .local) == "gw-a does not serve all groups of \"local\": ftp runs elsewhere")
        #expect(Self.refusal(split, .foreign) == nil)
    }

    // MARK: - Ending early

    @Test func `it ends when three looks in a row are worse, and says by what`() {
        var watch = DrillWatch()
        var worse = Self.facts()
        worse.peer?.health = NodeHealth(lost: 2)
        let (good, bad) = (Self.status(Self.facts()), Self.status(worse))
        for status in [good, bad, bad, good, bad, bad] { #expect(watch.judge(status) == nil) }
        #expect(watch.judge(bad) == "gw-b has lost 2 of what it watches of the network")
    }

    // MARK: - The report

    private static func leg(_ figures: [OutageFigure]) -> DrillReport.Leg {
        DrillReport.Leg(from: first, to: second, figures, part: nil)
    }

    @Test func `a group is as badly off as its worst address`() {
        let leg = Self.leg([
            .init(found: .out(.milliseconds(9)), within: .milliseconds(2)), .init(found: .unknown("no")),
            .init(found: .out(.milliseconds(11)), shared: .milliseconds(3), within: .milliseconds(4)),
        ])
        #expect(leg.outage == .milliseconds(11) && leg.within == .milliseconds(4) && leg.shared == .milliseconds(3))
        #expect(leg.reason == nil)
    }

    @Test func `what was not measured is no zero`() {
        #expect(Self.leg([]).outage == nil && Self.leg([]).reason == "no address to ask for")
        #expect(Self.leg([.init(found: .unknown("why"))]).reason == "why")
        #expect(Self.leg([.init(found: .silent)]).reason == "no station has answered")
    }

    private static func report(_ outcome: DrillReport.Outcome) throws -> DrillReport {
        var report = DrillReport(outcome, "x \"y\"", plan: try plan(), remedy: ["hbctl status"])
        var group = DrillReport.Group(key: "web", addresses: ["10.0.0.1/24"])
        group.away = leg([.init(found: .out(.microseconds(9100)), within: .milliseconds(2))])
        var home = leg([])
        (home.from, home.to) = (second, first)
        home.part = DrillReport.Part(
            GroupTimeline(
                group: "web", origin: .request, zero: .zero, marks: [:], steps: [], outcome: .running,
                end: Instant(nanoseconds: 4_000_000)))
        group.home = home
        (report.groups, report.took, report.cautions) = ([group], .seconds(8), ["c"])
        return report
    }

    @Test func `people read a line for each way`() throws {
        #expect(
            try Self.report(.done).lines == [
                "!  c", "hbctl drill: x \"y\" (8.00 s)",
                "  web  gw-a -> gw-b  nobody answered for 9.1 ms, to within 2.0 ms",
                "       gw-b -> gw-a  not measured: no address to ask for; gw-a: running after 4.0 ms",
                "   hbctl status",
            ])
    }

    @Test(arguments: zip(DrillReport.Outcome.allCases, [0, 1, 1, 1, 1, 2, 3, 64] as [Int32]))
    func `each end has its exit code, and JSON as its schema says`(outcome: DrillReport.Outcome, code: Int32) throws {
        let schema = try SchemaTests.schema("hbctl-drill-1")
        for report in [try Self.report(outcome), DrillReport(outcome, "x")] {
            #expect(report.exitCode == code)
            let value = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
            #expect(schema.mistakes(in: value) == [] && schema.unknownKeys(in: value) == [])
        }
        #expect(try Self.report(outcome).json.contains("\"outage_ms\": 9.100"))
    }

    // MARK: - What is kept

    @Test func `a record is read as it was written`() throws {
        let record = try Self.report(.aborted).record(unixMilliseconds: 1_795_863_482_000)
        #expect(record.away == .microseconds(9100) && record.home == nil && record.outcome == "aborted")
        #expect(DrillRecord(record.text) == record)
        #expect(DrillRecord("movement\tnumber=1") == nil && DrillRecord("") == nil)
    }

    private static func lastDrill(_ outcome: DrillReport.Outcome) throws -> PairStatus {
        let asked: UInt64 = 1_795_863_482_000
        var status = status(facts())
        let record = try report(outcome).record(unixMilliseconds: asked - 12 * 86_400_000)
        status.lastDrill = PairStatus.Drill(record, asked: asked)
        return status
    }

    @Test func `hbctl status tells the last drill, and its JSON is as the schema says`() throws {
        let done = try Self.lastDrill(.done)
        #expect(StatusText(done, width: 80).lines.last == "last drill   12 d ago: out 9.1 ms and ?")
        let aborted = try Self.lastDrill(.aborted)
        #expect(StatusText(aborted, width: 80).lines.last == "last drill   12 d ago: x \"y\"")
        let schema = try SchemaTests.schema("hbctl-status-1")
        let value = try JSONSerialization.jsonObject(with: Data(StatusJSON(done).text.utf8))
        #expect(schema.mistakes(in: value) == [] && schema.unknownKeys(in: value) == [])
        #expect(StatusJSON(done).text.contains("\"last_drill\": {\"outcome\": \"done\""))
        #expect(!StatusJSON(Self.status(Self.facts())).text.contains("last_drill"))
    }
}
