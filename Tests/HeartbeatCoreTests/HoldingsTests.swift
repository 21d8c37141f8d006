// The arithmetic of claims: ranks last until the last stop, exceptions are kept apart, and both nodes' names for a set fit.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct HoldingsTests {
    // MARK: - Our own

    @Test func aSetAlreadyHeldKeepsItsRank() {
        var own = OwnHoldings()
        own.acquire(.local, rank: .agreed)
        own.acquire(.all, rank: .takeover)
        #expect(own.held == .all)
        #expect(own.rank(of: .local) == .agreed)
        #expect(own.rank(of: .foreign) == .takeover)
    }

    @Test func theRankOutlivesTheHoldUntilEverythingIsStopped() {
        var own = OwnHoldings()
        own.acquire(.all, rank: .takeover)
        own.giveUp(.foreign)
        #expect(own.held == .local)
        #expect(own.rank(of: .foreign) == .takeover)
        own.released(.foreign)
        #expect(own.rank(of: .foreign) == .none)
        // What is held is not released by anybody's saying so.
        own.released(.local)
        #expect(own.rank(of: .local) == .takeover)
    }

    @Test func agreementRaisesWhatIsHeldAndNothingElse() {
        var own = OwnHoldings()
        own.acquire(.foreign, rank: .unheard)
        own.agree()
        #expect(own.rank(of: .foreign) == .agreed)
        #expect(own.rank(of: .local) == .none)
    }

    @Test func adoptedGroupsAreKeptInOrderAndOnce() {
        var own = OwnHoldings()
        for id in [4, 1, 3, 1] as [GroupID] { own.adopt(id) }
        #expect(own.adopted == [1, 3, 4])
        own.abandon(3)
        own.abandon(1)
        own.abandon(2)
        #expect(own.adopted == [4])
        #expect(own.leaving == [1, 3])
        own.forgetException(1)
        own.forgetException(4)
        #expect(own.adopted.isEmpty)
        #expect(own.leaving == [3])
        #expect(own.held.isEmpty)
    }

    @Test func aSetGivenGroupByGroupIsSoUntilItIsReleasedOrOursAgain() {
        var own = OwnHoldings()
        own.acquire(.all, rank: .agreed)
        own.giveUp(.foreign, singly: true)
        own.giveUp(.local)
        #expect(own.parted == .foreign)
        own.stay(3)
        own.stay(1)
        own.stay(3)
        #expect(own.staying == [1, 3])
        own.forgetException(3)
        own.endStaying()
        #expect(own.staying.isEmpty)
        own.acquire(.foreign, rank: .agreed)
        #expect(own.parted.isEmpty)
        own.giveUp(.foreign, singly: true)
        own.released(.foreign)
        #expect(own.parted.isEmpty)
    }

    @Test func aSetIsLetGoOfWhenItIsNeitherClaimedNorRunInOurPlace() {
        var holdings = PeerHoldings(claimed: .local, claim: ResourceClaim(local: .none, foreign: .agreed))
        #expect(!holdings.hasLetGo(of: .all, keys: ["web"]))
        #expect(holdings.hasLetGo(of: .foreign, keys: ["web"]))
        holdings.claim?.adopted = ["web"]
        #expect(!holdings.hasLetGo(of: .foreign, keys: ["web"]))
        #expect(!PeerHoldings(claimed: []).hasLetGo(of: .all, keys: []), "an original does not tell")
    }

    // MARK: - The peer's

    @Test(
        arguments: [
            (claimed: [], part: .local, rank: .none), (.all, .local, .agreed), (.foreign, .local, .none),
            (.foreign, .foreign, .agreed),
        ] as [(HoldSet, HoldSet, ClaimRank)])
    func whatAnOriginalHoldsCountsAsAgreed(claimed: HoldSet, part: HoldSet, rank: ClaimRank) {
        #expect(PeerHoldings(claimed: claimed).rank(of: part) == rank)
    }

    @Test func thePeersLocalIsOurForeign() {
        let holdings = PeerHoldings(claim: ResourceClaim(local: .takeover, foreign: .unheard))
        #expect(holdings.rank(of: .foreign) == .takeover)
        #expect(holdings.rank(of: .local) == .unheard)
    }

    @Test func aReleaseOutdatesEarlierReportsAndTheirExceptions() {
        var holdings = PeerHoldings(
            claimed: .all, claim: ResourceClaim(local: .agreed, foreign: .agreed, failed: ["web"], adopted: ["mail"]),
            reportSequence: SequenceNumber(5))
        holdings.released(.local, at: SequenceNumber(9))
        #expect(holdings.claimed == .foreign)
        #expect(holdings.reportSequence == SequenceNumber(9))
        #expect(holdings.claim?.failed == [])
        #expect(holdings.claim?.adopted == [])
        holdings.outdate(before: SequenceNumber(7))
        #expect(holdings.reportSequence == SequenceNumber(9))
    }

    // MARK: - Sets

    @Test(
        arguments: [
            (set: [], parts: []), (.local, [.local]), (.foreign, [.foreign]), (.all, [.local, .foreign]),
        ] as [(HoldSet, [HoldSet])])
    func everySetIsItsParts(set: HoldSet, parts: [HoldSet]) {
        #expect(set.parts == parts)
    }

    @Test(
        arguments: [
            (local: .none, foreign: .none, held: []), (.unheard, .none, .local), (.none, .takeover, .foreign),
            (.agreed, .unheard, .all),
        ] as [(ClaimRank, ClaimRank, HoldSet)])
    func aClaimCoversEveryRankAboveNone(local: ClaimRank, foreign: ClaimRank, held: HoldSet) {
        #expect(ResourceClaim(local: local, foreign: foreign).held == held)
    }
}
