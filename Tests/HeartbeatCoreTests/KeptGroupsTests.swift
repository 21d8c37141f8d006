// Sets that are given away group by group: what the reports name, when the peer may start it, and what an older peer gets
// instead.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct KeptGroupsTests {
    /// A stable pair of this version: each node runs its own.
    private static func pair() -> CoreOnDesk {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.hear(claim: claim(desk, foreign: .none), stable: true)
        return desk
    }

    private static func claim(
        _ desk: CoreOnDesk, local: ClaimRank = .agreed, foreign: ClaimRank, kept: [String] = [], awaited: [String] = []
    ) -> ResourceClaim {
        ResourceClaim(local: local, foreign: foreign, heard: desk.everythingSent, kept: kept, awaited: awaited)
    }

    /// The peer has taken alpha's groups, of which `web` will not stop; alpha has just asked whether it may stay.
    private static func unstopped(_ configuration: Configuration = CoreOnDesk.configuration) -> CoreOnDesk {
        var desk = CoreOnDesk.besideOurs(configuration)
        _ = desk.hear(claim: claim(desk, foreign: .none), stable: true)
        desk.stuck = ["web"]
        _ = desk.request(.standby(.local))
        _ = desk.hear(.askResources(.local, .other))
        _ = desk.hear(claim: claim(desk, foreign: .agreed, awaited: ["web"]), stable: false)
        _ = desk.hear(.askResources(.local, .done))
        while desk.core.ownership.stayQuestion == nil, desk.now < .zero + .seconds(60) {
            _ = desk.pass(.milliseconds(100))
        }
        return desk
    }

    // MARK: - Giving

    @Test func aGroupIsNamedUntilItHasStopped() {
        var desk = Self.pair()
        _ = desk.request(.standby(.local))
        let given = desk.hear(.askResources(.local, .other))
        #expect(given.calls == ["stop web"])
        #expect(given.reports.last?.claim?.held == [] && given.reports.last?.claim?.kept == ["web"])
        let stopped = desk.settle()
        #expect(stopped.reports.last?.claim?.kept == [])
        #expect(stopped.steps.isEmpty, "the report says it all")
    }

    @Test func anOlderPeerGetsTheSetWhenAllOfItHasStopped() {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.request(.standby(.local))
        let given = desk.hear(.askResources(.local, .other))
        #expect(given.reports.last?.claim?.held == .local && given.reports.last?.claim?.kept == [])
        #expect(desk.settle().steps == ["local done"])
    }

    /// What the other node holds is not ours to take back.
    @Test func aStandbyThatFailsTakesBackWhatWasGivenAndNoMore() {
        var desk = CoreOnDesk.besideAnOriginal()
        desk.stuck = ["web"]
        _ = desk.request(.standby(.all))
        _ = desk.hear(.askResources(.all, .other))
        let effects = desk.pass(.seconds(15))
        #expect(desk.core.ownership.own.held == .local)
        #expect(effects.reports.allSatisfy { !$0.hold.contains(.foreign) })
        #expect(!effects.tells(.bothHold(.foreign)))
    }

    @Test func aGroupThatWillNotStopRunsOnWhereItIs() {
        var desk = Self.unstopped()
        #expect(desk.core.ownership.told?.report.claim?.wantsAnswer == true && desk.core.ownership.own.staying.isEmpty)
        var effects = desk.hear(claim: Self.claim(desk, foreign: .agreed, awaited: ["web"]), stable: true)
        #expect(effects.calls == ["status web"] && desk.core.ownership.own.staying == [0])
        effects = desk.pass(.seconds(60))
        #expect(!effects.calls.contains("stop web"), "not again every 30 s")
        #expect(desk.core.ownership.own.held.isEmpty && desk.core.ownership.own.staying == [0])
        #expect(desk.core.ownership.told?.report.claim?.kept == ["web"])
    }

    /// It did not hear us for its deadtime, and has started what we had named.
    @Test func whatThePeerHasStartedDoesNotStay() {
        var desk = Self.unstopped()
        let effects = desk.hear(claim: Self.claim(desk, foreign: .agreed), stable: true)
        #expect(!effects.calls.contains("status web"))
        _ = desk.pass(.seconds(60))
        #expect(desk.core.ownership.own.staying.isEmpty)
        #expect(desk.core.ownership.told?.report.claim?.kept == ["web"])
    }

    /// Whoever is offered what the giver does not hold takes it at the giver's first report, and the network may deliver its
    /// last word before its first.
    @Test func anAgreementThatComesAfterTheEndOfTheHandoverBeginsNothing() {
        var desk = Self.pair()
        _ = desk.request(.standby(.foreign))
        let agreement = desk.peerSequence + 1
        _ = desk.hear(.askResources(.foreign, .done), sequence: agreement + 1)
        _ = desk.hear(claim: Self.claim(desk, foreign: .none), stable: true)
        #expect(desk.core.snapshot.isInTransition, "the agreement is still on its way")
        _ = desk.hear(.askResources(.foreign, .other), sequence: agreement)
        #expect(!desk.core.snapshot.isInTransition)
        #expect(desk.core.ownership.told?.report.isStable == true && desk.core.ownership.own.held == .local)
    }

    /// What it has said before it was asked, or long ago, proves nothing.
    @Test func whatWillNotStopStaysOnlyByAFreshAnswer() {
        var desk = Self.unstopped()
        var claim = Self.claim(desk, foreign: .agreed, awaited: ["web"])
        let answered = claim
        claim.heard = desk.core.ownership.stayQuestion.map {
            MessageIdentity(generation: CoreOnDesk.generation, sequence: SequenceNumber($0.sequence.number - 1))
        }
        _ = desk.hear(claim: claim, stable: true)
        #expect(desk.core.ownership.own.staying.isEmpty)
        _ = desk.pass(.seconds(6))
        _ = desk.hear(claim: answered, stable: true)
        #expect(desk.core.ownership.own.staying.isEmpty)
        _ = desk.hear(claim: Self.claim(desk, foreign: .agreed, awaited: ["web"]), stable: true)
        #expect(desk.core.ownership.own.staying == [0])
    }

    @Test func whatWouldNotStopStaysOnlyBesideAPeerThatHasNotStartedIt() {
        var desk = Self.unstopped()
        _ = desk.hear(claim: Self.claim(desk, foreign: .agreed, awaited: ["web"]), stable: true)
        #expect(desk.core.ownership.own.staying == [0])
        _ = desk.hear(claim: Self.claim(desk, foreign: .agreed), stable: true)
        #expect(desk.core.ownership.own.staying.isEmpty)
        #expect(desk.core.ownership.told?.report.claim?.kept == ["web"])
    }

    // MARK: - Groups that share something

    /// `web` and `mail` stand on the same disk.
    private static var sharing: Configuration {
        var configuration = CoreOnDesk.configuration
        let disk = Resource(word: "disk", scriptName: "disk", arguments: [])
        let lines = [
            ("web", CoreOnDesk.alpha, [disk]), ("mail", CoreOnDesk.alpha, [disk]), ("files", CoreOnDesk.beta, []),
        ]
        configuration.groups = lines.enumerated().map { line, group in
            ResourceGroup(
                preferredNode: group.1,
                resources: [Resource(word: group.0, scriptName: group.0, arguments: [])] + group.2, line: line + 1)
        }
        return configuration
    }

    @Test func whatSharesWithARunningGroupOfThePeersDoesNotStay() {
        var desk = Self.unstopped(Self.sharing)
        _ = desk.hear(claim: Self.claim(desk, foreign: .agreed, awaited: ["web"]), stable: true)
        #expect(desk.core.ownership.own.staying.isEmpty)
    }

    @Test func whatStaysAndWillNotStartIsTriedOnce() {
        var desk = Self.unstopped(Self.sharing)
        _ = desk.hear(claim: Self.claim(desk, foreign: .agreed, awaited: ["web", "mail"]), stable: true)
        #expect(desk.core.ownership.own.staying == [0, 1])
        var starts = 0
        for _ in 0..<50 {
            guard let (action, id) = desk.pending.first else { break }
            let isMail = action.step.word == "mail"
            if isMail, action.verb == .start { starts += 1 }
            let result: ActionResult =
                action.verb == .status
                ? .said(isMail ? "stopped" : "running")
                : isMail && action.verb == .start
                    ? .failed : .succeeded
            _ = desk.feed(.actionFinished(id, result))
        }
        #expect(starts == 1 && desk.core.ownership.own.staying == [0])
    }

    // MARK: - Taking

    @Test func whatThePeerKeepsIsStartedWhenItIsNamedNoLonger() {
        var desk = Self.pair()
        _ = desk.hear(.askResources(.local, .me))
        var effects = desk.hear(
            claim: Self.claim(desk, local: .none, foreign: .none, kept: ["files"]), stable: false)
        #expect(effects.tells(.standbyAcquiring(.foreign)) && effects.calls.isEmpty)
        #expect(desk.core.ownership.own.held == .all && desk.core.ownership.told?.report.claim?.awaited == ["files"])
        #expect(desk.core.snapshot.groups.map(\.state) == [.running, .withheld])
        #expect(desk.core.snapshot.isInTransition, "it will be started")
        effects = desk.hear(claim: Self.claim(desk, local: .none, foreign: .none), stable: false)
        #expect(effects.calls == ["status files"])
    }

    /// An address that came up before the peer's stop is told of after it, even while the rest of its group is being started.
    @Test func whatIsUpOfAGroupIsAnnouncedWhenThePeerHasStoppedIt() {
        var desk = Self.pair()
        desk.peerStatus = nil
        var effects: [Effect] = []
        while !effects.calls.contains("status files"), desk.core.node.peer?.standing == .alive {
            desk.now = desk.now + .milliseconds(250)
            effects = desk.core.expireTimers(at: desk.now)
        }
        #expect(effects.calls == ["status files"] && desk.core.ownership.own.held == .all)
        _ = desk.hear(status: .active)
        _ = desk.hear(claim: Self.claim(desk, local: .none, foreign: .none, kept: ["files"]), stable: false)
        effects = desk.hear(claim: Self.claim(desk, local: .none, foreign: .none), stable: true)
        #expect(effects.contains(.announce(desk.core.node.groups.runners[1].group)))
    }

    /// Its farewell says that the last of it has stopped, without another report.
    @Test func whatALeaverHasStoppedLastIsAnnouncedByTheOneThatRunsIt() {
        var desk = Self.pair()
        desk.peerStatus = nil
        while desk.core.ownership.own.held != .all, desk.now < .zero + .seconds(60) {
            _ = desk.pass(.milliseconds(250))
        }
        _ = desk.settle()
        _ = desk.hear(status: .active)
        _ = desk.hear(claim: Self.claim(desk, local: .none, foreign: .none, kept: ["files"]), stable: false)
        let effects = desk.hear(.shutdownDone)
        #expect(effects.contains(.announce(desk.core.node.groups.runners[1].group)))
    }

    @Test func aPeerThatLeavesIsWaitedForGroupByGroup() {
        var desk = Self.pair()
        var report = ResourceReport(
            hold: [], isStable: false, info: "shutdown",
            claim: Self.claim(desk, local: .none, foreign: .none, kept: ["files"]))
        var effects = desk.hear(.resource(report))
        #expect(effects.tells(.acquiringFromLeaver(node: CoreOnDesk.beta)) && effects.calls.isEmpty)
        report.claim?.kept = []
        effects = desk.hear(.resource(report))
        #expect(effects.calls == ["status files"])
    }

    /// A new life of its daemon may find running what the old one had not stopped.
    @Test func whatARestartedPeerHadKeptIsWaitedFor() {
        var desk = Self.pair()
        _ = desk.hear(.askResources(.local, .me))
        _ = desk.hear(claim: Self.claim(desk, local: .none, foreign: .none, kept: ["files"]), stable: false)
        desk.peerGeneration += 1
        #expect(desk.hear(status: .initializing).calls.isEmpty)
        #expect(desk.settle().calls.isEmpty)
        let effects = desk.hear(claim: Self.claim(desk, local: .none, foreign: .none), stable: false)
        #expect(effects.calls == ["status files"])
    }

    // MARK: - Ending

    @Test func aNodeEndsInItsTimeAndNamesWhatIsUp() {
        var desk = Self.pair()
        desk.stuck = ["web"]
        let begin = desk.now
        var effects = desk.request(.shutdown)
        while !effects.contains(.stop(stillUp: ["web"])), desk.now < begin + .seconds(100) {
            effects = desk.pass(.milliseconds(500))
        }
        #expect(effects.contains(.stop(stillUp: ["web"])))
        #expect(desk.now - begin <= desk.core.node.configuration.shutdownTimeout + .seconds(1))
        #expect(!effects.contents.contains(.shutdownDone))
        #expect(desk.core.ownership.told?.report.claim?.kept == ["web"])
    }
}
