// What people and programs get to read: log lines, timeline, table, JSON, names.

import Testing

@testable import HeartbeatLab

@Test(arguments: [
    ("Nov 20 23:46:59 nodea heartbeat: [34]: info: Link nodea:eth0 up.", "info", "Link nodea:eth0 up."),
    ("heartbeat[34]: 2026/11/20_23:46:59 WARN: node b: is dead", "WARN", "node b: is dead"),
    ("Nov 20 23:46:59 nodea heartbeat: [34]: ERROR: info: said twice", "ERROR", "info: said twice"),
    ("Nov 20 23:46:59 nodea heartbeat: [34]: info: ", "info", ""),
])
func `a log line of either format gives its level and its text`(line: String, level: String, text: String) {
    #expect(LogLine(line) == LogLine(level: level, text: text))
}

@Test(arguments: ["", "nothing", "info: at the very beginning", "information: none"])
func `other lines are not log lines`(line: String) {
    #expect(LogLine(line) == nil)
}

@Test func `only lines worse than a notice are alarming`() {
    let alarming = ["debug", "info", "notice", "WARN", "ERROR", "CRIT"].filter {
        LogLine(level: $0, text: "").isAlarming
    }
    #expect(alarming == ["WARN", "ERROR", "CRIT"])
}

@Test func `lines are whole however their bytes arrive`() {
    let text = "one\ntwo\n\nthree"
    for cut in 0...text.utf8.count {
        var buffer = LineBuffer()
        let lines = buffer.take(text.utf8.prefix(cut)) + buffer.take(text.utf8.dropFirst(cut)) + buffer.take("\n".utf8)
        #expect(lines == ["one", "two", "", "three"], "cut at \(cut)")
    }
}

@Test func `a line of the timeline has colours only when asked for`() {
    let plain = Timeline.line(milliseconds: 42, actor: .node("cluster2"), text: "gre start", isColoured: false)
    #expect(plain == "     42 ms  cluster2  gre start")
    let coloured = Timeline.line(milliseconds: 42, actor: .node("cluster2"), text: "gre start", isColoured: true)
    #expect(coloured == "     42 ms  \u{1B}[35mcluster2 \u{1B}[0m gre start")
}

@Test(arguments: [
    ("hbd17-1", 17), ("hbd17-1-client", 17), ("hbd17", nil), ("hbd", nil), ("hbd17x-1", nil), ("hbdx-1", nil),
    ("hbdt17-1", nil), ("other17-1", nil), ("hbd99999999999-1", nil),
])
func `only names of this laboratory with a process id are recognised`(name: String, pid: Int32?) {
    #expect(RunName(recognising: name, prefix: "hbd")?.pid == pid)
}

@Test func `names of one process differ from each other and are recognised as its own`() {
    let (first, second) = (RunName(prefix: "hbd"), RunName(prefix: "hbd"))
    #expect(first != second)
    #expect(RunName(recognising: first("client"), prefix: "hbd")?.pid == first.pid)
    #expect(!first.isAbandoned)
}

private let nodes = [
    (name: "cluster1", address: HardwareAddress(1)), (name: "cluster2", address: HardwareAddress(2)),
]

private func figures(outage: Int, double: Int = 0, announcer: UInt64 = 2) -> ProbeFigures {
    ProbeFigures(
        outage: .milliseconds(outage), sent: 100, lost: 7, doubleOwnership: .milliseconds(double),
        longestStall: .milliseconds(3), firstAnswers: [:],
        announcements: [
            Announcement(from: HardwareAddress(announcer), at: Moment(nanoseconds: 0), isReply: false)
        ])
}

private let takeover = ScriptHistory(
    NodeFiles.group.map { ScriptRecord(node: "cluster2", script: $0, verb: "start") })

private func judge(
    _ figures: ProbeFigures, owners: Set<HardwareAddress> = [HardwareAddress(2)], scripts: ScriptHistory = takeover
) -> SceneResult {
    SceneResult.judge(.powerLoss, figures: figures, scripts: scripts, owners: owners, nodes: nodes)
}

@Test func `a power loss that ends as it must has no problems, and its time is a goal only`() {
    let quick = judge(figures(outage: 1250))
    #expect(quick.problems == [])
    #expect(quick.isGoalMet == true)
    let slow = judge(figures(outage: 1251))
    #expect(slow.problems == [])
    #expect(slow.isGoalMet == false)
    #expect(DemonstrationReport([quick, slow]).isCorrect)
}

@Test(arguments: [
    (judge(figures(outage: 900), owners: []), "owned by [], expected [cluster2]"),
    (judge(figures(outage: 900), owners: [HardwareAddress(1)]), "owned by [cluster1], expected [cluster2]"),
    (
        judge(figures(outage: 900), owners: [HardwareAddress(1), HardwareAddress(2)]),
        "owned by [cluster1 cluster2], expected [cluster2]"
    ),
    (judge(figures(outage: 900, double: 4)), "two owners for 4 ms"),
    (judge(figures(outage: 900, announcer: 1)), "cluster2 did not announce its takeover"),
    (
        judge(figures(outage: 900), scripts: ScriptHistory([])),
        "scripts ran as [], expected [cluster2 start ipsec gre zebra bgpd]"
    ),
])
func `what is not as it must be is a problem`(result: SceneResult, problem: String) {
    #expect(result.problems == [problem])
    #expect(!DemonstrationReport([result]).isCorrect)
}

@Test func `a report without scenes is not correct`() {
    #expect(!DemonstrationReport([]).isCorrect)
}

@Test func `the table says everything on one line a scene`() {
    let report = DemonstrationReport([judge(figures(outage: 1300))])
    #expect(
        report.table == """
            scene       result  outage ms      goal ms  pings lost  two owners ms
            power-loss  ok           1300  1250 MISSED    7 of 100              0

            goals missed: 1; the client itself stood still for up to 3 ms meanwhile
            Correct: the right node served after each of 1 scenes, and never two at once;
            whatever stopped or started did so once, in the order of haresources.

            """)
    let wrong = DemonstrationReport([judge(figures(outage: 900, double: 4))])
    #expect(wrong.table.hasSuffix("\n\npower-loss: two owners for 4 ms\nNOT CORRECT\n"))
}

@Test func `a scene ends with a sentence`() {
    #expect(judge(figures(outage: 900)).sentence == "ok: unanswered for 900 ms; the goal is 1250 ms")
    #expect(judge(figures(outage: 1300)).sentence == "ok, but unanswered for 1300 ms; the goal is 1250 ms")
    #expect(judge(figures(outage: 900, double: 4)).sentence == "WRONG: two owners for 4 ms")
}

@Test func `what a newcomer sees fits a terminal of 80 columns`() {
    let longest = ProbeFigures(
        outage: .milliseconds(12345), sent: 12345, lost: 12345, doubleOwnership: .milliseconds(12345),
        longestStall: .milliseconds(12345), firstAnswers: [:], announcements: [])
    let results = Scene.allCases.map { scene in
        SceneResult(scene: scene, figures: longest, scripts: takeover, problems: [])
    }
    let texts =
        [DemonstrationReport(results).table, DemonstrationProgram.opening, DemonstrationProgram.closing]
        + Scene.allCases.map(\.title) + Scene.allCases.map { "    " + $0.explanation }
        + results.map { "    " + $0.sentence }
    for line in texts.flatMap({ $0.split(separator: "\n") }) { #expect(line.count <= 80, "\(line)") }
}

@Test func `the JSON says the same`() {
    let report = DemonstrationReport([judge(figures(outage: 1300), scripts: ScriptHistory([takeover.records[0]]))])
    #expect(
        report.json == """
            {"correct": false, "scenes": [{"scene": "power-loss", "ok": false, "outage_ms": 1300, "goal_ms": 1250, \
            "goal_met": false, "probes": 100, "lost": 7, "two_owners_ms": 0, "stall_ms": 3, "announcements": 1, \
            "scripts": ["cluster2 ipsec start"], "timeline": null, "problems": ["scripts ran as [cluster2 start ipsec], \
            expected [cluster2 start ipsec gre zebra bgpd]"]}]}

            """)
}

@Test(arguments: [Scene.daemonFrozen, .daemonKilled])
func `a daemon that has gone and leaves two owners is a problem`(scene: Scene) {
    let owner = nodes[scene.expectedOwner]
    let calls = scene.moves.flatMap { move in
        (move.from.map { node in
            NodeFiles.group.reversed().map { ScriptRecord(node: nodes[node].name, script: $0, verb: "stop") }
        } ?? [])
            + (move.to.map { node in
                NodeFiles.group.map { ScriptRecord(node: nodes[node].name, script: $0, verb: "start") }
            } ?? [])
    }
    func judge(_ figures: ProbeFigures) -> SceneResult {
        SceneResult.judge(
            scene, figures: figures, scripts: ScriptHistory(calls), owners: [owner.address], nodes: nodes)
    }
    let good = judge(figures(outage: 480))
    #expect(good.problems == [] && good.isGoalMet == true)
    #expect(judge(figures(outage: 480, double: 2)).problems == ["two owners for 2 ms"])
    #expect(judge(figures(outage: 751)).isGoalMet == false)
}

@Test func `every scene comes after what it needs`() {
    for scene in Scene.allCases {
        let before = Scene.allCases.prefix { $0 != scene }
        #expect(scene.requirements.allSatisfy(before.contains), "\(scene)")
    }
}
