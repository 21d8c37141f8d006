// What counts as a takeover, two owners and none, from records made by hand.

import Foundation
import HeartbeatLab
import Testing

@testable import HeartbeatBench

private let left = stations[0]
private let right = stations[1]

/// Two seconds of probes every 10 ms, whose echo the first owner answers; figures from 500 ms to 1500 ms.
private func figures(owners: (Double) -> [HardwareAddress]) -> [String: Double] {
    let samples = stride(from: 0.0, to: 2000, by: 10).map { sent in
        let owners = owners(sent)
        return ProbeSample(
            sentAt: at(sent), echo: owners.first.map { .init(from: $0, at: at(sent + 1)) },
            owners: owners.map { .init(from: $0, at: at(sent + 1)) })
    }
    let record = ProbeAnalysis(samples: samples, announcements: [], period: .milliseconds(10))
    return LoadAnalysis(start: at(500), end: at(1500), stations: stations).figures(of: record)
}

@Test func `a cluster that only serves has nothing to tell`() {
    let figures = figures { _ in [left] }
    #expect(figures[Figure.loadSeconds] == 1)
    for figure in [Figure.takeovers, Figure.twoOwners, Figure.noOwner, Figure.gaps] { #expect(figures[figure] == 0) }
    #expect(figures[Figure.outage] == 10)
}

@Test func `each time the other node comes to own the address is a takeover`() {
    let figures = figures { (600..<800).contains($0) || (1000..<1200).contains($0) ? [left, right] : [left] }
    #expect(figures[Figure.takeovers] == 2)
    #expect(figures[Figure.twoOwners] == 400)
    #expect(figures[Figure.noOwner] == 0)
}

@Test func `a node that answers late once has not lost the address`() {
    let figures = figures { sent in sent == 700 ? [] : sent < 600 ? [left] : [right] }
    #expect(figures[Figure.takeovers] == 1)
    #expect(figures[Figure.noOwner] == 10)
}

@Test func `the other node owning it from the beginning is a takeover too`() {
    #expect(figures { _ in [right] }[Figure.takeovers] == 1)
}

@Test func `a time without an owner is a gap for the client`() {
    let figures = figures { (700..<900).contains($0) ? [] : [left] }
    #expect(figures[Figure.noOwner] == 200)
    #expect(figures[Figure.outage] == 210)
    #expect(figures[Figure.gaps] == 210)
    #expect(figures[Figure.takeovers] == 0)
}

@Test(arguments: ["ours@25/100", "keepalived@tight", "floor@1s"])
func `a cluster's name reads as it is written`(text: String) {
    #expect(ClusterName(text)?.description == text)
}

@Test(arguments: ["", "ours", "ours@", "@1s", "theirs@1s", "ours@1s@1s", "ours@100/100"])
func `a cluster's name needs a peer and a setting`(text: String) {
    #expect(ClusterName(text) == nil)
}

/// A quick death that is not counted would meet its goal.
@Test func `quick deaths are counted by the words that the daemon has for them`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let facts = root.appending(path: "Sources/HeartbeatCore/Facts/Fact+Membership.swift")
    let source = String(decoding: try Data(contentsOf: facts), as: UTF8.self)
    #expect(source.contains("\(LoadMeasurement.quickDeath)\","))
}
