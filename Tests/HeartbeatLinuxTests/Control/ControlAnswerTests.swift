// The words and exit codes that the original's cl_status gave in the same situation.

import HeartbeatControl
import HeartbeatModel
import Testing

@Suite struct ControlAnswerTests {
    static func snapshot(hold: HoldSet = .local, isInTransition: Bool = false) -> ClusterSnapshot {
        let eth1 = [ClusterSnapshot.Link(medium: MediumName("eth1"), isUp: true)]
        return ClusterSnapshot(
            localNode: NodeName("nodea"),
            nodes: [
                .init(name: NodeName("nodea"), status: .active, isPingNode: false, links: eth1),
                .init(
                    name: NodeName("nodeb"), status: .dead, isPingNode: false,
                    links: eth1 + [.init(medium: MediumName("/dev/ttyS0"), isUp: false)]),
                .init(name: NodeName("10.77.0.3"), status: .ping, isPingNode: true, links: []),
            ],
            hold: hold, isInTransition: isInTransition,
            groups: [.init(key: "10.0.0.1", preferredNode: NodeName("nodea"), state: .running)])
    }

    private func reply(
        _ question: ClusterQuestion, inProse: Bool = false, _ snapshot: ClusterSnapshot = snapshot()
    ) -> ControlReply? {
        answer(
            .question(question, inProse: inProse), snapshot: snapshot,
            parameters: [.init(name: "keepalive", value: "500ms"), .init(name: "baud", value: "19200")],
            clients: ["ipfail"])
    }

    @Test(
        arguments: [
            (.hbstatus(verbose: false), ["Heartbeat is running on this machine."], 0),
            (.listNodes(.all, verbose: false), ["10.77.0.3", "nodeb", "nodea"], 0),
            (.listNodes(.normal, verbose: false), ["nodeb", "nodea"], 0),
            (.listNodes(.ping, verbose: false), ["10.77.0.3"], 0),
            (.nodeStatus(NodeName("nodea")), ["active"], 0), (.nodeStatus(NodeName("NODEB")), ["dead"], 1),
            (.nodeStatus(NodeName("10.77.0.3")), ["ping"], 0), (.nodeType(NodeName("nodea")), ["normal"], 0),
            (.nodeType(NodeName("10.77.0.3")), ["ping"], 0), (.nodeWeight(NodeName("nodea")), ["100"], 0),
            (.nodeSite(NodeName("nodea")), [""], 0),
            (.listLinks(NodeName("nodeb"), verbose: false), ["\t/dev/ttyS0", "\teth1"], 0),
            (.linkStatus(NodeName("nodeb"), MediumName("eth1")), ["up"], 0),
            (.linkStatus(NodeName("nodeb"), MediumName("/dev/ttyS0")), ["dead"], 1),
            (.clientStatus(NodeName("nodea"), client: "foo"), ["offline"], 1),
            (.clientStatus(NodeName("nodea"), client: "ipfail"), ["online"], 0), (.resourceStatus, ["local"], 0),
            (.parameter("keepalive"), ["500ms"], 0), (.parameter("baud"), ["19200"], 0),
        ] as [(ClusterQuestion, [String], Int32)])
    func questionsAreAnsweredInTheOriginalsWords(question: ClusterQuestion, lines: [String], exitCode: Int32) {
        #expect(reply(question) == ControlReply(exitCode: exitCode, lines: lines))
    }

    @Test(
        arguments: [
            (.nodeStatus(NodeName("nosuch")), ["Error. May be due to incorrect node name"], 11),
            (.nodeType(NodeName("nosuch")), ["Error. May be due to incorrect node name"], 11),
            (
                .listLinks(NodeName("nosuch"), verbose: false),
                ["ERROR: Cannot start heartbeat link interface walk.", "ERROR: REASON: EINVAL"], 13
            ),
            (
                .linkStatus(NodeName("nodeb"), MediumName("eth9")),
                [
                    "ERROR: Cannot get heartbeat link status",
                    "ERROR: REASON: nodeb has no link eth9; cl_status listhblinks nodeb tells those it has",
                ], 13
            ),
            (
                .linkStatus(NodeName("nosuch"), MediumName("eth1")),
                ["ERROR: Cannot get heartbeat link status", "ERROR: REASON: this cluster has no node nosuch"], 13
            ),
            (
                .clientStatus(NodeName("nodeb"), client: "nosuch"),
                ["ERROR: Cannot get heartbeat client nosuch's status", "ERROR: REASON: No timely response."], 13
            ),
            (
                .parameter("nosuch"),
                [
                    "ERROR: Cannot get parameter nosuch's value",
                    "ERROR: REASON: ha.cf does not set it, and it has no default value",
                ], 1
            ),
        ] as [(ClusterQuestion, [String], Int32)])
    func complaintsAreTheOriginals(question: ClusterQuestion, errors: [String], exitCode: Int32) {
        #expect(reply(question) == ControlReply(exitCode: exitCode, errors: errors))
    }

    @Test(arguments: [(HoldSet(), "none"), (.local, "local"), (.foreign, "foreign"), (.all, "all")])
    func rscstatusTellsWhatIsHeld(hold: HoldSet, word: String) {
        #expect(reply(.resourceStatus, ControlAnswerTests.snapshot(hold: hold))?.lines == [word])
    }

    @Test func rscstatusTellsATransition() {
        #expect(reply(.resourceStatus, ControlAnswerTests.snapshot(isInTransition: true))?.lines == ["transition"])
    }

    @Test(
        arguments: [
            (.hbstatus(verbose: false), ["Heartbeat is running on this machine."]),
            (.listNodes(.normal, verbose: false), ["The nodes are as follow:", "nodeb", "nodea"]),
            (.resourceStatus, ["This node is holding local resources."]),
        ] as [(ClusterQuestion, [String])])
    func proseIsTheOriginals(question: ClusterQuestion, lines: [String]) {
        #expect(reply(question, inProse: true)?.lines == lines)
    }

    @Test(
        arguments: [
            (.running, ["10.0.0.1\tnodea\trunning"], 0), (.stopped, ["10.0.0.1\tnodea\tstopped"], 0),
            (.acquiring, ["10.0.0.1\tnodea\tacquiring"], 0), (.releasing, ["10.0.0.1\tnodea\treleasing"], 0),
            (.withheld, ["10.0.0.1\tnodea\twithheld"], 1), (.failed, ["10.0.0.1\tnodea\tfailed"], 1),
            (.stopFailed, ["10.0.0.1\tnodea\tstopFailed"], 1),
        ] as [(ClusterSnapshot.Group.State, [String], Int32)])
    func groupsAreListedAndAFailedOneIsANo(state: ClusterSnapshot.Group.State, lines: [String], exitCode: Int32) {
        var snapshot = ControlAnswerTests.snapshot()
        snapshot.groups[0].state = state
        let plain = answer(.question(.groups, inProse: false), snapshot: snapshot, parameters: [])
        #expect(plain == ControlReply(exitCode: exitCode, lines: lines))
        let prose = answer(.question(.groups, inProse: true), snapshot: snapshot, parameters: [])
        #expect(prose?.exitCode == exitCode && prose?.lines.count == 1)
        #expect(prose?.lines.first?.hasPrefix("The group 10.0.0.1 of node nodea is ") == true)
    }

    @Test(
        arguments: [
            (.same, "/etc/a\tsame\t00c0ffee\tmissing", 0), (.pending, "/etc/a\tpending\t00c0ffee\tmissing", 0),
            (.unknown, "/etc/a\tunknown\t00c0ffee\tmissing", 0),
            (.different, "/etc/a\tdifferent\t00c0ffee\tmissing", 1),
            (.onlyHere, "/etc/a\tonlyHere\t00c0ffee\tmissing", 1),
            (.onlyThere, "/etc/a\tonlyThere\t00c0ffee\tmissing", 1),
        ] as [(ClusterSnapshot.File.State, String, Int32)])
    func filesAreListedAndADifferenceIsANo(state: ClusterSnapshot.File.State, line: String, exitCode: Int32) {
        var snapshot = ControlAnswerTests.snapshot()
        snapshot.files = [.init(path: "/etc/a", state: state, here: .hash(0xC0FFEE), there: .missing)]
        let plain = answer(.question(.files, inProse: false), snapshot: snapshot, parameters: [])
        #expect(plain == ControlReply(exitCode: exitCode, lines: [line]))
        let prose = answer(.question(.files, inProse: true), snapshot: snapshot, parameters: [])
        #expect(prose?.exitCode == exitCode && prose?.lines.count == 1)
        #expect(prose?.lines.first?.hasSuffix(" (00c0ffee here, missing on nodeb).") == true)
        snapshot.files = [.init(path: nil, state: .onlyThere, here: nil, there: .hash(1))]
        #expect(
            answer(.question(.files, inProse: false), snapshot: snapshot, parameters: [])?.lines
                == ["-\tonlyThere\t-\t00000001"])
    }

    @Test func timelinesAreTheLogsLinesInTheOrderOfHaresources() {
        var snapshot = ControlAnswerTests.snapshot()
        snapshot.groups.append(.init(key: "web", preferredNode: NodeName("nodea"), state: .running))
        let timelines = ["web", "removed", "10.0.0.1"].map { group in
            GroupTimeline(
                group: group, origin: .request, zero: .zero, marks: [.decided: .zero + .milliseconds(1)], steps: [],
                outcome: .running, end: .zero + .milliseconds(12))
        }
        for inProse in [true, false] {
            let question = ControlRequest.question(.timeline, inProse: inProse)
            let told = answer(question, snapshot: snapshot, parameters: [], timelines: timelines)
            #expect(told == ControlReply(lines: [timelines[2].text, timelines[0].text]))
            #expect(answer(question, snapshot: snapshot, parameters: []) == ControlReply(exitCode: 1, lines: []))
        }
    }

    @Test func linesAreListedAndOneThatIsDownIsANo() throws {
        var lines = LineReport(
            lines: [
                .init(
                    name: "dsl1", interface: "ppp0", stand: .up, address: IPAddress("198.51.100.2"), lostProbes: ["a1"],
                    probeCount: 3),
                .init(
                    name: "dsl2", interface: "eth2", stand: .returning, time: .seconds(12),
                    address: IPAddress("203.0.113.2"), gateway: IPAddress("203.0.113.1"), probeCount: 3),
            ], classes: [.init(name: "servers", line: "dsl1", tier: 1, isStranded: false)])
        func told(_ inProse: Bool) -> ControlReply? {
            answer(
                .question(.lines, inProse: inProse), snapshot: ControlAnswerTests.snapshot(), parameters: [],
                lines: lines)
        }
        #expect(
            told(false)
                == ControlReply(lines: [
                    "line\tdsl1\tup\tppp0\t198.51.100.2\t-\t2\t3",
                    "line\tdsl2\treturning\teth2\t203.0.113.2\t203.0.113.1\t3\t3", "class\tservers\tdsl1\t1\tserved",
                ]))
        #expect(
            told(true)?.lines == [
                "line dsl1 up: ppp0 198.51.100.2, 2 of 3 probes good",
                "line dsl2 returning, trusted in 12.0 s: eth2 203.0.113.2 via 203.0.113.1, 3 of 3 probes good",
                "class servers on dsl1, tier 1",
            ])
        lines.lines[1] = .init(name: "dsl2", interface: "eth2", stand: .down, reason: "eth2: does not exist")
        #expect(told(false)?.exitCode == 1)
        #expect(told(true)?.lines[1] == "line dsl2 down: eth2 - (eth2: does not exist)")
        lines = LineReport(classes: [.init(name: "servers", line: "dsl1", tier: 1, isStranded: true)])
        #expect(told(false) == ControlReply(exitCode: 1, lines: ["class\tservers\tdsl1\t1\tstranded"]))
        #expect(told(true)?.lines == ["class servers on dsl1, tier 1; none of its lines is up"])
    }

    @Test func theSnapshotTellsEverything() {
        #expect(
            reply(.snapshot)?.lines == [
                "local\tnodea", "hold\tlocal\tstable", "node\tnodea\tnormal\tactive", "link\tnodea\teth1\tup",
                "node\tnodeb\tnormal\tdead", "link\tnodeb\teth1\tup", "link\tnodeb\t/dev/ttyS0\tdead",
                "node\t10.77.0.3\tping\tping", "group\t10.0.0.1\tnodea\trunning",
            ])
    }

    @Test func factsAreToldInTheFormatThatIsAskedForOrNot() {
        let facts = NodeFacts(node: NodeName("nodea"))
        func told(_ format: Int, _ facts: NodeFacts?) -> ControlReply? {
            answer(
                .question(.facts(format: format), inProse: false), snapshot: ControlAnswerTests.snapshot(),
                parameters: [], facts: { facts })
        }
        #expect(told(1, facts) == ControlReply(lines: facts.text))
        #expect(
            told(2, facts)
                == ControlReply(exitCode: 13, errors: ["ERROR: facts 2 is not spoken here; 1 is"]))
        #expect(told(1, nil)?.exitCode == 13)
    }

    @Test(arguments: [OperatorRequest.shutdown, .standby(.all), .takeover(.local)])
    func operationsAreNotAnsweredHere(operation: OperatorRequest) {
        #expect(answer(.operation(operation), snapshot: ControlAnswerTests.snapshot(), parameters: []) == nil)
    }

    @Test(
        arguments: [
            ("all", HoldSet.all), ("local", .local), ("foreign", .foreign), ("failback", .foreign), ("none", nil),
            ("foo", nil), ("", nil), ("ALL", nil),
        ] as [(String, HoldSet?)])
    func operatorsWordsAreUnderstood(word: String, set: HoldSet?) {
        #expect(Move.standby.set(for: word) == set)
        #expect(Move.takeover.set(for: word) == (word == "failback" ? .all : set))
    }
}
