// What `hbctl plan` says and what nodes log, in the same words; how the two are compared; and the tables of it.

import Foundation
import HeartbeatModel
import Testing

@testable import HeartbeatBench
@testable import HeartbeatLab

@Suite struct ForecastTests {
    private typealias Step = ForecastOutcome.Step

    private static let key = "IPaddr::10.88.1.1/16/eth0"

    private static func step(_ node: Int, _ change: Step.Change, _ group: ForecastGroup) -> Step {
        Step(node: "cluster\(node)", change: change, group: group)
    }

    /// Everything goes from the first node to the second: these moments, and for so long both groups are away.
    private static func outcome(_ moments: [Double], address: Double, script: Double) -> ForecastOutcome {
        let steps = [
            step(1, .stopped, .address), step(1, .stopped, .script), step(2, .started, .address),
            step(2, .started, .script),
        ]
        return ForecastOutcome(
            happenings: zip(moments, steps).map { ForecastOutcome.Happening(at: $0, step: $1) },
            owners: [.address: ["cluster2"], .script: ["cluster2"]], away: [.address: address, .script: script])
    }

    // MARK: - A plan

    private static func line(_ at: String, _ node: String, _ kind: String, _ group: String) -> String {
        #"{"at_s":\#(at),"node":\#(node),"kind":"\#(kind)","what":"w","known_from":null,"group":\#(group),"words":[]}"#
    }

    private static func group(_ key: String, _ owners: String, away: String) -> String {
        #"{"group":"\#(key)","from":"cluster1","to":null,"owners":\#(owners),"away_s":\#(away),"at_least":false}"#
    }

    private static func answer(exit: Int, groups: [String], lines: [String]) -> String {
        """
        {"schema":"hbctl/plan/1","node":"cluster1","exit":\(exit),"plans":[{"events":["stop"],"cannot_tell":null,"goal_s":11.000,
        "groups":[\(groups.joined(separator: ","))],"lines":[\(lines.joined(separator: ","))],"notes":[]}]}

        """
    }

    @Test func `of a plan the starts, the stops, the owners and the times away are read`() throws {
        let lines = [
            Self.line("0.000", "null", "event", "null"), Self.line("0.001", #""cluster1""#, "verdict", "null"),
            Self.line("0.500", #""cluster1""#, "stopped", #""sleeper""#),
            Self.line("0.750", #""cluster2""#, "started", "\"\(Self.key)\""),
        ]
        let groups = [
            Self.group(Self.key, #"["cluster2"]"#, away: "0.250"), Self.group("sleeper", "[]", away: "null"),
        ]
        let answer = try #require(ForecastAnswer(Self.answer(exit: 0, groups: groups, lines: lines)))
        #expect(answer.canTell && answer.isKnown)
        #expect(answer.outcome.steps == [Self.step(1, .stopped, .script), Self.step(2, .started, .address)])
        #expect(answer.outcome.happenings.map(\.at) == [500, 750])
        #expect(answer.outcome.owners == [.address: ["cluster2"], .script: []])
        #expect(answer.outcome.away == [.address: 250])
        #expect(answer.outcome.ownersText == "address on cluster2, script on nobody")
    }

    @Test(arguments: [(0, true, true), (1, true, false), (2, true, false), (3, false, false)])
    func `the exit code says whether a plan can tell and whether it knows`(exit: Int, canTell: Bool, isKnown: Bool)
        throws
    {
        let answer = try #require(ForecastAnswer(Self.answer(exit: exit, groups: [], lines: [])))
        #expect(answer.canTell == canTell && answer.isKnown == isKnown)
    }

    @Test(arguments: ["", "hbctl: the daemon does not answer", #"{"schema":"hbctl/error/1","exit":3}"#])
    func `what is no plan is none`(text: String) {
        #expect(ForecastAnswer(text) == nil)
    }

    // MARK: - What happened

    private static func instant(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    private static func movement(
        _ node: Int, _ group: ForecastGroup, _ origin: GroupTimeline.Origin, since zero: Int64,
        _ begin: Int64, _ end: Int64, _ outcome: GroupTimeline.Outcome
    ) -> ForecastOutcome.Movement {
        let step = GroupTimeline.Step(name: group.key, begin: instant(begin), end: instant(end))
        return .init(
            node: "cluster\(node)",
            timeline: GroupTimeline(
                group: group.key, origin: origin, zero: instant(zero), marks: [:], steps: [step], outcome: outcome,
                end: instant(end)))
    }

    @Test func `an order counts from when the daemon had it, and a script is away from its stop to its start`() {
        let measured = ForecastOutcome(
            [
                Self.movement(1, .address, .request, since: 1020, 1021, 1022, .released),
                Self.movement(1, .script, .request, since: 1020, 1021, 1223, .released),
                Self.movement(2, .script, .offer, since: 1010, 1224, 1526, .running),
                Self.movement(2, .address, .offer, since: 1010, 1224, 1225, .running),
                Self.movement(2, .script, .offer, since: 1010, 1224, 1300, .failed),
            ], since: at(1000), takesPower: false, outage: .milliseconds(204),
            owners: [.address: ["cluster2"], .script: ["cluster2"]])
        #expect(measured == Self.outcome([2, 203, 205, 506], address: 204, script: 505))
    }

    @Test func `of a node without power nothing is logged, and its groups are away from the cut on`() {
        let measured = ForecastOutcome(
            [
                Self.movement(2, .address, .lastHeard(NodeName("cluster1")), since: 995, 2000, 2002, .running),
                Self.movement(2, .script, .lastHeard(NodeName("cluster1")), since: 995, 2002, 2304, .running),
            ], since: at(1000), takesPower: true, outage: .milliseconds(1003), owners: [:])
        #expect(measured.steps == [Self.step(2, .started, .address), Self.step(2, .started, .script)])
        #expect(measured.happenings.map(\.at) == [1002, 1304])
        #expect(measured.away == [.address: 1003, .script: 1304])
    }

    @Test(arguments: [false, true]) func `a script that nothing happens to is away only without power`(takesPower: Bool)
    {
        let measured = ForecastOutcome([], since: at(0), takesPower: takesPower, outage: .zero, owners: [:])
        #expect(measured.happenings.isEmpty && measured.away[.script] == (takesPower ? nil : 0))
    }

    // MARK: - Compared

    @Test(arguments: [
        (50.0, 70.0, 0.0), (50, 30, 0), (50, 70.5, 0.5), (1000, 1200, 0), (1000, 790, 10), (0, 21, 1),
    ])
    func `a time may be off by 20 ms or a fifth`(predicted: Double, measured: Double, beyond: Double) {
        #expect(ForecastComparison.beyond(predicted: predicted, measured: measured) == beyond)
    }

    private static func row(
        _ predicted: ForecastOutcome, _ measured: ForecastOutcome, _ trial: ForecastTrial = .standby,
        _ setting: ForecastSetting = .oneSecond, run: Int = 1
    ) -> BenchRow {
        ForecastProgram.row(
            trial, setting, run: run, ForecastComparison(predicted: predicted, measured: measured), .milliseconds(2))
    }

    private static let predicted = outcome([2, 203, 205, 506], address: 204, script: 505)

    @Test func `times that are far off are a figure and fail nothing`() {
        let row = Self.row(Self.predicted, Self.outcome([2, 203, 205, 906], address: 210, script: 905))
        #expect(row.notes.isEmpty && BenchResults.isComplete([row]))
        // A fifth of 505 is 101.
        #expect(row.figures[Figure.beyondForecast] == 299 && row.figures[Figure.asPredicted] == 1)
        #expect(row.figures["predicted_away_script_ms"] == 505 && row.figures["measured_away_script_ms"] == 905)
        #expect(row.figures["measured_cluster2_started_script_ms"] == 906)
        #expect(row.setting == "1s" && row.keepaliveMilliseconds == 250 && row.deadtimeMilliseconds == 1000)
    }

    @Test func `another order is wrong`() {
        var measured = Self.predicted
        measured.happenings.swapAt(0, 1)
        let row = Self.row(Self.predicted, measured)
        #expect(!BenchResults.isComplete([row]) && row.figures[Figure.asPredicted] == 0)
        #expect(
            row.notes == [
                "wrong: predicted cluster1 stopped the address, cluster1 stopped the script, cluster2 started the address, "
                    + "cluster2 started the script; it was cluster1 stopped the script, cluster1 stopped the address, "
                    + "cluster2 started the address, cluster2 started the script"
            ])
    }

    @Test func `another owner is wrong`() {
        var measured = Self.predicted
        measured.owners[.script] = ["cluster1", "cluster2"]
        let row = Self.row(Self.predicted, measured)
        #expect(!BenchResults.isComplete([row]))
        #expect(
            row.notes == [
                "wrong: predicted address on cluster2, script on cluster2; it was address on cluster2, script on cluster1 and cluster2"
            ])
    }

    // MARK: - On the page

    private static let rows = [
        row(predicted, outcome([1, 201, 203, 504], address: 210, script: 503), run: 1),
        row(predicted, outcome([3, 213, 215, 706], address: 212, script: 703), run: 2),
        row(predicted, predicted, .power, .standard),
    ]

    private static func cells(_ table: String) -> [[String]] {
        table.split(separator: "\n").map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    @Test func `each group of each event has a line, and runs that were near enough are counted`() {
        let lines = Self.cells(ForecastTable(RowTable(rows: Self.rows)).text)
        #expect(lines[0].suffix(2) == ["within 20 ms or 20 %", "order and owners"])
        #expect(
            lines[2] == ["1s", "standby all", "address", "2", "204", "211 (210–212)", "7 (6–8)", "2 of 2", "2 of 2"])
        #expect(
            lines[3] == [
                "1s", "standby all", "script", "2", "505", "603 (503–703)", "98 (-2–198)", "1 of 2", "2 of 2",
            ])
        #expect(lines[4] == ["default", "power", "address", "1", "204", "204", "0", "1 of 1", "1 of 1"])
    }

    @Test func `each thing that happens has its moment, in the order of the prediction`() {
        let lines = Self.cells(ForecastTable(RowTable(rows: Self.rows)).text)
        let moments = lines.drop { !$0.contains("what happens") }.dropFirst(2).filter { $0.first == "1s" }
        #expect(
            moments.map { $0[2] } == [
                "cluster1 stopped the address", "cluster1 stopped the script", "cluster2 started the address",
                "cluster2 started the script",
            ])
        #expect(moments.last?.suffix(4) == ["2", "506", "605 (504–706)", "99 (-2–200)"])
    }

    @Test func `forecasts stand in their own part of the page, and have their goals`() throws {
        let file = BenchFile(machine: MachineWatch(sources: "/nowhere", versions: [:]).description(), rows: Self.rows)
        let page = BenchReport(files: [file]).markdown(picture: "p.svg")
        #expect(page.contains("\n## What hbctl plan predicts\n") && !page.contains("## Outage at"))
        func goal(_ trial: ForecastTrial, _ setting: ForecastSetting) throws -> Goal {
            try #require(Goal.all.first { $0.fault == trial.name && $0.setting == setting.rawValue })
        }
        let table = RowTable(rows: Self.rows)
        #expect(try goal(.power, .standard).verdict(in: table) == "met")
        // One run of two was 97 ms further off than a fifth.
        #expect(try goal(.standby, .oneSecond).verdict(in: table) == "**missed by 49**")
        #expect(try goal(.stop, .oneSecond).verdict(in: table) == "not measured")
    }

    // MARK: - The pair

    @Test(arguments: ForecastTrial.allCases) func `each event is one that hbctl plan reads`(trial: ForecastTrial) throws
    {
        let nodes = ["cluster1", "cluster2"].map { NodeName($0) }
        let names = PairNames(local: nodes[0], nodes: nodes, things: ["eth0", "eth1"], resources: [])
        #expect(try PairEvent.parse(trial.words(on: "cluster1"), names).map(\.node) == [nodes[0]])
    }

    @Test func `the default says no times, and the second link is watched`() {
        let file = ForecastPeer(.standard, programs: "").haCf(logFile: "/l")
        #expect(
            file == """
                logfile /l
                logfacility none
                udpport 694
                bcast eth0
                bcast eth1
                auto_failback on
                node cluster1 cluster2
                link eth1

                """)
        let short = ForecastPeer(.oneSecond, programs: "").haCf(logFile: "/l")
        #expect(short.contains("\nkeepalive 250ms\ndeadtime 1000ms\n") && short.hasSuffix("\nlink eth1\n"))
        #expect(ForecastGroup.address.key == Self.key)
    }
}
