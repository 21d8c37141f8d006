// Causes are what changes who serves the group: with a pair that only pretends, so that each answer is known beforehand.

import HeartbeatModel
import HeartbeatStatus
import Testing

@Suite struct MovementCausesTests {
    static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    static func record(
        _ events: [PairEvent], of groups: [String] = ["web"], to: NodeName? = second
    ) -> MovementRecord {
        var facts = NodeFacts(node: first)
        facts.phase = .stable
        facts.timings = NodeFacts.Timings(
            keepalive: .seconds(1), deadtime: .seconds(10), warntime: .seconds(5), initdead: .seconds(30))
        facts.timings?.autoFailback = .on
        facts.nodes = [first, second].map { .init(name: $0, status: .active, speaks: .ours) }
        facts.watched = [.init(name: "eth1", kind: .downlink, state: .good)]
        facts.groups = [.init(key: "web", preferred: first, state: .running, onPeer: .stopped, resources: ["web"])]
        var record = MovementRecord(chain: 7, unixMilliseconds: 1_795_863_482_000, zero: .zero, state: facts)
        record.happenings = events.enumerated().map { number, event in
            MovementRecord.Happening(after: .seconds(number - 1), code: "x", event: event, text: "x")
        }
        record.movements = groups.map { group in
            let timeline = GroupTimeline(
                group: group, origin: .loss, zero: .zero, marks: [:], steps: [], outcome: .released,
                end: .zero + .milliseconds(30))
            var entry = HistoryEntry(
                number: 7, unixMilliseconds: 1_795_863_482_030, node: first, timeline: timeline)
            (entry.from, entry.to) = (first, to)
            return entry
        }
        record.haCf = ["node gw-a gw-b"]
        return record
    }

    /// The group goes to the second node when the first has lost eth1, unless that has lost eth1, too.
    private static func pretended(_ question: ReplayQuestion) -> ReplayEnd {
        let events = question.events.map(\.event)
        let isLost = events.contains(.lose("eth1", at: first)) && !events.contains(.lose("eth1", at: second))
        return .served(["web": isLost ? second : first])
    }

    @Test func `only what changes who serves the group is a cause`() {
        let record = Self.record([
            .lose("isp", at: Self.first), .lose("eth1", at: Self.first), .regain("isp", at: Self.first),
        ])
        let causes = MovementCauses(record, of: "web", run: Self.pretended)
        let expected = MovementCauses.Cause(
            what: .event(.lose("eth1", at: Self.first), after: .zero), to: Self.first)
        #expect(causes == .found([expected]))
    }

    @Test func `what happened twice is left out twice, and is one cause`() {
        let record = Self.record(Array(repeating: .lose("eth1", at: Self.first), count: 3))
        guard case .found(let causes) = MovementCauses(record, of: "web", run: Self.pretended) else {
            Issue.record("not replayed")
            return
        }
        #expect(causes.count == 1 && causes.first?.to == Self.first)
    }

    @Test func `a setting can be a cause`() {
        let record = Self.record([.lose("eth1", at: Self.first), .regain("eth1", at: Self.first)], to: Self.first)
        let causes = MovementCauses(record, of: "web") { question in
            .served(["web": question.autoFailback == .off ? Self.second : Self.first])
        }
        #expect(causes == .found([.init(what: .setting(.off), to: Self.second)]))
    }

    @Test func `nobody may be who would serve it`() {
        let causes = MovementCauses(Self.record([.boot(Self.second)]), of: "web") { question in
            .served(question.events.isEmpty ? [:] : ["web": Self.second])
        }
        #expect(causes == .found([.init(what: .event(.boot(Self.second), after: .zero), to: nil)]))
    }

    @Test func `a replay that ends otherwise explains nothing`() {
        let record = Self.record([.lose("isp", at: Self.first)])
        guard case .unknown(let reason) = MovementCauses(record, of: "web", run: Self.pretended) else {
            Issue.record("it was believed")
            return
        }
        #expect(reason == "it ends with the group on gw-a, and the movement ended with the group on gw-b")
    }

    @Test func `what cannot be run is said, and not run`() {
        var record = Self.record([.lose("eth1", at: Self.first)])
        func causes(_ end: ReplayEnd?) -> MovementCauses {
            MovementCauses(record, of: "web") { _ in
                if end == nil { Issue.record("it was run") }
                return end ?? .served([:])
            }
        }
        #expect(causes(.impossible("no stage")) == .unknown("no stage"))
        guard case .unknown(let slow) = causes(.outOfTime) else {
            Issue.record("it was believed")
            return
        }
        #expect(slow.contains("hbsim --replay"))
        record.leftOut = 1
        #expect(causes(nil) == .unknown("more happened than a record holds"))
        (record.leftOut, record.haCf) = (0, [])
        #expect(causes(nil) == .unknown("the record has no configuration"))
        (record.haCf, record.state.phase) = (["x"], .joining(left: nil))
        #expect(causes(nil) == .unknown("the daemon had only just started"))
    }

    @Test func `an impossible counterfactual is no cause, and time that runs out is told`() {
        let record = Self.record([.boot(Self.second), .stop(Self.second), .lose("eth1", at: Self.first)])
        let causes = MovementCauses(record, of: "web") { question in
            question.events.contains { $0.event == .boot(Self.second) }
                ? Self.pretended(question) : .impossible("heartbeat does not run on gw-b")
        }
        guard case .found(let found) = causes else {
            Issue.record("not replayed: \(causes)")
            return
        }
        #expect(found.map(\.what) == [.event(.lose("eth1", at: Self.first), after: .seconds(1))])
        var runs = 0
        let slow = MovementCauses(record, of: "web") { question in
            runs += 1
            return runs > 2 ? .outOfTime : Self.pretended(question)
        }
        if case .found = slow { Issue.record("half of the causes are told as all of them") }
    }

    @Test func `each thing is left out, auto_failback is the other one, and nothing else is tried`() {
        let lost = PairEvent.lose("eth1", at: Self.first)
        let maintained = PairEvent.maintenance(true, on: Self.second)
        for (rule, other) in [(AutoFailback.on, AutoFailback.off), (.legacy, .off), (.off, .on)] {
            var record = Self.record([lost, maintained, lost])
            record.state.timings?.autoFailback = rule
            var peer = NodeFacts.PeerWord()
            peer.health = NodeHealth(lost: 1, unproven: 1)
            record.state.peer = peer
            let all = record.question
            var asked: [ReplayQuestion] = []
            let causes = MovementCauses(record, of: "web") { question in
                asked.append(question)
                return .served(["web": Self.second])
            }
            #expect(causes == .found([]))
            #expect(
                asked == [
                    all, ReplayQuestion(events: all.events.filter { $0.event != lost }),
                    ReplayQuestion(events: all.events.filter { $0.event != maintained }),
                    ReplayQuestion(events: all.events, autoFailback: other),
                ])
        }
    }

    @Test func `at most sixteen different things are tried`() {
        let record = Self.record((0..<40).map { .lose("p\($0)", at: Self.first) } + [.lose("eth1", at: Self.first)])
        var runs = 0
        let causes = MovementCauses(record, of: "web") { question in
            runs += 1
            return Self.pretended(question)
        }
        // All of it once, sixteen things, and auto_failback.
        #expect(runs == 18 && causes == .found([]))
    }

    @Test func `what is asked for two groups is run once`() {
        let events: [PairEvent] = [.lose("isp", at: Self.first), .lose("eth1", at: Self.first)]
        let record = Self.record(events, of: ["web", "mail"])
        var runs = 0
        let causes = record.causes { question in
            runs += 1
            let isLost = question.events.map(\.event).contains(.lose("eth1", at: Self.first))
            let end = isLost ? Self.second : Self.first
            return .served(["web": end, "mail": end])
        }
        // All of it, each of both events, and auto_failback.
        #expect(runs == 4 && causes.map(\.group) == ["web", "mail"])
        let cause = MovementCauses.Cause(what: .event(.lose("eth1", at: Self.first), after: .zero), to: Self.first)
        #expect(causes.map(\.causes) == [.found([cause]), .found([cause])])
    }

    @Test func `events are run by time, and none before the state`() {
        let record = Self.record([.loseMedia, .regainMedia])
        #expect(record.question.events.map(\.after) == [.zero, .zero])
        #expect(record.question.events.map(\.event) == [.loseMedia, .regainMedia])
    }
}
