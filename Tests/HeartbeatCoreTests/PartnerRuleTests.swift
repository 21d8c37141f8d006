// Who follows whom: the word of a partner at the other end of a tunnel, and what it comes to.

import HeartbeatModel
import HeartbeatMonitors
import Testing

@Suite struct PartnerRuleTests {
    private func own(age: Double, pair: String = "m", serves: Bool = true, otherIsWith: Bool = false) -> OwnPlace {
        OwnPlace(servesHere: serves, age: .seconds(age), pair: pair, otherIsWith: otherIsWith)
    }

    private func denial(_ age: Double, pair: String = "n", isBound: Bool = false) -> PartnerWord {
        PartnerWord(.standsBy, isBound: isBound, age: .seconds(age), pair: pair)
    }

    private func footing(_ word: PartnerWord, _ own: OwnPlace) -> PartnerFooting {
        PartnerRule.footing(of: word, age: word.age, own: own)
    }

    @Test func aPartnerThatServesIsGoodAndOneThatChangesSaysNothing() {
        #expect(footing(PartnerWord(.serves, age: .seconds(1)), own(age: 900)) == .with)
        #expect(footing(PartnerWord(.changing), own(age: 900)) == .unsure)
    }

    @Test func thePairThatHasStayedLongerFollows() {
        #expect(footing(denial(0), own(age: 900)) == .apart)
        #expect(footing(denial(900), own(age: 0)) == .unsure)
    }

    /// Whatever the ages: never both while they are known alike, and within a second of each other exactly the one with the
    /// greater name.
    @Test func exactlyOneOfTwoFollows() {
        for difference in stride(from: -4.0, through: 4.0, by: 0.25) {
            let (left, right) = (2 + difference / 2, 2 - difference / 2)
            let leftFollows = footing(denial(right, pair: "right"), own(age: left, pair: "left")) == .apart
            let rightFollows = footing(denial(left, pair: "left"), own(age: right, pair: "right")) == .apart
            #expect(leftFollows != rightFollows, "\(difference)")
            if abs(difference) < 1 { #expect(rightFollows) }
        }
    }

    @Test func whoCannotComeIsFollowedWhoeverMovedLast() {
        #expect(footing(denial(900, isBound: true), own(age: 0)) == .apart)
        #expect(footing(denial(900, isBound: true), own(age: 0, serves: false)) == .apart)
    }

    @Test func aNodeThatStandsByDoesNotMindThatItsPartnerDoes() {
        #expect(footing(denial(0), own(age: 900, serves: false)) == .unsure)
    }

    @Test func pairsThatHaveBeenApartForLongDoNotWaitForEachOther() {
        #expect(footing(denial(900), own(age: 6)) == .apart)
    }

    private func monitor(fall: Int = 3) -> PathMonitor {
        var probe = PathProbe(name: "far", kind: .partner(host: "far", port: 1))
        probe.fall = fall
        return PathMonitor(probe)
    }

    @Test func aDenialCountsAtOnceAndSilenceAsUsual() {
        var path = monitor()
        _ = path.take(.told(PartnerWord(.serves)), at: .zero)
        #expect(path.footing(own(age: 60), at: .zero) == .with)
        #expect(path.take(.told(denial(0)), at: .zero) == nil)
        #expect(path.footing(own(age: 60), at: .zero) == .apart)
        #expect(!path.isLost)
        for count in 1...2 { #expect(path.take(.failed("a"), at: .zero) == .missed(reason: "a", count: count)) }
        #expect(path.take(.failed("a"), at: .zero) == .lost(reason: "a"))
        #expect(path.footing(own(age: 60), at: .zero) == .unsure)
    }

    @Test func theAgeOfAWordGrows() {
        var path = monitor()
        _ = path.take(.told(denial(0)), at: .zero)
        #expect(path.footing(own(age: 2), at: .zero) == .apart)
        #expect(path.footing(own(age: 4), at: .zero + .seconds(3.5)) == .unsure)
    }

    @Test func aDenialFromBeforeThisPairMovedDoesNotCount() {
        var path = monitor()
        _ = path.take(.told(denial(0, isBound: true)), at: .zero)
        #expect(path.footing(own(age: 0.1), at: .zero + .milliseconds(200)) == .unsure)
        #expect(path.footing(own(age: 0.3), at: .zero + .milliseconds(200)) == .apart)
    }

    /// A pair that takes back a peer without groups is changing for a moment, and goes nowhere.
    @Test func aPartnerThatIsChangingStaysAsItDidBefore() {
        var path = monitor()
        _ = path.take(.told(PartnerWord(.changing)), at: .zero)
        #expect(!path.partnerStays)
        _ = path.take(.told(PartnerWord(.serves)), at: .zero)
        _ = path.take(.told(PartnerWord(.changing)), at: .zero)
        #expect(path.partnerStays)
        _ = path.take(.told(denial(0)), at: .zero)
        #expect(!path.partnerStays)
        _ = path.take(.told(PartnerWord(.changing)), at: .zero)
        #expect(!path.partnerStays)
        _ = path.take(.told(PartnerWord(.serves)), at: .zero)
        for _ in 0..<3 { _ = path.take(.failed("refused"), at: .zero) }
        #expect(!path.partnerStays, "who is silent keeps nobody")
    }

    @Test func whoHasNeverSpokenIsUnknownAndNeverLost() {
        var path = monitor()
        #expect(path.take(.failed("refused"), at: .zero) == .unknown(reason: "refused; it has not answered yet"))
        for _ in 0..<20 { #expect(path.take(.failed("refused"), at: .zero) == nil) }
        #expect(!path.isLost && path.isAnswered == nil)
        #expect(path.footing(own(age: 60), at: .zero) == .unsure)
    }

    /// The other node of this pair knows that the far pair serves at its tunnel; nobody answers at this one.
    @Test func twoMissesAreEnoughWhenTheOtherPairIsKnownToServeElsewhere() {
        var path = monitor(fall: 30)
        _ = path.take(.failed("refused"), at: .zero)
        #expect(path.footing(own(age: 60, otherIsWith: true), at: .zero) == .unsure)
        _ = path.take(.failed("refused"), at: .zero)
        #expect(path.footing(own(age: 60, otherIsWith: true), at: .zero) == .apart)
        #expect(path.footing(own(age: 60, serves: false, otherIsWith: true), at: .zero) == .unsure)
    }

    /// A denial weighs less than a loss, and of two nodes at most one is worse.
    @Test func healthComparesLossesBeforeDenials() {
        func health(_ lost: Int, _ footing: PartnerFooting?) -> NodeHealth {
            NodeHealth(lost: lost, unproven: lost, footing: footing)
        }
        #expect(health(0, .apart).isWorse(than: health(0, .with)))
        #expect(!health(0, .apart).isWorse(than: health(0, .unsure)))
        #expect(!health(0, .apart).isWorse(than: health(0, nil)))
        #expect(!health(0, .apart).isWorse(than: health(1, .with)))
        #expect(health(1, .with).isWorse(than: health(0, .apart)))
        #expect(health(0, .apart).mayBeWorse(than: health(0, .with)))
        #expect(!health(0, .unsure).mayBeWorse(than: health(0, .with)))
        var random = SplitMix64(seed: 5)
        for _ in 0..<2000 {
            let all = (0..<2).map { _ in
                NodeHealth(
                    lost: .random(in: 0...2, using: &random), unproven: .random(in: 0...3, using: &random),
                    footing: [.with, .unsure, .apart, nil].randomElement(using: &random)!)
            }
            #expect(!(all[0].isWorse(than: all[1]) && all[1].isWorse(than: all[0])), "\(all)")
        }
    }
}
