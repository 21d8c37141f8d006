// Connections through a failover: what is judged, and what becomes of the rows, without a network; and one real power loss, where the
// kernel and conntrackd are there for it.

import Foundation
import Testing

@testable import HeartbeatBench
@testable import HeartbeatLab

private let places = ProgramPlaces(programs: "/nowhere", resourceScripts: "/nowhere")

private func outcome(
    _ stall: [GatewayStreams.Direction: Duration], _ problems: [GatewayStreams.Direction: String] = [:]
)
    -> GatewayStreams.Outcome
{
    GatewayStreams.Outcome(stall: stall, problems: problems)
}

@Test func `every connection must survive where they are copied, and none where they are not`() {
    let both = outcome([.outgoing: .milliseconds(1500), .inbound: .milliseconds(20)])
    let one = outcome([.inbound: .milliseconds(20)], [.outgoing: "receive: Connection reset by peer"])
    #expect(ConnectionWitness.notes(on: both, .conntrackd) == [])
    #expect(
        ConnectionWitness.notes(on: both, .control) == [
            "wrong: the outgoing connection of the control survived",
            "wrong: the inbound connection of the control survived",
        ])
    #expect(
        ConnectionWitness.notes(on: one, .conntrackd) == [
            "wrong: the outgoing connection died (receive: Connection reset by peer)"
        ])
    #expect(ConnectionWitness.notes(on: one, .control) == ["wrong: the inbound connection of the control survived"])
    #expect(ConnectionWitness.notes(on: outcome([:]), .control) == [])
    #expect(
        ConnectionWitness.figures(of: both) == [
            Figure.survivors: 2, Figure.outgoingStall: 1500, Figure.inboundStall: 20,
        ])
    #expect(ConnectionWitness.figures(of: one) == [Figure.survivors: 1, Figure.inboundStall: 20])
}

private func row(
    _ peer: GatewayVariant, _ fault: String, run: Int = 1, _ figures: [String: Double], notes: [String] = []
) -> BenchRow {
    BenchRow(
        peer: peer.rawValue, fault: fault, setting: "1s", keepaliveMilliseconds: 250, deadtimeMilliseconds: 1000,
        addresses: 1, run: run, figures: figures, notes: notes)
}

private let measured = [
    row(
        .conntrackd, ConnectionTrial.powerLoss.name,
        [Figure.survivors: 2, Figure.outgoingStall: 1490, Figure.inboundStall: 1480, Figure.outage: 900]),
    row(
        .conntrackd, ConnectionTrial.powerLoss.name, run: 2,
        [Figure.survivors: 2, Figure.outgoingStall: 1700, Figure.inboundStall: 1482, Figure.outage: 950]),
    row(.control, ConnectionTrial.powerLoss.name, [Figure.survivors: 0, Figure.outage: 901]),
    row(.conntrackd, ConnectionTrial.commit, [Figure.entries: 10_000, Figure.commit: 80, Figure.scriptStart: 105.5]),
    row(.conntrackd, ConnectionTrial.commit, [Figure.entries: 1000, Figure.commit: 12.5, Figure.scriptStart: 40]),
]

@Test func `a stall of more than a second beyond the dead time misses its goal, be it in one run`() throws {
    let goals = Goal.all.filter { $0.fault.hasPrefix(ConnectionTrial.prefix) }
    #expect(
        Set(goals.map(\.fault)) == Set([ConnectionTrial.powerLoss, .killed, .cut].map(\.name)), "whatever takes power")
    let verdicts = goals.map { $0.verdict(in: RowTable(rows: measured)) }
    #expect(verdicts == ["met", "met"] + Array(repeating: "not measured", count: 4))
    let late = row(.conntrackd, ConnectionTrial.powerLoss.name, run: 3, [Figure.inboundStall: 2100])
    #expect(goals[1].figure == Figure.inboundStall)
    #expect(goals[1].verdict(in: RowTable(rows: measured + [late])) == "**missed by 100**")
}

@Test func `a run with a connection that died is not complete`() {
    #expect(BenchResults.isComplete(measured))
    let wrong = row(.control, ConnectionTrial.standby.name, [:], notes: ["wrong: it survived"])
    #expect(!BenchResults.isComplete(measured + [wrong]))
    #expect(!BenchResults.isComplete([row(.conntrackd, ConnectionTrial.cut.name, [:], notes: [BenchRow.notMeasured])]))
}

@Test func `the page has what became of connections, beside everything else`() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "hbb-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let (json, page) = (directory.appending(path: "c.json").path, directory.appending(path: "p.md").path)
    let failed = row(.conntrackd, ConnectionTrial.commit, run: 2, [:], notes: [BenchRow.notMeasured])
    try BenchFile(machine: MachineWatch(sources: "/nowhere", versions: [:]).description(), rows: measured + [failed])
        .write(to: json)
    try "# Head\n\(GeneratedSection.begin)\n\(GeneratedSection.end)\n".write(
        toFile: page, atomically: true, encoding: .utf8)
    #expect(ReportProgram(files: [json], page: page, picture: nil).run() == ReportProgram.written)
    let text = try String(contentsOfFile: page, encoding: .utf8)
    let section = try #require(text.components(separatedBy: "## Connections through a failover\n").last)
    let lines = section.split(separator: "\n").filter { $0.hasPrefix("|") }.map { line in
        line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(
        lines == [
            ["fault", "pair", "n", "survived", "outgoing stall ms", "inbound stall ms", "address outage ms"],
            lines[1],
            ["power-loss", "conntrackd", "2", "2", "1595 (1490–1700)", "1481 (1480–1482)", "925 (900–950)"],
            ["power-loss", "control", "1", "0", "-", "-", "901"],
            ["connections", "n", "conntrackd -c ms", "whole start ms"], lines[5],
            ["1000", "1", "12.5", "40"], ["10000", "1", "80", "106"],
        ])
    #expect(text.contains("connections-commit, 1s, run 2: \(BenchRow.notMeasured)"), "what was not measured has no row")
    #expect(!text.contains("## Outage at"), "rows of connections are no rows of daemons")
}

@Test func `what conntrackd tells is read`() {
    let statistics = """
        cache internal:
        current active connections:\t           1

        cache external:
        current active connections:\t       10002
        connections created:\t\t       10002\tfailed:\t           0

        """
    #expect(Conntrackd.external(statistics) == 10_002)
    #expect(Conntrackd.external("") == 0)
}

@Test func `connections made by hand are different ones in both directions`() {
    var there: Set<String> = []
    var back: Set<String> = []
    for number in stride(from: 0, to: 100_000, by: 1) {
        let words = CommitMeasurement.entry(number).split(separator: " ").map(String.init)
        func after(_ option: String) -> String { words[words.firstIndex(of: option)! + 1] }
        there.insert("\(after("-s")) \(after("--sport")) \(after("--dport"))")
        back.insert("\(after("--reply-port-src")) \(after("--reply-port-dst"))")
        #expect(Int(after("--sport"))! < 65536 && Int(after("--reply-port-dst"))! < 65536)
    }
    #expect(there.count == 100_000 && back.count == 100_000)
}

@Test func `the pairs differ in nothing but the copying of connections`() {
    func text(_ hasConnections: Bool) -> [Substring] {
        GatewaySite(
            keepalive: .milliseconds(250), deadtime: .seconds(1), hasConnections: hasConnections,
            inner: ServiceAddress(0)
        ).text.split(separator: "\n")
    }
    #expect(text(true) == text(false) + ["connections gateways eth1"])
    #expect(text(false).contains("service gateways 10.88.1.1/16@eth0 10.66.0.100/24@eth2"))
    #expect(ConnectionTrial.allCases.filter { $0.isFor(.control) } == [.powerLoss, .failback, .standby, .carrierLoss])
    #expect(GatewayPeer(.control, places: places).isGateway)
}

/// The build brings a conntrackd that is not installed, for an installed one would be started.
private let unpacked: String? = {
    let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../.build/conntrackd/usr").standardizedFileURL.path
    return Files.isExecutable("\(directory)/sbin/conntrackd") ? directory : nil
}()

private let obstacle = GatewaySite.obstacle(unpacked: unpacked) ?? ""

@Suite(.serialized, .enabled(if: obstacle.isEmpty, "connections cannot be tracked here: \(obstacle)"))
struct ConnectionClusterTests {
    @Test(arguments: GatewayVariant.allCases)
    func `connections through a pair survive a power loss, if they are copied`(variant: GatewayVariant) throws {
        try play(.powerLoss, variant)
    }

    @Test func `a cable that connections are copied over may be out, which is told, and they survive when it is back`()
        throws
    {
        try play(.cut, .conntrackd)
    }

    private func play(_ trial: ConnectionTrial, _ variant: GatewayVariant) throws {
        let program = ConnectionsProgram(
            trials: [trial], runs: 1, entries: [], maySkip: false, file: nil, logs: nil,
            places: try BenchClusterTests.places())
        let cluster = try program.cluster(GatewayPeer(variant, places: program.places, unpacked: unpacked))
        defer { cluster.close() }
        let row = try cluster.trial(trial.fault, run: 1, witness: ConnectionWitness(trial, variant))
        #expect(row.figures[Figure.survivors] == (variant == .conntrackd ? 2 : 0), "\(row.notes)")
        #expect(!row.notes.contains { $0.hasPrefix(BenchRow.wrong) || $0.hasPrefix("not ") }, "\(row.notes)")
    }
}
