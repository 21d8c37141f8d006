// The plan, the table and the file: what goes in and what comes out.

import Foundation
import Testing

@testable import HeartbeatBench

private func row(_ peer: String, _ fault: Fault, run: Int, outage: Double?, notes: [String] = []) -> BenchRow {
    BenchRow(
        peer: peer, fault: fault.rawValue, setting: "1s", keepaliveMilliseconds: 250, deadtimeMilliseconds: 1000,
        addresses: 1, run: run, figures: outage.map { [Figure.outage: $0] } ?? [:], notes: notes)
}

@Test(arguments: [BenchPlan.standard(runs: 5), BenchPlan.deaths(runs: 5), BenchPlan.quick])
func `every trial of a plan can be done`(plan: [BenchSection]) {
    for section in plan {
        #expect((1...ServiceAddress.limit).contains(section.addresses))
        #expect(section.runs > 0 && !section.peers.isEmpty && !section.faults.isEmpty)
        #expect(section.objection == nil)
        // A failback needs the state another fault leaves; without one it would cost an outage nobody measures.
        for (index, fault) in section.faults.enumerated() where fault == .failback {
            #expect(index > 0 && section.faults[index - 1] == .powerLoss)
        }
    }
}

@Test func `the plan measures what there is a goal for beside every peer`() {
    let plan = BenchPlan.standard(runs: 3)
    func isMeasured(_ fault: Fault, _ setting: DetectionSetting, _ addresses: Int, _ peers: [PeerName]) -> Bool {
        peers.allSatisfy { peer in
            plan.contains {
                $0.faults.contains(fault) && $0.setting == setting && $0.addresses == addresses
                    && $0.peers.contains(peer)
            }
        }
    }
    for fault in [Fault.powerLoss, .failback, .standby, .stop, .kill, .hang, .powerCable] {
        #expect(isMeasured(fault, .oneSecond, 1, PeerName.plain), "\(fault)")
    }
    #expect(isMeasured(.powerLoss, .tight, 1, PeerName.plain))
    for addresses in [10, 100] { #expect(isMeasured(.powerLoss, .oneSecond, addresses, PeerName.plain)) }
    for addresses in [1, 2, 10, 50, 100, 200, 500] {
        #expect(isMeasured(.powerLoss, .oneSecond, addresses, [.ours, .floor]), "\(addresses)")
    }
    #expect(isMeasured(.carrierLoss, .oneSecond, 1, [.ours, .heartbeat, .ipfail, .keepalived]))
    for goal in Goal.all {
        guard let fault = Fault(rawValue: goal.fault), let setting = DetectionSetting(goal.setting) else { continue }
        #expect(
            isMeasured(fault, setting, goal.addresses, PeerName.allCases.filter { $0.rawValue == goal.peer }), "\(goal)"
        )
    }
    #expect(isMeasured(.mediaCut, .oneSecond, 1, [.ours, .unasking, .keepalived]))
    let carrier = plan.filter { $0.faults.contains(.carrierLoss) }.flatMap(\.peers)
    #expect(carrier.prefix(2) == [.ours, .eager], "the defaults first")
    let long = plan.filter { $0.peers.contains(.heartbeat) && $0.addresses >= 100 }
    #expect(long.map(\.runs) == [1], "each of these takes minutes")
}

@Test func `cut media are measured by themselves, and of who has media to cut`() {
    func section(_ peers: [PeerName], _ faults: [Fault]) -> BenchSection {
        BenchSection(peers: peers, faults: faults, setting: .oneSecond, addresses: 1, runs: 1)
    }
    #expect(section([.ours, .floor], [.powerLoss, .stop]).media == .everywhere)
    #expect(section([.ours, .floor], [.powerLoss, .stop]).objection == nil)
    #expect(section([.ours, .heartbeat], [.mediaCut]).media == .secondLink)
    #expect(section([.ours, .heartbeat], [.mediaCut]).objection == nil)
    #expect(section([.ours, .floor], [.mediaCut]).objection?.contains("the floor") == true)
    #expect(section([.ours], [.mediaCut, .stop]).objection?.contains("by itself") == true)
}

@Test func `a table has a line for each peer and fault with the median and the extremes`() {
    let rows = [
        row("ours", .powerLoss, run: 1, outage: 900), row("floor", .powerLoss, run: 1, outage: 800.04),
        row("ours", .standby, run: 1, outage: nil, notes: ["not measured"]),
        row("ours", .powerLoss, run: 2, outage: 1000.26), row("ours", .powerLoss, run: 3, outage: 950),
    ]
    let lines = BenchTable(rows).text.split(separator: "\n").map { line in
        line.split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
    #expect(lines[0].prefix(6) == ["setting", "addresses", "fault", "peer", "n", "outage ms"])
    #expect(lines[1].prefix(6) == ["1s", "1", "power-loss", "ours", "3", "950.0 (900.0–1000.3)"])
    #expect(lines[2].prefix(6) == ["1s", "1", "power-loss", "floor", "1", "800.0"])
    #expect(lines[3].prefix(6) == ["1s", "1", "standby", "ours", "1", "-"])
    #expect(lines[4] == ["ours standby 1s, run 1: not measured"])
}

@Test func `a remark on several runs is made once`() {
    let rows = [1, 2, 3].map { row("ours", .hang, run: $0, outage: 1, notes: $0 == 2 ? [] : ["cold"]) }
    #expect(BenchTable(rows).text.hasSuffix("\nours hang 1s, run 1 3: cold\n"))
}

@Test func `the middle of an even number of rows lies between two`() {
    let rows = [2.0, 1, 4, 3].map { row("ours", .stop, run: 1, outage: $0) }
    #expect(BenchTable(rows).text.contains("2.5 (1.0–4.0)"))
}

@Test func `a file holds what was written to it`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("hbbench-\(getpid()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = BenchFile(
        machine: MachineWatch(sources: "/nowhere", versions: ["ours": "1"]).description(),
        rows: [
            row("ours", .hang, run: 1, outage: 0.125, notes: ["a \"note\""]), row("floor", .stop, run: 2, outage: nil),
        ])
    try file.write(to: path)
    #expect(try BenchFile(readingFrom: path) == file)
    #expect(!file.machine.kernel.isEmpty && file.machine.processors > 0 && file.machine.memoryMegabytes > 0)
}

@Test func `a file that cannot be read is named`() {
    #expect(throws: BenchFileError.self) { try BenchFile(readingFrom: "/nowhere/bench.json") }
    do {
        _ = try BenchFile(readingFrom: "/nowhere/bench.json")
    } catch {
        #expect("\(error)".hasPrefix("/nowhere/bench.json: "))
    }
}

@Test(
    "A bench is complete when everything was measured, also a peer that does not come back",
    arguments: [
        ("ours", "the machine stood still for 12 ms", true), ("ours", "not measured", false),
        ("eager", "not recovered after 21.0 seconds", false), ("heartbeat", "not recovered after 21.0 seconds", true),
        ("ipfail", "not measured", false), ("ours@100/500", "not recovered after 21.0 seconds", false),
    ])
func completeness(peer: String, note: String, isComplete: Bool) {
    let row = BenchRow(
        peer: peer, fault: "carrier-loss", setting: "1s", keepaliveMilliseconds: 250, deadtimeMilliseconds: 1000,
        addresses: 1,
        run: 1, notes: ["two owners until the end of the trial", note])
    #expect(BenchResults.isComplete([row]) == isComplete)
}
