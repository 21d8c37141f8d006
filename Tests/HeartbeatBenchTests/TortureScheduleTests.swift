// The faults a seed gives, and what is done in each: that a campaign can be repeated, leaves no kind out and repairs what it
// has broken.

import Glibc
import Testing

@testable import HeartbeatBench
@testable import HeartbeatLab

@Test func `the same seed gives the same campaign and another one gives another`() {
    let schedule = TortureSchedule(seed: 7, count: 200)
    #expect(schedule == TortureSchedule(seed: 7, count: 200))
    #expect(schedule.text == TortureSchedule(seed: 7, count: 200).text)
    #expect(schedule.faults != TortureSchedule(seed: 8, count: 200).faults)
    #expect(schedule.faults.map(\.number) == Array(1...200))
}

@Test func `a longer campaign begins with the shorter one`() {
    let (long, short) = (TortureSchedule(seed: 7, count: 200), TortureSchedule(seed: 7, count: 60))
    #expect(Array(long.faults.prefix(60)) == short.faults)
}

@Test func `the first faults of a seed are these on every machine`() {
    #expect(
        TortureSchedule(seed: 1, count: 3).text == """
            1  after 1.3 s  second-link 5.4 s: nodes do not hear each other on the second link
            2  after 2.8 s  carrier-loss active 2.6 s: LAN cable pulled
            3  after 1.2 s  reload-during-takeover active 1.3 s: power loss, and the other daemon reads its files as it takes over

            """)
}

@Test(arguments: [UInt64(0), 1, .max])
func `each kind comes at each place once before any comes again`(seed: UInt64) {
    let cards = TortureKind.allCases.flatMap { kind in kind.places.map { "\(kind) \($0)" } }
    #expect(TortureKind.allCases.count >= 33)
    let names = TortureSchedule(seed: seed, count: cards.count * 2).faults.map { "\($0.kind) \($0.place)" }
    #expect(names.prefix(cards.count).sorted() == cards.sorted())
    #expect(names.suffix(cards.count).sorted() == cards.sorted())
}

@Test func `durations and gaps stay in their ranges and differ`() {
    let faults = TortureSchedule(seed: 3, count: 500).faults
    #expect(faults.allSatisfy { $0.kind.milliseconds.contains($0.milliseconds) })
    #expect(faults.allSatisfy { (500...3000).contains($0.gapMilliseconds) })
    #expect(Set(faults.map(\.milliseconds)).count > 20)
}

@Test func `a campaign of some kinds has no other`() {
    let faults = TortureSchedule(seed: 3, count: 20, kinds: [.kill, .partition]).faults
    #expect(Set(faults.map(\.name)) == ["kill active", "kill standby", "partition"])
    #expect(TortureSchedule(seed: 3, count: 20, kinds: []).faults.isEmpty)
}

private let allFaults = TortureKind.allCases.flatMap { kind in
    kind.places.map {
        TortureFault(number: 1, kind: kind, place: $0, milliseconds: 2000, gapMilliseconds: 500)
    }
}

/// What a deed breaks or makes whole; `nil` when it does neither.
private func state(after deed: TortureDeed) -> (what: String, isWhole: Bool)? {
    switch deed {
    case .powerOff(let node): ("power \(node)", false)
    case .powerOn(let node): ("power \(node)", true)
    case .killDaemon(let node): ("daemon \(node)", false)
    case .signal(let node, let signal): ("going on \(node)", signal == SIGCONT)
    case .stopDaemon(let node): ("daemon \(node)", false)
    case .startDaemon(let node): ("daemon \(node)", true)
    case .plug(let node, let isPlugged): ("cable \(node)", isPlugged)
    case .lose(let rules): ("switch", rules.isEmpty)
    case .roughen(let roughness): ("road", roughness == nil)
    case .pourGarbage(let isOn): ("LAN", !isOn)
    case .loadProcessors(let isOn): ("processors", !isOn)
    case .spoil(let node, _): ("script \(node)", false)
    case .mendScript(let node): ("script \(node)", true)
    case .makeStateReadOnly(let node, let isReadOnly): ("state \(node)", !isReadOnly)
    case .wait, .askToReload, .standby, .killService, .removeAddress, .removeGeneration: nil
    }
}

@Test(arguments: allFaults)
func `whatever the laboratory breaks it repairs`(fault: TortureFault) {
    var broken: Set<String> = []
    for deed in fault.deeds {
        guard let (what, isWhole) = state(after: deed) else { continue }
        if isWhole { broken.remove(what) } else { broken.insert(what) }
    }
    #expect(broken.isEmpty, "\(fault.name) leaves \(broken)")
}

@Test(arguments: allFaults)
func `a fault befalls the node it names`(fault: TortureFault) {
    let first = fault.deeds.compactMap { deed -> Int? in
        switch deed {
        case .powerOff(let node), .signal(let node, _), .killDaemon(let node), .stopDaemon(let node),
            .standby(let node), .plug(let node, _),
            .killService(let node), .removeAddress(let node):
            node
        default: nil
        }
    }.first
    if fault.place != .pair, let first { #expect(first == (fault.place == .standby ? 1 : 0)) }
    #expect(!fault.kind.deed.isEmpty)
}

@Test func `deaf and mute are one direction and a cut is both`() {
    func losses(_ kind: TortureKind) -> [SwitchRule] {
        let fault = TortureFault(number: 1, kind: kind, place: .standby, milliseconds: 2000, gapMilliseconds: 500)
        return fault.deeds.compactMap { if case .lose(let rules) = $0 { rules } else { nil } }.first ?? []
    }
    #expect(losses(.deafOnLAN) == [.to(node: 1, .lan)])
    #expect(losses(.muteOnLAN) == [.from(node: 1, .lan)])
    #expect(losses(.cableCut) == [.to(node: 1, .lan), .from(node: 1, .lan)])
    #expect(losses(.deaf) == [.to(node: 1, .lan), .to(node: 1, .cross)])
    #expect(losses(.mute) == [.from(node: 1, .lan), .from(node: 1, .cross)])
}

@Test func `a peer of addresses alone is not asked for scripts and commands`() {
    for kind in [TortureKind.standby, .hangAtStart, .failAtStart, .failAtStop, .serviceDeath, .lostGeneration] {
        #expect(!kind.isForAddressesAlone, "\(kind)")
    }
    for kind in [TortureKind.powerLoss, .cableCut, .deaf, .kill] { #expect(kind.isForAddressesAlone, "\(kind)") }
    #expect(KeepalivedPeer(.oneSecond).hasOnlyAddresses && !OriginalPeer(.oneSecond).hasOnlyAddresses)
}
