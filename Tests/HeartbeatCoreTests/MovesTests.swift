// Single groups that an operator moves to the other node: what the reports say, what the peer makes of them, and when they return.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct MovesTests {
    private static let web = CoreOnDesk.configuration.groups[0]

    /// A stable pair of this version: each node runs its own.
    private static func pair() -> CoreOnDesk {
        var desk = CoreOnDesk.besideOurs()
        _ = desk.hear(claim: claim(desk), stable: true)
        return desk
    }

    private static func claim(_ desk: CoreOnDesk, adopted: [String] = []) -> ResourceClaim {
        ResourceClaim(local: .agreed, foreign: .none, heard: desk.everythingSent, adopted: adopted, kept: [])
    }

    /// `web` has been moved and has stopped.
    private static func moved() -> CoreOnDesk {
        var desk = pair()
        _ = desk.request(.move("web"))
        _ = desk.settle()
        return desk
    }

    private static func refusal(_ effects: [Effect]) -> String? {
        for case .reply(_, .refused(let reason)) in effects { return reason }
        return nil
    }

    @Test func `it stops here, and is offered while its set stays`() {
        var desk = Self.pair()
        let ordered = desk.request(.move("web"))
        #expect(Self.refusal(ordered) == nil && ordered.tells(.moveOrdered(Self.web)) && ordered.calls == ["stop web"])
        let stopped = desk.settle().reports.last
        #expect(stopped?.hold == .local && stopped?.claim?.failed == ["web"] && stopped?.claim?.moved == ["web"])
        #expect(desk.running.isEmpty)
        let told = desk.core.facts(at: desk.now).groups.first
        #expect(told?.state == .stopped, "nothing has failed")
    }

    @Test func `it is no longer wanted here while the peer runs it`() {
        var desk = Self.moved()
        _ = desk.hear(claim: Self.claim(desk, adopted: ["web"]), stable: true)
        desk.peerStatus = .active
        #expect(desk.pass(.seconds(200)).calls.isEmpty)
    }

    @Test func `it returns when the peer does not run it any more`() {
        var desk = Self.moved()
        _ = desk.hear(claim: Self.claim(desk, adopted: ["web"]), stable: true)
        let effects = desk.hear(claim: Self.claim(desk), stable: true)
        #expect(effects.tells(.moveTakenBack(Self.web)) && effects.calls == ["status web"])
        #expect(effects.reports.last?.claim?.failed == [] && effects.reports.last?.claim?.moved == [])
    }

    @Test func `a daemon that begins anew beside it takes it once more`() {
        var desk = Self.moved()
        _ = desk.hear(claim: Self.claim(desk, adopted: ["web"]), stable: true)
        desk.peerGeneration = 8
        _ = desk.prove(generation: 8)
        for status in [NodeStatus.up, .active] { _ = desk.hear(status: status) }
        let effects = desk.hear(claim: Self.claim(desk), stable: true)
        #expect(!effects.tells(.moveTakenBack(Self.web)) && effects.calls.isEmpty)
        #expect(desk.core.ownership.told?.report.claim?.moved == ["web"])
    }

    @Test func `one that the peer does not take is started again after a minute`() {
        var desk = Self.moved()
        desk.peerStatus = .active
        #expect(desk.pass(Gift.patience - .seconds(2)).calls.isEmpty)
        #expect(desk.pass(.seconds(4)).calls.first == "status web")
        #expect(desk.running == ["web"])
    }

    @Test func `a handover of the set takes it along`() {
        var desk = Self.moved()
        _ = desk.hear(claim: Self.claim(desk, adopted: ["web"]), stable: true)
        _ = desk.request(.standby(.local))
        let effects = desk.hear(.askResources(.local, .other)) + desk.settle()
        #expect(effects.reports.last?.claim?.moved == [] && effects.calls.isEmpty)
    }

    /// By that handover the other node may run it.
    @Test func `what was offered before a handover that took too long is not believed after it`() {
        var desk = Self.pair()
        _ = desk.request(.standby(.all))
        var claim = Self.claim(desk)
        (claim.failed, claim.moved) = (["files"], ["files"])
        _ = desk.hear(claim: claim, stable: true)
        let given = desk.hear(.askResources(.all, .other)) + desk.settle()
        #expect(given.calls.contains("stop web") && !given.calls.contains { $0.hasSuffix("files") })
        desk.peerStatus = .active
        let late = desk.pass(.seconds(3700))
        #expect(!late.calls.contains { $0.hasSuffix("files") }, "\(late.calls)")
        #expect(late.reports.last?.claim?.wantsAnswer == true)
        claim.heard = desk.everythingSent
        #expect(desk.hear(claim: claim, stable: true).calls.contains("status files"))
    }

    /// The other node may have given everything away, and taken it back.
    @Test func `what was offered before a promise that nobody came back to is not believed after it`() {
        var desk = Self.pair()
        let promised = desk.hear(.askResources(.all, .me))
        #expect(promised.tells(.standbyAccepted(.all)))
        var claim = Self.claim(desk)
        (claim.failed, claim.moved) = (["files"], ["files"])
        _ = desk.hear(claim: claim, stable: false)
        desk.peerStatus = .active
        let late = desk.pass(.seconds(3700))
        #expect(late.tells(.standbyExpired) && late.calls.isEmpty, "\(late.calls)")
        #expect(late.reports.last?.claim?.wantsAnswer == true)
        claim.heard = desk.everythingSent
        #expect(desk.hear(claim: claim, stable: true).calls.contains("status files"))
    }

    /// Whoever moved it takes it back when it hears that it was let go.
    @Test func `what was let go is not taken again on a word from before`() {
        var desk = Self.pair()
        var claim = Self.claim(desk)
        (claim.failed, claim.moved) = (["files"], ["files"])
        _ = desk.hear(claim: claim, stable: true) + desk.settle()
        #expect(desk.running.contains("files"))
        claim.heard = desk.everythingSent
        _ = desk.request(.standby(.all))
        _ = desk.hear(.askResources(.all, .other))
        #expect(desk.settle().reports.last?.claim?.adopted == [])
        let old = desk.hear(claim: claim, stable: true)
        #expect(!old.calls.contains { $0.hasSuffix("files") } && old.reports.contains { $0.claim?.wantsAnswer == true })
        claim.heard = desk.everythingSent
        #expect(desk.hear(claim: claim, stable: true).calls.contains("status files"))
    }

    @Test func `the peer is told that nothing failed`() {
        var desk = Self.pair()
        var claim = Self.claim(desk)
        (claim.failed, claim.moved) = (["files"], ["files"])
        let effects = desk.hear(claim: claim, stable: true)
        #expect(effects.tells(.adoptingGroup(CoreOnDesk.configuration.groups[1], isMoved: true)))
        #expect(effects.calls == ["status files"])
        #expect(desk.core.facts(at: desk.now).groups.last?.onPeer == .stopped)
    }

    @Test(arguments: [("files", "does not run here"), ("mail", "there is no group mail")])
    func `what does not run here is not moved`(key: String, reason: String) {
        var desk = Self.pair()
        let effects = desk.request(.move(key))
        #expect(Self.refusal(effects)?.contains(reason) == true && effects.calls.isEmpty)
    }

    @Test func `a peer that takes only sets gets no single group`() {
        var desk = CoreOnDesk.besideOurs()
        let effects = desk.request(.move("web"))
        #expect(Self.refusal(effects)?.contains("takes only sets of groups") == true && effects.calls.isEmpty)
    }
}
