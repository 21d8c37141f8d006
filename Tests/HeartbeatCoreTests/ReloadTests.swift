// Changed files taken up by a running node, and what two nodes do whose haresources differ.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct ReloadTests {
    private static func group(_ words: String..., of node: NodeName = CoreOnDesk.alpha) -> ResourceGroup {
        GroupOnHost.group(words).of(node)
    }

    /// What beta, which holds its own groups, reports when its haresources has `groups`.
    private static func claim(_ desk: CoreOnDesk, _ groups: [ResourceGroup]) -> ResourceClaim {
        ResourceClaim(
            local: .agreed, foreign: .none, heard: desk.everythingSent, groups: groups.map(\.fingerprint))
    }

    private static func configuration(_ groups: [ResourceGroup]) -> Configuration {
        var configuration = CoreOnDesk.configuration
        configuration.groups = groups
        return configuration
    }

    private static let web = group("web")
    private static let files = group("files", of: CoreOnDesk.beta)
    private static let mail = group("mail")

    /// A stable pair whose files are the same.
    private static func pair() -> CoreOnDesk {
        var desk = CoreOnDesk.besideOurs(configuration([web, files]))
        _ = desk.hear(claim: claim(desk, [web, files]), stable: true)
        _ = desk.settle()
        return desk
    }

    // MARK: - One node

    @Test func theSameFilesChangeNothing() {
        var desk = Self.pair()
        let effects = desk.feed(.reconfigured(Self.configuration([Self.web, Self.files])))
        #expect(effects.calls.isEmpty && effects.messages.isEmpty)
        #expect(effects.tells(.reconfigured))
    }

    @Test func aResourceAddedToALineIsStartedBehindTheRest() {
        var desk = Self.pair()
        var effects = desk.feed(.reconfigured(Self.configuration([Self.group("web", "mail"), Self.files])))
        effects += desk.settle()
        #expect(effects.calls == ["status mail", "start mail"])
        #expect(desk.running == ["web", "mail"])
    }

    @Test func aLineThatIsGoneIsReleased() {
        var desk = Self.pair()
        var effects = desk.feed(.reconfigured(Self.configuration([Self.files])))
        effects += desk.settle()
        #expect(effects.calls == ["stop web"])
        #expect(effects.facts.contains(.groupRemoved(Self.web)))
        #expect(desk.core.snapshot.groups.map(\.key) == ["files"])
        // Once it is released the next reload forgets it.
        _ = desk.feed(.reconfigured(Self.configuration([Self.files])))
        #expect(desk.core.node.groups.runners.count == 1)
    }

    /// Told as failed, it would be started by the peer.
    @Test func aLineThatIsGoneHasNotFailed() {
        var desk = Self.pair()
        desk.broken = ["web"]
        desk.running = ["files"]
        _ = desk.feed(.resourceLost(groupKey: "web", word: "web"))
        _ = desk.settle()
        func failed() -> [String]? {
            var claim = Self.claim(desk, [Self.files])
            claim.wantsAnswer = true
            return desk.hear(.resource(ResourceReport(hold: .local, isStable: true, claim: claim)))
                .reports.last?.claim?.failed
        }
        #expect(failed() == ["web"])
        _ = desk.feed(.reconfigured(Self.configuration([Self.files])))
        #expect(failed() == [])
    }

    @Test func aLineThatComesBackBeforeItIsReleasedRunsOn() {
        var desk = Self.pair()
        _ = desk.feed(.reconfigured(Self.configuration([Self.files])))
        _ = desk.feed(.reconfigured(Self.configuration([Self.files, Self.web])))
        _ = desk.settle()
        #expect(desk.running == ["web"])
    }

    @Test func aShorterDeadtimeIsToldAtOnce() {
        var desk = Self.pair()
        var configuration = Self.configuration([Self.web, Self.files])
        configuration.deadtime = .seconds(5)
        _ = desk.feed(.reconfigured(configuration))
        let statuses = desk.pass(.zero).contents.compactMap { content in
            if case .status(let report) = content { report.deadtime } else { nil }
        }
        #expect(statuses == [.seconds(5)])
    }

    @Test func linksOfNewMediaAreAwaitedAndThoseOfOldOnesForgotten() {
        var desk = Self.pair()
        var configuration = Self.configuration([Self.web, Self.files])
        configuration.media = [.broadcast(interface: "eth1", port: 694)]
        _ = desk.feed(.reconfigured(configuration))
        #expect(desk.core.snapshot.nodes.allSatisfy { $0.links.map(\.medium) == [MediumName("eth1")] })
        #expect(
            desk.pass(.seconds(60)).facts.contains(
                .linkDead(node: CoreOnDesk.beta, medium: MediumName("eth1"))))
    }

    /// Groups with a resource in common are looked at one after another, here without end.
    @Test func checksThatTakeLongerThanTheirIntervalKeepNoGroupWaiting() {
        func group(_ word: String) -> ResourceGroup {
            let resources = [word, "common"].map {
                Resource(word: $0, scriptName: $0, arguments: [], monitorInterval: .seconds(1))
            }
            return ResourceGroup(preferredNode: CoreOnDesk.alpha, resources: resources, line: 1)
        }
        var desk = CoreOnDesk.besideAnOriginal(Self.configuration([group("one"), group("two"), Self.files]))
        #expect(desk.running == ["one", "common", "two"])
        desk.peerStatus = nil
        _ = desk.wait(.seconds(2))
        let checked = desk.pending.map(\.action.groupKey)
        #expect(checked == ["one"])
        let more = Self.configuration([group("one"), group("two"), group("three"), Self.files])
        _ = desk.feed(.reconfigured(more))
        for _ in 0..<20 {
            _ = desk.wait(.milliseconds(1500))
            _ = desk.hear(status: .active)
            _ = desk.answer()
        }
        #expect(desk.running.contains("three"))
    }

    // MARK: - Two nodes

    @Test func aNewLineIsStartedWhenThePeerHasItToo() {
        var desk = Self.pair()
        let new = [Self.web, Self.files, Self.mail]
        var effects = desk.feed(.reconfigured(Self.configuration(new)))
        effects += desk.settle()
        #expect(effects.calls.isEmpty)
        #expect(effects.tells(.differentGroups(node: CoreOnDesk.beta, keys: ["mail"])))
        #expect(effects.reports.last?.claim?.groups == new.map(\.fingerprint))
        var later = desk.hear(claim: Self.claim(desk, new), stable: true)
        later += desk.settle()
        #expect(later.calls == ["status mail", "start mail"])
    }

    @Test func aNewLineIsStartedWhenThePeerIsGone() {
        var desk = Self.pair()
        _ = desk.feed(.reconfigured(Self.configuration([Self.web, Self.files, Self.mail])))
        desk.peerStatus = nil
        _ = desk.pass(.seconds(60))
        #expect(desk.running == ["web", "files", "mail"])
    }

    /// Both nodes would run it as their own otherwise.
    @Test func aLineMovedToTheOtherNodeRunsWhereItRanUntilBothKnow() {
        var desk = Self.pair()
        let moved = [Self.group("web", of: CoreOnDesk.beta), Self.files]
        var effects = desk.feed(.reconfigured(Self.configuration(moved)))
        effects += desk.settle()
        #expect(effects.calls.isEmpty)
        #expect(desk.running == ["web"])
        effects = desk.hear(claim: Self.claim(desk, moved), stable: true)
        effects += desk.settle()
        #expect(effects.calls == ["stop web"])
        #expect(desk.running.isEmpty)
    }

    @Test func aLineMovedHereIsNotStartedBeforeThePeerKnows() {
        var desk = Self.pair()
        let moved = [Self.web, Self.group("files", of: CoreOnDesk.alpha)]
        _ = desk.feed(.reconfigured(Self.configuration(moved)))
        _ = desk.settle()
        #expect(desk.running == ["web"])
        _ = desk.hear(claim: Self.claim(desk, moved), stable: true)
        _ = desk.settle()
        #expect(desk.running == ["web", "files"])
    }

    @Test func aGroupThePeerDoesNotKnowIsNotHandedOver() {
        var desk = Self.pair()
        _ = desk.feed(.reconfigured(Self.configuration([Self.web, Self.files, Self.mail])))
        let effects = desk.request(.standby(.local))
        guard
            case .reply(_, .refused(let reason))? = effects.first(where: { if case .reply = $0 { true } else { false } }
            )
        else {
            Issue.record("\(effects)")
            return
        }
        #expect(reason.contains("haresources") && reason.contains("alpha mail"))
        #expect(desk.running == ["web"])
    }

    @Test func aLineThatIsGoneAndReleasedIsNoObstacleToAHandover() {
        var desk = Self.pair()
        _ = desk.feed(.reconfigured(Self.configuration([Self.files])))
        _ = desk.settle()
        _ = desk.hear(claim: Self.claim(desk, [Self.files]), stable: true)
        #expect(desk.request(.standby(.local)).steps == ["local me"])
    }

    @Test func otherResourcesAtTheSamePlaceAreOnlyTold() {
        var desk = CoreOnDesk.besideOurs(Self.configuration([Self.web, Self.files]))
        let effects = desk.hear(claim: Self.claim(desk, [Self.group("web", "mail"), Self.files]), stable: true)
        #expect(effects.tells(.differentGroups(node: CoreOnDesk.beta, keys: ["web"])))
        #expect(desk.request(.standby(.local)).steps == ["local me"])
    }

    @Test func aDifferenceIsToldOnceAndAgainWhenItChanges() {
        var desk = Self.pair()
        _ = desk.feed(.reconfigured(Self.configuration([Self.web, Self.files, Self.mail])))
        let again = desk.hear(claim: Self.claim(desk, [Self.web, Self.files]), stable: true)
        #expect(again.facts.isEmpty)
        let gone = desk.hear(claim: Self.claim(desk, [Self.files]), stable: true)
        #expect(gone.tells(.differentGroups(node: CoreOnDesk.beta, keys: ["web", "mail"])))
    }

    // MARK: - A line that each node has under its own name

    /// A pair of which alpha has just got a line that nobody runs.
    private static func pairWithNewLine() -> (desk: CoreOnDesk, heardBefore: MessageIdentity) {
        var desk = CoreOnDesk.besideOurs(configuration([files]))
        _ = desk.hear(claim: claim(desk, [files]), stable: true)
        let heard = desk.everythingSent
        _ = desk.feed(.reconfigured(configuration([web, files])))
        return (desk, heard)
    }

    /// Beta tells that it has the line under its own name, or that it takes it for alpha's nevertheless.
    private static func beta(
        concedes conceding: Bool, to desk: inout CoreOnDesk, heard: MessageIdentity? = nil
    ) -> [Effect] {
        var claim = claim(desk, [web.preferring(conceding ? CoreOnDesk.alpha : CoreOnDesk.beta), files])
        if let heard { claim.heard = heard }
        claim.ownOnBoth = conceding ? ["web"] : []
        return desk.hear(claim: claim, stable: true) + desk.settle()
    }

    @Test func aLineUnderBothNamesIsStartedWhenTheOtherNodeHasConcededIt() {
        var (desk, _) = Self.pairWithNewLine()
        var effects = Self.beta(concedes: false, to: &desk)
        #expect(effects.calls.isEmpty)
        #expect(effects.tells(.ownOnBoth(node: CoreOnDesk.beta, keys: ["web"], first: CoreOnDesk.alpha)))
        #expect(!effects.tells(any: .differentGroups))
        #expect(effects.reports.last?.claim?.ownOnBoth == ["web"])
        effects = Self.beta(concedes: true, to: &desk)
        #expect(effects.calls == ["status web", "start web"])
        #expect(!effects.tells(any: .ownOnBoth))
    }

    @Test func aConcessionFromBeforeOurPresentFilesCountsForNothing() {
        var (desk, before) = Self.pairWithNewLine()
        let effects = Self.beta(concedes: true, to: &desk, heard: before)
        #expect(effects.calls.isEmpty)
        #expect(effects.reports.last?.claim?.wantsAnswer == true)
        _ = Self.beta(concedes: true, to: &desk)
        #expect(desk.running == ["web"])
    }

    @Test func anOriginalDoesNotTellItsFiles() {
        var desk = CoreOnDesk.besideAnOriginal(Self.configuration([Self.web, Self.files]))
        var effects = desk.feed(.reconfigured(Self.configuration([Self.web, Self.files, Self.mail])))
        effects += desk.settle()
        #expect(desk.running == ["web", "mail"])
        #expect(!effects.tells(any: .differentGroups))
    }
}

extension ResourceGroup {
    fileprivate func of(_ node: NodeName) -> ResourceGroup {
        ResourceGroup(preferredNode: node, resources: resources, line: line)
    }
}
