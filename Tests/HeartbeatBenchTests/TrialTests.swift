// The figures of a fault, computed from records made by hand.

import Testing

@testable import HeartbeatBench
@testable import HeartbeatLab

/// A probe of `services.count` addresses, one address every 1 ms in turn from −1000 to `end`; every answer comes after
/// half a millisecond, and the last of the services that hold an address is the one the client believes in.
private func record(
    _ services: [[Service]], until end: Int, announcements: [Announcement] = [], heard: [Double] = []
) -> ProbeRecord {
    var record = ProbeRecord(addresses: services.count, period: .milliseconds(services.count))
    for (index, sent) in (-1000..<end).enumerated() {
        let moment = Double(sent)
        let address = index % services.count
        let owners = owners(in: services[address], sentAt: moment, answer: moment + 0.5)
        record.samples.append(
            ProbeSample(address: address, sentAt: at(moment), echo: owners.last, owners: owners))
    }
    record.announcements = announcements
    record.signsOfLife = heard.map { LifeSighting(from: stations[0], at: at($0)) }
    return record
}

private func trial(_ fault: Fault, until end: Double, deadtime: Duration = .seconds(1)) -> Trial {
    Trial(fault: fault, start: at(0), end: at(end), tick: .milliseconds(1), deadtime: deadtime, stations: stations)
}

private func announcement(_ address: Int, by node: Int, at moment: Double) -> Announcement {
    Announcement(address: address, from: stations[node], at: at(moment), isReply: false)
}

@Test func `a takeover of one address has all its figures`() {
    let seen = record(
        [[(0, -1000, 0), (1, 900, 3000)]], until: 3000,
        announcements: [announcement(0, by: 1, at: 899.5), announcement(0, by: 1, at: 1100)],
        heard: [-350, -100.25])
    let figures = trial(.powerLoss, until: 2500).figures(of: seen)
    #expect(
        figures == [
            // The last answer before came at −0.5 ms.
            Figure.outage: 901, Figure.bestOutage: 901, Figure.gaps: 901, Figure.lost: 900, Figure.stall: 0,
            Figure.twoOwners: 0, Figure.addressUp: 900.5, Figure.allAddressesUp: 900.5, Figure.served: 900.5,
            Figure.allServed: 900.5, Figure.firstAnnouncement: 899.5, Figure.lastAnnouncement: 899.5,
            Figure.announcements: 2, Figure.lastHeard: -100.25, Figure.afterLastHeard: 1000.75,
            Figure.afterDeadtime: 0.75, Figure.announcedAfterDeadtime: -0.25,
        ])
    let cable = trial(.powerCable, until: 2500).figures(of: seen)
    #expect(cable == figures, "it is a power loss, too")
}

@Test func `a killed daemon whose addresses answer on has two owners at the end of its trial`() {
    let left = record([[(0, -1000, 3000), (1, 900, 3000)]], until: 3000)
    #expect(trial(.kill, until: 2500).hasTwoOwnersAtTheEnd(of: left))
    #expect(trial(.kill, until: 2500).figures(of: left)[Figure.twoOwners] == 1600)
    #expect(trial(.kill, until: 2500).figures(of: left)[Figure.lastHeard] == nil)
    let stopped = record([[(0, -1000, 1700), (1, 900, 3000)]], until: 3000)
    #expect(!trial(.kill, until: 2500).hasTwoOwnersAtTheEnd(of: stopped))
    #expect(trial(.kill, until: 2500).figures(of: stopped)[Figure.twoOwners] == 800)
}

@Test func `of several addresses the one that fared worst counts and the first and last of a takeover are told`() {
    let seen = record(
        [[(0, -1000, 0), (1, 100, 3000)], [(0, -1000, 0), (1, 400, 3000)]], until: 3000,
        announcements: [
            announcement(1, by: 1, at: 401), announcement(0, by: 1, at: 99), announcement(1, by: 1, at: 99),
        ])
    let figures = trial(.standby, until: 2500).figures(of: seen)
    #expect(figures[Figure.addressUp] == 100.5)
    #expect(figures[Figure.allAddressesUp] == 401.5)
    #expect(figures[Figure.served] == 100.5)
    #expect(figures[Figure.allServed] == 401.5)
    #expect(figures[Figure.outage] == 402)
    #expect(figures[Figure.bestOutage] == 102)
    #expect(figures[Figure.firstAnnouncement] == 99)
    #expect(figures[Figure.lastAnnouncement] == 99)
    #expect(figures[Figure.lost] == 250)
    #expect(figures[Figure.lastHeard] == nil, "only power loss has a last sign of life")
}

@Test func `what has not happened has no figure`() {
    let figures = trial(.powerLoss, until: 2500).figures(of: record([[(0, -1000, 0)]], until: 3000))
    for name in [
        Figure.addressUp, Figure.allAddressesUp, Figure.served, Figure.allServed, Figure.firstAnnouncement,
        Figure.lastAnnouncement, Figure.lastHeard, Figure.afterDeadtime, Figure.announcedAfterDeadtime,
    ] {
        #expect(figures[name] == nil, "\(name)")
    }
    #expect(figures[Figure.outage] == 2500.5)
    #expect(figures[Figure.announcements] == 0)
}

@Test func `an address that is missing keeps the figures of the last one back`() {
    let seen = record(
        [[(0, -1000, 0), (1, 100, 3000)], [(0, -1000, 0)]], until: 3000,
        announcements: [announcement(0, by: 1, at: 99)],
        heard: [-10])
    let figures = trial(.powerLoss, until: 2500).figures(of: seen)
    #expect(figures[Figure.served] == 100.5)
    #expect(figures[Figure.allServed] == nil)
    #expect(figures[Figure.allAddressesUp] == nil)
    #expect(figures[Figure.lastAnnouncement] == nil)
    #expect(figures[Figure.afterDeadtime] == nil)
    #expect(figures[Figure.lastHeard] == -10)
}

@Test func `two owners are told for the address that had them longest`() {
    let seen = record(
        [[(0, -1000, 3000), (1, 1000, 1200)], [(0, -1000, 3000), (1, 1000, 1600)]], until: 3000)
    let figures = trial(.hang, until: 2500).figures(of: seen)
    #expect(figures[Figure.twoOwners] == 600)
    #expect(figures[Figure.addressUp] == 1000.5, "of a hang it is asked what the other node did")
    #expect(figures[Figure.gaps] == 0)
}

@Test func `a failback is seen from the first node`() {
    let seen = record(
        [[(1, -1000, 700), (0, 702, 3000)]], until: 3000, announcements: [announcement(0, by: 0, at: 702)])
    let figures = trial(.failback, until: 2500).figures(of: seen)
    #expect(figures[Figure.served] == 702.5)
    #expect(figures[Figure.firstAnnouncement] == 702)
    #expect(figures[Figure.outage] == 3)
    #expect(figures[Figure.gaps] == 0, "a pause of three intervals is no gap")
}

@Test func `a stall of the probe is told and belongs to no address`() {
    var seen = record([[(0, -1000, 3000)], [(0, -1000, 3000)]], until: 3000)
    var thinned = ProbeRecord(addresses: 2, period: .milliseconds(2))
    for sample in seen.samples where !(at(500)..<at(540)).contains(sample.sentAt) { thinned.samples.append(sample) }
    seen = thinned
    let figures = trial(.hang, until: 2500).figures(of: seen)
    #expect(figures[Figure.stall] == 40)
    #expect(figures[Figure.lost] == 0)
}
