// Beside a peer that runs the original: its reports carry no claim, it never answers a question, and it knows nothing of
// single failed groups.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct OriginalPeerTests {
    // MARK: - Joining

    @Test func theFirstReportOfAColdStartLetsUsTakeOurOwn() {
        var desk = CoreOnDesk()
        let joining = desk.negotiate()
        #expect(joining.contents.contains(.starting))
        #expect(joining.calls.isEmpty)
        let effects = desk.hear(original: [], stable: false)
        #expect(effects.tells(.localResourcesAcquired(.local)))
        #expect(effects.calls == ["status web"])
        _ = desk.settle()
        #expect(desk.running == ["web"])
    }

    @Test func whatAnOriginalHoldsIsLeftToIt() {
        var desk = CoreOnDesk()
        _ = desk.negotiate()
        #expect(desk.hear(original: .all, stable: true).calls.isEmpty)
        #expect(desk.pass(.seconds(600)).calls.isEmpty)
        #expect(desk.core.snapshot.hold == [])
    }

    @Test func anOriginalIsNeverAskedForItsClaims() {
        var desk = CoreOnDesk.besideAnOriginal()
        let reports = desk.pass(.seconds(600)).reports
        #expect(reports.allSatisfy { $0.claim?.wantsAnswer == false })
        #expect(reports.count < 5)
    }

    // MARK: - Handing over

    @Test(arguments: [HoldSet.local, .all])
    func weGoStandbyForAnOriginal(set: HoldSet) {
        var desk = CoreOnDesk.besideAnOriginal()
        #expect(desk.request(.standby(set)).steps == ["\(set) me"])
        let agreed = desk.hear(.askResources(set, .other))
        #expect(agreed.calls == ["stop web"])
        #expect(agreed.steps.isEmpty)
        let released = desk.settle()
        #expect(released.steps == ["\(set) done"])
        #expect(desk.running.isEmpty)
        _ = desk.hear(original: .local, stable: false)
        _ = desk.hear(.askResources(set, .done))
        _ = desk.hear(original: .all, stable: true)
        #expect(desk.pass(.seconds(600)).calls.isEmpty)
        #expect(desk.core.ownership.handover == .idle)
        #expect(!desk.core.snapshot.isInTransition)
        #expect(desk.core.snapshot.hold == [])
    }

    @Test func anOriginalGoesStandbyForUs() {
        var desk = CoreOnDesk.besideAnOriginal()
        #expect(desk.hear(.askResources(.local, .me)).steps == ["local other"])
        #expect(desk.hear(original: [], stable: false, info: "standby").calls.isEmpty)
        #expect(desk.pass(.seconds(5)).calls.isEmpty)
        #expect(desk.hear(.askResources(.local, .done)).calls == ["status files"])
        #expect(desk.settle().steps == ["local done"])
        _ = desk.hear(original: [], stable: true)
        #expect(desk.pass(.seconds(600)).calls.isEmpty)
        #expect(desk.running == ["web", "files"])
        #expect(desk.core.snapshot.hold == .all)
    }

    @Test func anOfferThatAnOriginalDoesNotAnswerIsWithdrawn() {
        var desk = CoreOnDesk.besideAnOriginal()
        _ = desk.request(.standby(.all))
        let effects = desk.pass(.seconds(11))
        #expect(effects.tells(.standbyUnanswered))
        #expect(desk.core.ownership.handover == .idle)
        #expect(desk.running == ["web"])
        // Its answer comes after all; it must not make us stop anything.
        #expect(desk.hear(.askResources(.all, .other)).calls.isEmpty)
    }

    @Test func failbackGivesAnOriginalItsOwnAgain() {
        var configuration = CoreOnDesk.configuration
        configuration.autoFailback = .on
        var desk = CoreOnDesk.besideAnOriginal(configuration)
        _ = desk.hear(.shutdownDone)
        desk.peerStatus = nil
        _ = desk.pass(.seconds(60))
        #expect(desk.running == ["web", "files"])
        // It is back with a new generation and holds nothing.
        desk.peerGeneration += 1
        _ = desk.hear(status: .up)
        desk.peerStatus = .active
        _ = desk.hear(status: .active)
        _ = desk.hear(.starting)
        let effects = desk.hear(original: [], stable: true)
        #expect(effects.steps == ["foreign me"])
        _ = desk.hear(.askResources(.foreign, .other))
        _ = desk.settle()
        #expect(desk.running == ["web"])
    }

    // MARK: - Keys

    /// It checks what it receives with its own key only, and may have got the next one before us.
    @Test func anOriginalIsMetWithTheKeyThatItUses() {
        var desk = CoreOnDesk.besideAnOriginal()
        #expect(desk.feed(.keyUsed(2, by: NodeName("gamma"))).isEmpty)
        #expect(desk.feed(.keyUsed(2, by: CoreOnDesk.alpha)).isEmpty)
        #expect(desk.feed(.keyUsed(2, by: CoreOnDesk.beta)) == [.sign(withKey: 2)])
        #expect(desk.feed(.keyUsed(2, by: CoreOnDesk.beta)).isEmpty)
        #expect(desk.feed(.keyUsed(3, by: CoreOnDesk.beta)) == [.sign(withKey: 3)])
        // The files are read again.
        _ = desk.feed(.reconfigured(CoreOnDesk.configuration))
        #expect(desk.feed(.keyUsed(3, by: CoreOnDesk.beta)) == [.sign(withKey: 3)])
        // One of ours has taken its place, which knows every key of its file.
        let claim = ResourceClaim(local: .none, foreign: .none)
        let current = CoreOnDesk.configuration.authentication.current
        #expect(
            desk.hear(.resource(ResourceReport(hold: [], isStable: false, claim: claim))).contains(
                .sign(withKey: current)))
        #expect(desk.feed(.keyUsed(3, by: CoreOnDesk.beta)).isEmpty)
    }

    // MARK: - Groups that fail to start

    @Test func aGroupThatFailedIsOfferedOnceWithItsWholeSet() {
        var desk = CoreOnDesk.besideAnOriginal(broken: ["web"])
        guard case .offered(.local, desk.everythingSent.sequence, isFailback: false, _) = desk.core.ownership.handover
        else {
            Issue.record("\(desk.core.ownership.handover)")
            return
        }
        let effects = desk.pass(.seconds(3000))
        #expect(effects.tells(.standbyUnanswered))
        #expect(effects.steps.isEmpty)
        #expect(effects.calls.isEmpty)
    }

    @Test func anOriginalTakesTheFailedGroup() {
        var desk = CoreOnDesk.besideAnOriginal(broken: ["web"])
        #expect(desk.hear(.askResources(.local, .other)).steps == ["local done"])
        _ = desk.hear(.askResources(.local, .done))
        _ = desk.hear(original: .all, stable: true)
        let effects = desk.pass(.seconds(3600))
        #expect(effects.calls.isEmpty)
        #expect(desk.core.snapshot.hold == [])
    }

    // MARK: - The veto

    /// It tells of no addresses. Those that one of ours had before it are nobody's any more.
    @Test func `beside an original there is no bypass, and nobody is asked`() {
        var desk = CoreOnDesk()
        _ = desk.feed(
            .kernel(
                .standsOn(
                    NetworkGround(addresses: [
                        .init(interface: "eth1", address: IPAddress(0x0A00_0101), bits: 24)
                    ]))))
        let peers = KernelQuestion(IPAddress(0x0A00_0102), on: "eth1")
        #expect(desk.feed(.peerRecalled([peers.address])).contains(.bypass([peers], isUsed: false)))
        var effects = desk.negotiate()
        effects += desk.hear(original: [], stable: false)
        _ = desk.settle()
        effects += desk.hear(original: .local, stable: true)
        #expect(effects.contains(.bypass([], isUsed: false)))
        desk.peerStatus = nil
        let alone = desk.pass(.seconds(15))
        let asks = alone.contains { effect in
            switch effect {
            case .bypass, .askKernels: true
            default: false
            }
        }
        #expect(!asks && alone.tells(.nodeDead(node: CoreOnDesk.beta)))
        #expect(desk.running == ["web", "files"])
    }

    @Test(arguments: [true, false])
    func `a node without a carrier takes from a silent original, and not from one of ours`(
        isOriginal: Bool
    ) {
        var desk = isOriginal ? CoreOnDesk.besideAnOriginal() : CoreOnDesk.besideOurs()
        _ = desk.feed(.watched([InterfaceRule(interface: "eth0")]))
        for isUp in [true, false] { _ = desk.feed(.interfaceObserved(interface: "eth0", isUp: isUp)) }
        desk.peerStatus = nil
        let effects = desk.pass(.seconds(15))
        #expect(effects.tells(.nodeDead(node: CoreOnDesk.beta)) == isOriginal)
        #expect(effects.tells(any: .blind) == !isOriginal)
        #expect(desk.running.contains("files") == isOriginal)
    }

    // MARK: - Partition

    @Test func afterAPartitionWeKeepWhatWeRun() {
        var desk = CoreOnDesk.besideAnOriginal()
        desk.peerStatus = nil
        let alone = desk.pass(.seconds(15))
        #expect(alone.tells(.nodeDead(node: CoreOnDesk.beta)))
        #expect(desk.running == ["web", "files"])
        desk.peerStatus = .active
        var healed = desk.hear(status: .active)
        #expect(healed.tells(.returnedAfterPartition(node: CoreOnDesk.beta)))
        healed += desk.hear(original: .all, stable: true)
        healed += desk.pass(.seconds(12))
        #expect(healed.facts.filter { $0 == .bothHold(.all) }.count == 1)
        #expect(healed.calls.isEmpty)
        #expect(desk.core.snapshot.hold == .all)
    }

    /// The original ends a split brain by restarting itself; then it holds nothing and we go on.
    @Test func anOriginalThatRestartsItselfAfterAPartitionLeavesEverythingToUs() {
        var desk = CoreOnDesk.besideAnOriginal()
        desk.peerStatus = nil
        _ = desk.pass(.seconds(15))
        desk.peerStatus = .active
        _ = desk.hear(status: .active)
        _ = desk.hear(original: .all, stable: true)
        desk.peerGeneration += 1
        _ = desk.hear(status: .up)
        _ = desk.hear(status: .active)
        _ = desk.hear(.starting)
        _ = desk.hear(original: [], stable: true)
        #expect(desk.pass(.seconds(600)).calls.isEmpty)
        #expect(desk.running == ["web", "files"])
    }

    /// Neither has ever heard the other; both hold everything when the cable is plugged in.
    @Test func twoThatNeverHeardEachOtherMeetAndWeKeepWhatWeRun() {
        var desk = CoreOnDesk()
        _ = desk.pass(.seconds(60))
        #expect(desk.running == ["web", "files"])
        desk.peerStatus = .active
        _ = desk.hear(status: .active)
        var effects = desk.hear(original: .all, stable: true)
        effects += desk.pass(.seconds(12))
        #expect(effects.calls.isEmpty)
        #expect(desk.core.snapshot.hold == .all)
    }

    /// An original that stood still itself does not notice the partition and does not restart (observed). Two owners for ever
    /// would be worse than the wrong one.
    @Test func anOriginalThatDoesNotNoticeIsYieldedTo() {
        var desk = CoreOnDesk.besideAnOriginal()
        desk.peerStatus = nil
        _ = desk.pass(.seconds(15))
        desk.peerStatus = .active
        _ = desk.hear(status: .active)
        _ = desk.hear(original: .all, stable: true)
        let effects = desk.pass(.seconds(30))
        #expect(effects.tells(.yielding(.all)))
        _ = desk.settle()
        #expect(desk.running.isEmpty)
    }

    // MARK: - Sets without an owner

    /// An original held everything, crashed and was back before its deadtime: it takes its own, nobody holds ours.
    @Test func ourOwnSetIsTakenWhenAnOriginalHasLostIt() {
        var desk = CoreOnDesk()
        _ = desk.negotiate()
        _ = desk.hear(original: .all, stable: true)
        desk.peerGeneration += 1
        _ = desk.hear(status: .up)
        _ = desk.hear(status: .active)
        _ = desk.hear(.starting)
        _ = desk.hear(original: .local, stable: true)
        _ = desk.pass(.seconds(600))
        #expect(desk.running == ["web"])
    }
}
