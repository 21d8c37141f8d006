// What a fault of a campaign cost, computed from records made by hand, and the tables of such figures.

import Foundation
import Testing

@testable import HeartbeatBench
@testable import HeartbeatLab

/// Each address probed every 2 ms from −1000 to 3000; an answer comes at once, from the last service that holds it.
private func record(_ services: [[Service]], announcements: [Announcement] = []) -> ProbeRecord {
    var record = ProbeRecord(addresses: services.count, period: .milliseconds(2))
    for sent in stride(from: -1000.0, to: 3000, by: 2) {
        for (address, holders) in services.enumerated() {
            let owners = owners(in: holders, sentAt: sent, answer: sent)
            record.samples.append(
                ProbeSample(address: address, sentAt: at(sent), echo: owners.last, owners: owners))
        }
    }
    record.announcements = announcements
    return record
}

private func analysis(_ kind: TortureKind, _ place: TorturePlace) -> TortureAnalysis {
    TortureAnalysis(
        fault: TortureFault(number: 1, kind: kind, place: place, milliseconds: 2000, gapMilliseconds: 500),
        start: at(0), end: at(2500), tick: .milliseconds(2), stations: stations)
}

@Test func `pauses and two owners of all addresses are summed up`() {
    let seen = record([
        // Away twice.
        [(0, -1000, 0), (1, 400, 1000), (0, 1200, 3000)],
        // Never away, with two owners for a while.
        [(0, -1000, 3000), (1, 500, 800)],
    ])
    let figures = analysis(.powerLoss, .active).figures(of: seen)
    #expect(
        figures == [
            // From the last answer before to the first after.
            Figure.outageSum: 402 + 202, Figure.outage: 402, Figure.twoOwnersSum: 300, Figure.stall: 0,
        ])
}

@Test func `a pause that a busy machine explains is none`() {
    let seen = record([[(0, -1000, 100), (0, 140, 3000)]])
    #expect(analysis(.powerLoss, .active).figures(of: seen)[Figure.outageSum] == 0)
}

@Test func `a service that never comes back is away until the end`() {
    let figures = analysis(.powerLoss, .active).figures(of: record([[(0, -1000, 0)], [(0, -1000, 3000)]]))
    #expect(figures[Figure.outageSum] == 2502)
}

@Test func `who moves although the first node can go on moves for nothing`() {
    let moved = record([[(0, -1000, 300), (1, 300, 3000)]])
    let stayed = record([[(0, -1000, 3000)]])
    #expect(analysis(.shortFreeze, .active).figures(of: moved)[Figure.movedForNothing] == 1)
    #expect(analysis(.freeze, .standby).figures(of: moved)[Figure.movedForNothing] == 1)
    #expect(analysis(.freeze, .standby).figures(of: stayed)[Figure.movedForNothing] == 0)
    #expect(analysis(.powerLoss, .active).figures(of: moved)[Figure.movedForNothing] == nil, "it had to")
}

@Test func `the story has a line for each change that lasts`() {
    let seen = record(
        [[(0, -1000, 200), (1, 600, 2000), (0, 1800, 3000), (1, 2200, 2206)]],
        announcements: [598, 700].map { Announcement(address: 0, from: stations[1], at: at($0), isReply: false) })
    let story = analysis(.powerLoss, .active).story(of: seen, addresses: ServiceAddress.first(1))
    #expect(
        story.map { "\($0.at.roundedMilliseconds) \($0.text)" } == [
            "-1000 10.88.1.1 owned by cluster1, answered by cluster1",
            "200 10.88.1.1 owned by nobody, answered by nobody",
            "598 10.88.1.1 announced by cluster2",
            "600 10.88.1.1 owned by cluster2, answered by cluster2",
            "1800 10.88.1.1 owned by cluster1 and cluster2, answered by cluster1",
            "2000 10.88.1.1 owned by cluster1, answered by cluster1",
        ])
}

private func row(
    _ peer: String, _ number: Int, _ fault: String, outage: Double, two: Double = 0, lost: Double = 0,
    moved: Double? = nil
) -> BenchRow {
    var row = BenchRow(
        peer: peer, fault: fault, setting: "1s", keepaliveMilliseconds: 250, deadtimeMilliseconds: 1000, addresses: 2,
        run: number)
    row.figures = [Figure.outageSum: outage, Figure.twoOwnersSum: two, Figure.lostForGood: lost]
    row.figures[Figure.movedForNothing] = moved
    return row
}

@Test func `the table tells what each fault cost each peer and who is ahead`() throws {
    let rows = [
        row("ours", 1, "deaf active", outage: 4000), row("keepalived", 1, "deaf active", outage: 2000, two: 500),
        row("ours", 2, "kill standby", outage: 0, moved: 0),
        row("keepalived", 2, "kill standby", outage: 100, moved: 1),
        row("ours", 3, "standby active", outage: 30),
        row("ours", 4, "deaf active", outage: 9000, two: 100),
        row("keepalived", 4, "deaf active", outage: 6000, lost: 1),
        row("ours", 5, "power-loss active", outage: 2000), row("keepalived", 5, "power-loss active", outage: 2500),
    ]
    let golden = try #require(Bundle.module.url(forResource: "torture", withExtension: "md", subdirectory: "golden"))
    #expect(try TortureTable(rows).markdown == String(contentsOf: golden, encoding: .utf8))
}

@Test func `two who are alike are both ahead of the third`() {
    let text = TortureTable([
        row("ours", 1, "loss", outage: 0), row("heartbeat", 1, "loss", outage: 100),
        row("keepalived", 1, "loss", outage: 5000),
    ]).markdown
    #expect(text.contains("| ours heartbeat |"))
}

@Test func `the table of one peer has nobody ahead`() {
    let text = TortureTable([row("ours", 1, "kill active", outage: 1000)]).markdown
    #expect(text.contains("| kill active |   1 | 1.00 1.00 1.00 |"))
    #expect(!text.contains("ahead"))
}
