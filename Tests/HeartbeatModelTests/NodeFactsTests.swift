// What a daemon tells comes back as it was, whatever is told and whatever is not; a newer daemon is understood as far as it says
// what this one knows; what was cut off or damaged is nothing.

import HeartbeatModel
import Testing

@Suite struct NodeFactsTests {
    private static let (first, second) = (NodeName("gw-a"), NodeName("gw-b"))

    /// With something of everything.
    static var full: NodeFacts {
        var facts = NodeFacts(node: first)
        (facts.product, facts.pid, facts.generation) = ("1.2.0", 812, Generation(41))
        (facts.unixMilliseconds, facts.age) = (1_790_000_000_123, .seconds(86_400))
        facts.timings = timings
        (facts.phase, facts.hold, facts.handover) = (.stable, .all, "offered foreign")
        facts.nodes = nodes
        facts.media = media
        facts.links = links
        facts.networks = [
            .init(interface: "eth0", isProved: true), .init(interface: "eth1", isProved: false),
        ]
        facts.watched = watched
        facts.groups = groups
        facts.files = files
        facts.lines = lines
        facts.lease = NodeFacts.LeaseFact(isHeld: true, isDark: false, left: .milliseconds(1800))
        facts.guardian = NodeFacts.GuardianFact(isWanted: true, isRunning: false)
        facts.lateness = NodeFacts.Lateness(
            median: .microseconds(80), high: .microseconds(300), recentMost: .milliseconds(4), most: .seconds(2))
        var word = NodeFacts.PeerWord()
        (word.hold, word.isStable, word.isAnswer) = (.foreign, true, false)
        word.hasHeard = true
        word.health = NodeHealth(lost: 1, unproven: 2, wantsReturn: true, footing: .apart)
        word.view = view
        facts.peer = word
        facts.marks = ConfigurationMarks(haCf: 0x1, haresources: .max, authkeys: 0xA1_7E00)
        facts.troubles = troubles
        facts.counters = [
            .init(.rejected, ["a b", ""], value: .max), .init(.actions, ["start", "done"], value: 1),
            .init(.leaseExpired, value: 0),
        ]
        facts.histograms = NodeFacts.Histogram.Name.allCases.map { name in
            var durations = DurationHistogram(name.scale)
            for milliseconds in [0, 3, 3, 250, 1_000_000] { durations.note(.milliseconds(milliseconds)) }
            return NodeFacts.Histogram(name, ["a b", ""], durations: durations)
        }
        facts.announced = ["10.0.0.1", "2001:db8::1"].compactMap { IPAddress($0) }.map {
            NodeFacts.Announced($0, isConfirmed: !$0.isIPv6)
        }
        facts.maintenance = Maintenance(reason: "new disks, 50 %", since: 1_790_000_000, until: 1_790_003_600)
        facts.failback = NodeFacts.FailbackFact(isWanted: true, blockedBy: .delay, left: .seconds(192))
        facts.flags = Set(NodeFacts.Flag.allCases)
        return facts
    }

    private static var view: NodeFacts.View {
        var told = PeerView(at: .max)
        (told.version, told.up, told.lateness) = ("1.3.0", .seconds(77), .microseconds(300))
        (told.lost, told.moreLost) = (["eth1", "a b"], 3)
        told.marks = ConfigurationMarks(haCf: 1, haresources: 2, authkeys: 3)
        told.maintenance = Maintenance(reason: "new disks = 3", since: 1_790_000_000, until: 1_790_003_600)
        var heard = PeerView.Medium(name: MediumName("eth0"))
        (heard.age, heard.jitter, heard.lost, heard.lane) = (.milliseconds(60), .zero, 0, "|:.")
        told.media = [heard, PeerView.Medium(name: MediumName("/dev/ttyS0"))]
        return NodeFacts.View(told, age: .milliseconds(4))
    }

    private static var timings: NodeFacts.Timings {
        var timings = NodeFacts.Timings(
            keepalive: .milliseconds(250), deadtime: .seconds(2), warntime: .seconds(1), initdead: .seconds(60))
        timings.deadping = .seconds(10)
        (timings.startTimeout, timings.stopTimeout) = (.seconds(60), .seconds(61))
        timings.autoFailback = .legacy
        return timings
    }

    private static var nodes: [NodeFacts.Node] {
        var local = NodeFacts.Node(name: first, status: .active, speaks: .ours)
        (local.version, local.lease, local.deadtime, local.since) = ("1.2.0", .zero, .seconds(2), .seconds(5))
        var peer = NodeFacts.Node(name: second, status: .dead, speaks: .original)
        (peer.standing, peer.lastHeard) = (.left, .milliseconds(110))
        return [local, peer, NodeFacts.Node(name: NodeName("192.0.2.1"), kind: .ping, status: .ping)]
    }

    private static var media: [NodeFacts.Medium] {
        var open = NodeFacts.Medium(name: MediumName("eth0"), kind: .bcast, state: .open)
        (open.sent, open.dropped, open.received) = (.max, 0, 7)
        let error = "cannot open serial /dev/ttyS0: No such file or directory; is the adapter plugged in?"
        return [
            open, NodeFacts.Medium(name: MediumName("/dev/ttyS0"), kind: .serial, state: .failing(error)),
            NodeFacts.Medium(name: MediumName("eth1"), kind: .mcast, state: .unopened),
        ]
    }

    private static var links: [NodeFacts.Link] {
        NodeFacts.Link.State.allCases.map { state in
            var link = NodeFacts.Link(node: second, medium: MediumName("eth0"), state: state)
            if state != .awaited { (link.lastHeard, link.since) = (.milliseconds(60), .seconds(41)) }
            if state == .up { link.beats = .init(jitter: .microseconds(900), lost: 2, lane: "||:.") }
            if state == .dead { link.beats = .init() }
            return link
        }
    }

    private static var watched: [NodeFacts.Watched] {
        var interface = NodeFacts.Watched(name: "eth1", kind: .uplink, state: .lost)
        (interface.since, interface.reason, interface.counts) = (.seconds(3), "no carrier, says mii", true)
        var probe = NodeFacts.Watched(name: "isp", kind: .probe, state: .good)
        probe.answer = NodeFacts.ProbeAnswer(age: .milliseconds(400), took: .microseconds(12_100))
        return [interface, probe, NodeFacts.Watched(name: "paths", kind: .probeGroup, state: .doubtful)]
    }

    private static var groups: [NodeFacts.Group] {
        var group = NodeFacts.Group(
            key: "10.0.0.1/24", preferred: first, state: .stopFailed, onPeer: .stopFailed,
            resources: ["10.0.0.1/24", "web::a b::ü", "%"])
        (group.since, group.failing, group.timeline) = (.seconds(9), "web::a b::ü", "Timeline of …, running 1.00")
        (group.number, group.start) = (412, .microseconds(14_200))
        group.running = [true, false, true]
        (group.neighbours, group.isDisputed, group.differs) = (.disagree, true, true)
        return [group, NodeFacts.Group(key: "mail", preferred: second, state: .stopped)]
    }

    private static let files: [ClusterSnapshot.File] = [
        .init(path: "/etc/a", state: .different, here: .hash(0x1f), there: .missing),
        .init(path: nil, state: .onlyThere, here: nil, there: .tooLarge),
        .init(path: "/etc/b", state: .pending, here: .unread, there: .unreadable),
    ]

    private static let lines = LineReport(
        lines: [
            .init(
                name: "dsl1", interface: "ppp0", stand: .returning, time: .seconds(4), address: IPAddress("192.0.2.7"),
                gateway: IPAddress("2001:db8::1"), lostProbes: ["dns", "web"], probeCount: 3, reason: "no answer"),
            .init(name: "dsl2", interface: "ppp1", stand: .down),
        ],
        classes: [
            .init(name: "servers", line: "dsl1", tier: 1, isStranded: false),
            .init(name: "rest", line: nil, tier: nil, isStranded: true),
        ])

    private static var troubles: [NodeFacts.Trouble] {
        var dead = NodeFacts.Trouble(
            code: "link-dead", level: .warning,
            objects: [.init(kind: "peer", name: "gw-b"), .init(kind: "medium", name: "a:b")], text: "Link … dead.",
            age: .seconds(12))
        (dead.first, dead.count, dead.healed) = (.seconds(50), 3, .seconds(2))
        return [dead, NodeFacts.Trouble(code: "blind", level: .critical, text: "", age: .zero)]
    }

    // MARK: - There and back

    @Test func everythingComesBackAsItWas() {
        #expect(NodeFacts(text: Self.full.text) == Self.full)
        let nothing = NodeFacts(node: Self.second)
        #expect(nothing.text == ["facts\tformat=1.0\tnode=gw-b"])
        #expect(NodeFacts(text: nothing.text) == nothing)
    }

    @Test func `no networks are something else than networks of which nothing is told`() {
        var facts = NodeFacts(node: Self.second)
        facts.networks = []
        #expect(NodeFacts(text: facts.text)?.networks == [])
        facts.networks = nil
        #expect(NodeFacts(text: facts.text) == facts)
    }

    @Test func `networks are read in their order, however many lines of them there are`() {
        var facts = NodeFacts(node: Self.second)
        facts.networks = (0..<40_000).map { NodeFacts.Network(interface: "eth\($0)", isProved: false) }
        #expect(NodeFacts(text: facts.text)?.networks == facts.networks)
        #expect(NodeFacts(text: facts.text.filter { !$0.hasPrefix("networks") }) == facts, "without their first line")
    }

    @Test(arguments: [
        NodeFacts.Phase.joining(left: nil), .joining(left: .seconds(9)), .stable, .transition, .leaving,
    ])
    func everyPhaseComesBack(phase: NodeFacts.Phase) {
        var facts = NodeFacts(node: Self.first)
        facts.phase = phase
        #expect(NodeFacts(text: facts.text) == facts)
    }

    @Test func theFirstLineSaysWhoTellsAndHow() throws {
        let line = try #require(Self.full.text.first)
        #expect(line.hasPrefix("facts\tformat=1.0\tproduct=1.2.0\tnode=gw-a\t"))
        #expect(FactLine(line).flatMap { FactsFormat($0) } == FactsFormat.current)
    }

    // MARK: - Other versions

    @Test func whatANewerDaemonAddsIsPassedOver() {
        var lines = Self.full.text.map { $0 + "\tnewer=x" }
        lines[0] = lines[0].replacing("format=1.0", with: "format=1.9")
        lines.insert("weather\tsun=yes", at: 3)
        var expected = Self.full
        expected.format = FactsFormat(major: 1, minor: 9)
        #expect(NodeFacts(text: lines) == expected)
    }

    @Test func `what a newer daemon counts is kept under its name`() throws {
        let text = ["facts\tformat=1.1\tnode=gw-a", "counter\tname=weather\tvalue=7\tlabel=sun"]
        let counter = try #require(NodeFacts(text: text)?.counters.first)
        #expect(counter.name == "weather" && counter.labels == ["sun"] && counter.value == 7)
        #expect(NodeFacts.Counter.Name(rawValue: counter.name) == nil)
    }

    @Test(arguments: ["1", "111", "1x", "", "11\tresource=c"])
    func `marks of other resources than there are say nothing`(
        marks: String
    ) {
        let line =
            "group\tkey=web\thome=gw-a\tstate=running\tresource=a\tresource=b\trunning=\(marks.isEmpty ? "%" : marks)"
        let facts = NodeFacts(text: ["facts\tformat=1.1\tnode=gw-a", line])
        #expect(facts?.groups.first?.resources.count ?? 0 >= 2 && facts?.groups.first?.running == nil)
    }

    @Test func anotherMajorFormatIsNotReadButKnown() {
        let head = "facts\tformat=2.0\tnode=gw-a"
        #expect(NodeFacts(text: [head]) == nil)
        #expect(FactLine(head).flatMap { FactsFormat($0) } == FactsFormat(major: 2, minor: 0))
    }

    @Test(arguments: [
        [], [""], ["node\tname=gw-a"], ["facts\tnode=gw-a"], ["facts\tformat=1\tnode=gw-a"], ["facts\tformat=1.0"],
        ["facts\tformat=1.0\tnode=gw-a", "node\tname=gw-b\tkind=normal"],
        ["facts\tformat=1.0\tnode=gw-a", "group\tkey=x"], ["facts\tformat=1.0\tnode=gw-a", "counter\tname=actions"],
        ["facts\tformat=1.0\tnode=gw-a", "no line"],
    ])
    func whatLacksWhatItMustHaveIsNothing(lines: [String]) {
        #expect(NodeFacts(text: lines) == nil)
    }

    @Test func mutatedLinesNeverTrapAndStayCanonical() {
        var random = SplitMix64(seed: 81)
        let seed = Self.full.text
        var read = 0
        for _ in 0..<10_000 {
            var lines = seed
            let place = Int.random(in: 0..<lines.count, using: &random)
            var bytes = Array(lines[place].utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&bytes, using: &random) }
            lines[place] = String(decoding: bytes, as: UTF8.self)
            guard let facts = NodeFacts(text: lines) else { continue }
            read += 1
            #expect(NodeFacts(text: facts.text) == facts)
        }
        #expect(read > 100)
    }
}
