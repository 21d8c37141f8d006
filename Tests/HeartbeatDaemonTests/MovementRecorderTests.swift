// What a record has of the time around a movement, fed with lines of the log by hand: the state before, what befell the pair in words that
// can be played again, and nothing that only follows from it.

import HeartbeatCore
import HeartbeatModel
import Testing

@testable import HeartbeatDaemon

@Suite struct MovementRecorderTests {
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    /// A recorder on gw-a, whose peer is there. All times are seconds.
    private final class Story {
        var recorder: MovementRecorder
        var isMoving = false
        var peer: NodeFacts.PeerWord?
        private var number: UInt64 = 0

        init(_ change: (inout Configuration) -> Void = { _ in }) {
            var configuration = Configuration(
                nodes: [first, second], media: [.broadcast(interface: "eth0", port: 694)])
            configuration.deadtime = .seconds(10)
            configuration.autoFailback = .off
            change(&configuration)
            recorder = MovementRecorder(configuration, localNode: first)
        }

        static func at(_ seconds: Double) -> Instant { .zero + .microseconds(Int64((seconds * 1_000_000).rounded())) }

        private static func facts(_ name: String, hasLost: Bool) -> NodeFacts {
            var facts = NodeFacts(node: first)
            facts.handover = name
            var other = NodeFacts.Node(name: second, status: .active, speaks: .ours)
            other.standing = .alive
            facts.nodes = [.init(name: first, status: .active), other]
            facts.watched = [.init(name: "eth1", kind: .downlink, state: hasLost ? .lost : .good)]
            return facts
        }

        func see(_ name: String, _ seconds: Double, hasLost: Bool = false) {
            recorder.saw(Self.facts(name, hasLost: hasLost), at: Self.at(seconds), isMoving: isMoving)
        }

        func hear(_ fact: Fact, _ seconds: Double, silentSince: Double? = nil) {
            let silence = silentSince.map { PeerSilence(since: Self.at($0), due: Self.at($0 + 10)) }
            let told = peer
            recorder.hear(fact, at: Self.at(seconds), silence: silence, isMoving: isMoving) { told }
        }

        func order(_ request: OperatorRequest, _ seconds: Double) {
            recorder.ordered(request, at: Self.at(seconds), isMoving: isMoving)
        }

        /// A movement ends; it is known to be over `later`.
        func finish(
            _ seconds: Double, chain: UInt64? = nil, _ origin: GroupTimeline.Origin = .decision, later: Double = 0
        ) -> MovementRecord? {
            number += 1
            let timeline = GroupTimeline(
                group: "web", origin: origin, zero: Self.at(seconds - 0.1), marks: [:], steps: [], outcome: .released,
                end: Self.at(seconds))
            var entry = HistoryEntry(number: number, unixMilliseconds: 1_000_000, node: first, timeline: timeline)
            entry.chain = chain ?? number
            return recorder.finished(entry, at: Self.at(seconds + later))
        }
    }

    private static func lost(_ name: String = "eth1") -> Fact { .interfaceLost(InterfaceRule(interface: name)) }

    @Test func `a record has the state before, and the loss when it began`() throws {
        let story = Story()
        story.see("before", 100)
        story.hear(Self.lost(), 500.1)
        story.recorder.began(ago: .milliseconds(100))
        story.hear(.healthMoving(to: Self.second, lost: ["eth1"]), 500.101)
        story.isMoving = true
        story.see("during", 500.15)
        let record = try #require(story.finish(500.2))
        #expect(record.state.handover == "before" && record.chain == 1)
        #expect(record.happenings.map(\.event) == [.lose("eth1", at: Self.first), nil])
        #expect(record.happenings.map(\.code) == ["interface-lost", "health-moving"])
        #expect(record.zero == Story.at(499) && record.happenings[0].after == .seconds(1))
        #expect(record.happenings[0].delay == .milliseconds(100))
        #expect(record.unixMilliseconds == 1_000_000 - 1200 && record.movements.map(\.number) == [1])
    }

    @Test func `what a movement ended by is told after its end, and belongs to it`() throws {
        let story = Story()
        story.see("before", 0)
        story.hear(Self.lost(), 10)
        story.isMoving = true
        let failed = Fact(event: "start-failed", level: .error, text: "x", fields: [.init(.resource, "web")])
        story.hear(failed, 11.001)
        story.hear(Self.lost("eth2"), 13)
        let record = try #require(story.finish(11, later: 3))
        #expect(record.happenings.map(\.event) == [.lose("eth1", at: Self.first), .fail("web", at: Self.first)])
    }

    @Test func `what is further away than a record reaches is counted, and the record can be read`() throws {
        let story = Story()
        story.see("before", 0)
        story.hear(Self.lost(), 10)
        story.isMoving = true
        story.hear(Self.lost("eth2"), 100_000)
        let record = try #require(story.finish(100_001))
        #expect(record.happenings.map(\.event) == [.lose("eth1", at: Self.first)] && record.leftOut == 1)
        #expect(try MovementRecord(text: record.text).happenings == record.happenings)
    }

    @Test func `nothing is recorded before there is a picture`() {
        let story = Story()
        story.hear(Self.lost(), 1)
        #expect(story.finish(2) == nil)
    }

    @Test func `a chain of several movements is one record, and the next chain begins with the state after it`() throws
    {
        let story = Story()
        story.see("before", 0)
        story.hear(Self.lost(), 10)
        _ = story.finish(11, chain: 1)
        let whole = try #require(story.finish(11.5, chain: 1))
        #expect(whole.movements.map(\.number) == [1, 2] && whole.chain == 1)
        story.see("after", 12, hasLost: true)
        story.hear(.interfaceOnTrial(InterfaceRule(interface: "eth1"), .seconds(5)), 20)
        let next = try #require(story.finish(26))
        #expect(next.state.handover == "after" && next.movements.map(\.number) == [3])
        #expect(next.happenings.map(\.event) == [.regain("eth1", at: Self.first)])
        // What still comes of the first chain has its record already.
        #expect(story.finish(27, chain: 1) == nil)
    }

    @Test func `what happened long before belongs to the state, and what happened just before to the record`() throws {
        let story = Story()
        story.see("first", 0)
        story.hear(.pathLost(PathProbe(name: "isp", kind: .icmp(host: "isp")), reason: "x"), 10)
        story.see("second", 11)
        story.hear(Self.lost(), 25)
        let near = try #require(story.finish(26))
        #expect(near.state.handover == "first" && near.happenings.count == 2)
        story.see("third", 27)
        story.hear(.pathLost(PathProbe(name: "dns", kind: .icmp(host: "dns")), reason: "x"), 30)
        story.see("fourth", 31)
        story.hear(.lateHeartbeat(node: Self.second, silence: .seconds(6)), 100)
        let far = try #require(story.finish(101))
        #expect(far.state.handover == "fourth" && far.happenings.map(\.code) == ["late-heartbeat"])
    }

    @Test func `a death began with the silence, and its media are no loss`() throws {
        let story = Story()
        story.see("before", 0)
        story.hear(.lateHeartbeat(node: Self.second, silence: .seconds(6)), 106)
        story.see("silent", 107)
        story.hear(.linkDead(node: Self.second, medium: MediumName("ttyS0")), 110)
        story.hear(.nodeDead(node: Self.second), 110, silentSince: 100)
        story.hear(.linkDead(node: Self.second, medium: MediumName("ttyS1")), 110)
        story.hear(.nodeDead(node: NodeName("router")), 110)
        let record = try #require(story.finish(111, .lastHeard(Self.second)))
        #expect(record.state.handover == "before")
        #expect(record.happenings.compactMap(\.event) == [.power(Self.second)])
        let death = try #require(record.happenings.first { $0.code == "node-dead" })
        #expect(record.zero + death.after == Story.at(100) && death.delay == .seconds(10))
    }

    @Test func `a kernel that answers has no dead machine above it, and all media may be ours`() throws {
        let story = Story()
        story.see("before", 0)
        story.hear(.peerKernelLives(node: Self.second, interface: "eth1"), 5)
        story.hear(.nodeDead(node: Self.second), 10, silentSince: 0)
        #expect(try #require(story.finish(11)).happenings.compactMap(\.event) == [.kill(Self.second)])
        let cut = Story()
        cut.see("before", 0)
        cut.hear(Self.lost("eth0"), 1)
        cut.hear(.nodeDead(node: Self.second), 11, silentSince: 1)
        let events = try #require(cut.finish(12)).happenings.compactMap(\.event)
        #expect(events == [.lose("eth0", at: Self.first), .loseMedia])
    }

    @Test func `a node that stops, and comes back, did so once`() throws {
        let story = Story()
        story.see("before", 0)
        story.hear(.acquiringFromLeaver(node: Self.second), 1)
        story.hear(.peerShutDown(node: Self.second), 2)
        story.hear(.nodeDead(node: Self.second), 12)
        story.hear(.linkUp(node: Self.second, medium: MediumName("ttyS0")), 13)
        story.hear(.statusUpdate(node: Self.second, status: .up), 13)
        story.hear(.statusUpdate(node: Self.second, status: .active), 14)
        let record = try #require(story.finish(15))
        #expect(record.happenings.compactMap(\.event) == [.stop(Self.second), .boot(Self.second)])
    }

    @Test func `an order is an event, and what follows from it is none`() throws {
        let story = Story()
        story.see("before", 0)
        story.order(.standby(.all), 1)
        story.hear(.standbyOffered(.all, isFailback: false), 1.1)
        story.order(.takeover(.foreign), 5)
        story.hear(.standbyAccepted(.foreign), 5.1)
        story.order(.shutdown, 8)
        let record = try #require(story.finish(9))
        #expect(
            record.happenings.compactMap(\.event) == [
                .standby(.all, on: Self.first), .takeover(.foreign, on: Self.first), .stop(Self.first),
            ])
    }

    @Test func `what the other node offers has its reason there`() throws {
        func event(_ peer: NodeFacts.PeerWord, _ fact: Fact, _ failback: AutoFailback = .off) throws -> [PairEvent] {
            let story = Story { $0.autoFailback = failback }
            story.see("before", 0)
            story.peer = peer
            story.hear(fact, 1)
            return try #require(story.finish(2)).happenings.compactMap(\.event)
        }
        var peer = NodeFacts.PeerWord()
        peer.health = .sound
        #expect(try event(peer, .standbyAccepted(.foreign)) == [.standby(.local, on: Self.second)])
        #expect(try event(peer, .standbyAccepted(.local)) == [.standby(.foreign, on: Self.second)])
        #expect(try event(peer, .standbyAccepted(.local), .on) == [], "that is the failback")
        #expect(try event(peer, .standbyOffered(.local, isFailback: false)) == [.takeover(.foreign, on: Self.second)])
        #expect(try event(peer, .standbyOffered(.foreign, isFailback: true)) == [])
        peer.health = NodeHealth(lost: 1, unproven: 1)
        #expect(try event(peer, .standbyAccepted(.all)) == [], "what it has lost is not known")
        var view = PeerView(at: 1)
        view.lost = ["eth1"]
        peer.view = NodeFacts.View(view, age: .zero)
        #expect(try event(peer, .standbyAccepted(.all)) == [.lose("eth1", at: Self.second)])
    }

    @Test func `a medium with the name of an interface is no interface`() throws {
        let story = Story()
        story.see("before", 0)
        story.hear(.linkDead(node: Self.second, medium: MediumName("eth1")), 1)
        story.hear(.linkDead(node: Self.second, medium: MediumName("ttyS0")), 1)
        let record = try #require(story.finish(2))
        #expect(record.happenings.map(\.event) == [nil, .lose("ttyS0", at: Self.first)])
    }

    @Test func `lines that explain nothing are left out`() throws {
        let story = Story()
        story.see("before", 0)
        story.hear(.statusUpdate(node: Self.second, status: .active), 1)
        story.hear(.localStatus(.active), 1)
        story.hear(Fact(event: "medium-open", level: .info, text: "medium eth0 is open"), 1)
        #expect(try #require(story.finish(2)).happenings.isEmpty)
    }

    @Test func `what flaps does not grow`() throws {
        let story = Story()
        story.see("before", 0)
        for number in 0..<500 {
            story.hear(.lateHeartbeat(node: Self.second, silence: .seconds(6)), Double(number) / 100)
            if number == 300 { story.see("later", 3.005) }
        }
        let record = try #require(story.finish(6))
        #expect(record.happenings.count <= MovementRecord.mostHappenings && record.state.handover == "later")
        story.isMoving = true
        for number in 0..<500 { story.hear(Self.lost("p\(number)"), 7) }
        let moving = try #require(story.finish(8, chain: 1))
        #expect(moving.happenings.count == MovementRecord.mostHappenings && moving.leftOut > 0)
    }
}
