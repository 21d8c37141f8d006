// What a daemon counts: each thing once and for what it was, never more series than there is room for, and nothing for a keepalive.

import HeartbeatCore
import HeartbeatModel
import HeartbeatWire
import Testing

@testable import HeartbeatDaemon

@Suite struct CountersTests {
    private static let eth0 = MediumName("eth0")

    private static func at(_ milliseconds: Int) -> Instant { .zero + .seconds(100) + .milliseconds(milliseconds) }

    private static func value(
        _ name: NodeFacts.Counter.Name, _ labels: [String] = [], in counters: Counters, at milliseconds: Int = 10_000
    ) -> UInt64? {
        counters.facts(at: at(milliseconds)).first { $0.name == name.rawValue && $0.labels == labels }?.value
    }

    private static func action(_ number: UInt64) -> ActionID { ActionID(generation: Generation(1), number: number) }

    private static func run(_ verb: ResourceVerb, _ words: String...) -> ResourceAction {
        let resources = words.map { Resource(word: $0, scriptName: $0, arguments: []) }
        return ResourceAction(
            groupKey: "a", step: ResourceStep(resources), verb: verb, timeout: .seconds(1), peerIsAbsent: false)
    }

    private static func timeline(
        _ group: String, _ origin: GroupTimeline.Origin, _ outcome: GroupTimeline.Outcome,
        _ marks: [GroupTimeline.Mark: Instant] = [:]
    ) -> GroupTimeline {
        GroupTimeline(
            group: group, origin: origin, zero: at(0), marks: marks, steps: [], outcome: outcome, end: at(40))
    }

    private static func durations(
        _ name: NodeFacts.Histogram.Name, _ labels: [String], in counters: Counters
    ) -> DurationHistogram? {
        counters.histograms.first { $0.name == name.rawValue && $0.labels == labels }?.durations
    }

    @Test func `a daemon that has only just begun has counted no expired lease and no second with two owners`() {
        let told = Counters().facts(at: Self.at(0))
        #expect(told == [.init(.twoOwnersTime, value: 0), .init(.leaseExpired, value: 0)])
    }

    @Test func `a message that is not believed counts for its medium and the kind of reason`() {
        var counters = Counters()
        let errors: [WireError] = [
            .badAuthentication, .badAuthentication, .unsigned, .unknownKey(id: 3), .truncated(offset: 7),
            .truncated(offset: 8), .badField("x"),
        ]
        for error in errors { counters.rejected(error, over: Self.eth0) }
        counters.rejected(.notAMessage, over: MediumName("eth1"))
        func value(_ medium: String, _ reason: String) -> UInt64? {
            Self.value(.rejected, [medium, reason], in: counters)
        }
        #expect(value("eth0", "authentication") == 2 && value("eth0", "unsigned") == 1)
        #expect(value("eth0", "unknown-key") == 1 && value("eth0", "unreadable") == 3)
        #expect(value("eth1", "unreadable") == 1 && value("eth1", "authentication") == nil)
    }

    @Test func `an action counts when it has ended, for how it ended and for how long it took`() {
        var counters = Counters()
        let runs: [(ResourceVerb, ActionResult, Int)] = [
            (.start, .exited(code: 0, output: ""), 40), (.start, .exited(code: 1, output: ""), 60),
            (.start, .timedOut, 3000), (.stop, .signalled(9), 10), (.stop, .notRun(reason: "no such script"), 0),
            (.status, .exited(code: 3, output: "stopped"), 5), (.status, .timedOut, 7),
        ]
        for (number, run) in runs.enumerated() {
            counters.began(Self.run(run.0, "web"), Self.action(UInt64(number)), at: Self.at(0))
        }
        #expect(Self.value(.actions, ["start", "done"], in: counters) == nil, "none has ended")
        for (number, run) in runs.enumerated() {
            counters.ended(Self.action(UInt64(number)), run.1, at: Self.at(run.2))
            // An answer that comes twice, or to what was never asked, is none.
            counters.ended(Self.action(UInt64(number)), run.1, at: Self.at(run.2))
        }
        let expected: [([String], UInt64)] = [
            (["start", "done"], 1), (["start", "failed"], 1), (["start", "timeout"], 1), (["stop", "failed"], 1),
            (["stop", "not-run"], 1), (["status", "done"], 1), (["status", "timeout"], 1),
        ]
        for (labels, count) in expected {
            #expect(Self.value(.actions, labels, in: counters) == count, "\(labels)")
        }
        for (verb, count, sum) in [("start", 3, 3_100_000_000), ("stop", 2, 10_000_000), ("status", 2, 12_000_000)] {
            let durations = Self.durations(.action, ["web", verb], in: counters)
            #expect(durations?.count == UInt64(count) && durations?.sum == UInt64(sum), "\(verb)")
        }
    }

    @Test func `an action counts for its resource, and addresses that come up together for the first of them`() {
        var counters = Counters()
        for (number, action) in [Self.run(.start, "10.0.0.1/24", "10.0.0.2/24"), Self.run(.start, "web")].enumerated() {
            counters.began(action, Self.action(UInt64(number)), at: Self.at(0))
            counters.ended(Self.action(UInt64(number)), .exited(code: 0, output: ""), at: Self.at(3 + number))
        }
        #expect(
            counters.histograms.map(\.labels) == [["10.0.0.1/24", "start"], ["web", "start"]], "in their order")
        #expect(counters.histograms.map(\.durations.sum) == [3_000_000, 4_000_000])
    }

    @Test func `a takeover counts for the whole of it and for each of its parts, and what is no takeover does not`() {
        var counters = Counters()
        let marks: [GroupTimeline.Mark: Instant] = [
            .detected: Self.at(10), .decided: Self.at(12), .neighboursAgree: Self.at(45),
        ]
        for outcome in [GroupTimeline.Outcome.running, .released, .failed, .stuck] {
            counters.take(Self.timeline("a", .lastHeard(NodeName("gw-b")), outcome, marks))
        }
        let told = counters.histograms
        #expect(Set(told.map(\.name)) == [NodeFacts.Histogram.Name.takeover.rawValue])
        #expect(told.map(\.labels) == [["confirm"], ["decide"], ["detect"], ["start"], ["total"]])
        #expect(told.map(\.durations.sum) == [5, 2, 10, 28, 40].map { $0 * 1_000_000 })
        #expect(told.allSatisfy { $0.durations.count == 1 })
    }

    @Test func `there is room for so many histograms, and what comes beyond is counted as one`() {
        var counters = Counters()
        for number in 0..<Counters.mostHistograms + 10 {
            counters.began(Self.run(.start, "r\(number)"), Self.action(UInt64(number)), at: Self.at(0))
            counters.ended(Self.action(UInt64(number)), .exited(code: 0, output: ""), at: Self.at(1))
        }
        #expect(counters.histograms.count == Counters.mostHistograms + 1)
        #expect(Self.durations(.action, [Counters.other, Counters.other], in: counters)?.count == 10)
        #expect(Self.durations(.action, ["r0", "start"], in: counters)?.count == 1)
    }

    @Test func `a movement counts as a takeover when the group runs here at its end`() {
        var counters = Counters()
        counters.take(Self.timeline("a", .lastHeard(NodeName("gw-b")), .running))
        counters.take(Self.timeline("a", .lastHeard(NodeName("gw-b")), .running))
        counters.take(Self.timeline("a", .request, .running))
        for outcome in [GroupTimeline.Outcome.released, .failed, .stuck] {
            counters.take(Self.timeline("a", .failback, outcome))
        }
        #expect(Self.value(.takeovers, ["a", "death"], in: counters) == 2)
        #expect(Self.value(.takeovers, ["a", "request"], in: counters) == 1)
        #expect(Self.value(.takeovers, ["a", "failback"], in: counters) == nil)
    }

    @Test func `the time with two owners goes on while it lasts, and from one time to the next`() {
        var counters = Counters()
        func milliseconds(_ at: Int) -> UInt64? {
            Self.value(.twoOwnersTime, in: counters, at: at).map { $0 / 1_000_000 }
        }
        counters.hear(.bothHold(.all), at: Self.at(0))
        counters.hear(.bothHold(.local), at: Self.at(100))
        #expect(milliseconds(250) == 250, "it began with the first line")
        counters.hear(.conflictEnded(.local), at: Self.at(300))
        counters.hear(.conflictEnded(.local), at: Self.at(400))
        #expect(milliseconds(9000) == 300)
        counters.hear(.bothHold(.all), at: Self.at(10_000))
        counters.hear(.nodeDead(node: NodeName("gw-b")), at: Self.at(10_050))
        #expect(milliseconds(20_000) == 350)
        counters.hear(.bothHold(.all), at: Self.at(30_000))
        counters.settle(bothHold: true, at: Self.at(30_010))
        #expect(milliseconds(30_020) == 370, "it goes on")
        counters.settle(bothHold: false, at: Self.at(30_030))
        #expect(milliseconds(40_000) == 380)
    }

    @Test func `each end of the lease counts, and no other line does`() {
        var counters = Counters()
        counters.hear(.leaseDark(late: .seconds(1), .notSent), at: Self.at(0))
        counters.hear(.leaseHeld(.seconds(2)), at: Self.at(10))
        counters.hear(.communicationUp, at: Self.at(20))
        counters.hear(.leaseDark(late: .seconds(1), .notSent), at: Self.at(30))
        #expect(Self.value(.leaseExpired, in: counters) == 2)
        #expect(counters.facts(at: Self.at(40)).count == 2, "nothing else was counted")
    }

    @Test func `there is room for so many series, and what comes beyond is counted as one`() {
        var counters = Counters()
        for number in 0..<Counters.mostSeries + 10 {
            counters.take(Self.timeline("group \(number)", .request, .running))
        }
        counters.take(Self.timeline("group 0", .request, .running))
        #expect(Self.value(.takeovers, ["group 0", "request"], in: counters) == 2, "what has its series keeps it")
        #expect(Self.value(.takeovers, [Counters.other, Counters.other], in: counters) == 10)
        #expect(counters.facts(at: Self.at(0)).count == Counters.mostSeries + 3)
    }

    @Test func `two answers have one order, and come over the socket as they were`() {
        var counters = Counters()
        for medium in ["eth1", "eth0", "/dev/ttyS0", "a b"] {
            counters.rejected(.unsigned, over: MediumName(medium))
            counters.take(Self.timeline(medium, .loss, .running))
        }
        let told = counters.facts(at: Self.at(0))
        #expect(told == counters.facts(at: Self.at(0)))
        #expect(
            told.prefix(4).map(\.labels) == [
                ["/dev/ttyS0", "unsigned"], ["a b", "unsigned"], ["eth0", "unsigned"], ["eth1", "unsigned"],
            ])
        var facts = NodeFacts(node: NodeName("gw-a"))
        facts.counters = told
        facts.histograms = counters.histograms
        #expect(facts.histograms == counters.histograms && facts.histograms.count == 2, "a part and the whole")
        #expect(NodeFacts(text: facts.text) == facts)
    }
}
