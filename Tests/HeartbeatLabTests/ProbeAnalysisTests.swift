// The figures of a scene, computed from records made by hand.

import Testing

@testable import HeartbeatLab

private let left = HardwareAddress(0x02_00_00_00_00_01)
private let right = HardwareAddress(0x02_00_00_00_00_02)

private func at(_ milliseconds: Int64) -> Moment {
    Moment(nanoseconds: milliseconds * 1_000_000)
}

/// A probe every 10 ms from 0 to `end`, answered after 1 ms as `answer` says for its time of sending.
private func analysis(
    until end: Int64, answer: (Int64) -> (echo: HardwareAddress?, owners: [HardwareAddress])
) -> ProbeAnalysis {
    let samples = stride(from: 0, to: end, by: 10).map { sent in
        let (echo, owners) = answer(sent)
        return ProbeSample(
            sentAt: at(sent), echo: echo.map { .init(from: $0, at: at(sent + 1)) },
            owners: owners.map { .init(from: $0, at: at(sent + 1)) })
    }
    return ProbeAnalysis(samples: samples, announcements: [], period: .milliseconds(10))
}

@Test func `an address that is always served has no outage beyond the probing interval`() {
    let figures = analysis(until: 2000) { _ in (left, [left]) }.figures(from: at(500), to: at(1500))
    #expect(figures.outage == .milliseconds(10))
    #expect(figures.sent == 100)
    #expect(figures.lost == 0)
    #expect(figures.doubleOwnership == .zero)
    #expect(figures.longestStall == .zero)
    #expect(figures.firstAnswers == [left: at(501)])
}

@Test func `an outage lasts from the last answer of the old owner to the first of the new one`() {
    let figures = analysis(until: 2000) { sent in
        sent < 500 ? (left, [left]) : sent < 800 ? (nil, []) : (right, [right])
    }.figures(from: at(495), to: at(2000))
    #expect(figures.outage == .milliseconds(310))
    #expect(figures.lost == 30)
    #expect(figures.firstAnswers == [right: at(801)])
}

@Test(arguments: [
    // No answer at all; none after the first; none before the last.
    (0..<0, 1000), (0..<100, 909), (900..<1000, 901),
])
func `a time without an end is counted to the end of the scene and one without a beginning from its start`(
    served: Range<Int64>, expected: Int
) {
    let figures = analysis(until: 1000) { served.contains($0) ? (left, [left]) : (nil, []) }
        .figures(from: at(0), to: at(1000))
    #expect(figures.outage == .milliseconds(expected))
}

@Test func `only the longest of several outages counts and all their probes are lost`() {
    let figures = analysis(until: 3000) { sent in
        (100..<200).contains(sent) || (1000..<1500).contains(sent) ? (nil, []) : (left, [left])
    }.figures(from: at(0), to: at(3000))
    #expect(figures.outage == .milliseconds(510))
    #expect(figures.lost == 60)
}

@Test func `pauses are told by themselves, those at the edges of the window too`() {
    let analysis = analysis(until: 3000) { sent in
        (100..<200).contains(sent) || (1000..<1500).contains(sent) || sent >= 2900 ? (nil, []) : (left, [left])
    }
    let pauses = analysis.pauses(longerThan: .milliseconds(20), from: at(150), to: at(3000))
    #expect(pauses == [.milliseconds(110), .milliseconds(510), .milliseconds(109)])
    #expect(analysis.pauses(longerThan: .milliseconds(20), from: at(300), to: at(900)) == [])
}

@Test func `a probe whose answer may still come is not lost`() {
    let silent = analysis(until: 1000) { _ in (nil, []) }
    // Those of the first 700 ms have had their 300 ms, the one sent at 700 ms exactly.
    #expect(silent.figures(from: at(0), to: at(1000)).lost == 71)
}

@Test func `an answer that comes too late counts as lost`() {
    let late = ProbeSample(sentAt: at(0), echo: .init(from: left, at: at(300)))
    let inTime = ProbeSample(sentAt: at(10), echo: .init(from: left, at: at(309)))
    let analysis = ProbeAnalysis(samples: [late, inTime], announcements: [], period: .milliseconds(10))
    #expect(analysis.figures(from: at(0), to: at(1000)).lost == 1)
}

@Test(arguments: [
    (0..<0, 0), (200..<210, 10), (200..<300, 100), (900..<1000, 100),
])
func `two owners are counted from the first probe that both answered to one interval after the last`(
    double: Range<Int64>, expected: Int
) {
    let figures = analysis(until: 1000) { (left, double.contains($0) ? [left, right] : [left]) }
        .figures(from: at(0), to: at(1000))
    #expect(figures.doubleOwnership == .milliseconds(expected))
}

@Test func `separate times with two owners are added up`() {
    let figures = analysis(until: 1000) { sent in
        (left, [100, 110, 500].contains(sent) ? [right, left] : [left])
    }.figures(from: at(0), to: at(1000))
    #expect(figures.doubleOwnership == .milliseconds(30))
}

@Test func `a pause of the probe itself is told and is not taken for two owners that were not seen`() {
    var analysis = analysis(until: 1000) { _ in (left, [left]) }
    analysis.samples.removeAll { (300..<400).contains($0.sentAt.nanoseconds / 1_000_000) }
    let figures = analysis.figures(from: at(0), to: at(1000))
    #expect(figures.longestStall == .milliseconds(100))
    #expect(figures.outage == .milliseconds(110))
    #expect(figures.lost == 0)
}

@Test func `only announcements of the scene belong to it`() {
    var analysis = analysis(until: 10) { _ in (nil, []) }
    analysis.announcements = [4, 5, 9, 10].map { Announcement(from: left, at: at($0), isReply: false) }
    #expect(analysis.figures(from: at(5), to: at(10)).announcements.map(\.at) == [at(5), at(9)])
}
