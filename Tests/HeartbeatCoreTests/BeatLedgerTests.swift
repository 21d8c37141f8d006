// What is lost on each medium is counted, and nothing else: not what is sent again, not what a slow line brings late, not what was never
// said. And whatever sequences come, nothing breaks.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct BeatLedgerTests {
    static let eth0 = MediumName("eth0")
    static let tty = MediumName("/dev/ttyS0")

    /// A ledger and the tracker whose word it goes by, as in a channel.
    private struct Bench {
        var ledger: BeatLedger
        var tracker: SequenceTracker
        var random = SplitMix64(seed: 3)
        /// An hour begins here.
        var now = Instant(nanoseconds: 3_600_000_000_000 * 10)

        init(_ media: [MediumName] = [eth0, tty]) {
            var random = SplitMix64(seed: 3)
            tracker = SequenceTracker(longestDelay: .milliseconds(250), random: &random)
            ledger = BeatLedger(media, now: now)
        }

        mutating func hear(_ sequence: UInt64, over media: MediumName..., isStatus: Bool = true) {
            for medium in media {
                let number = SequenceNumber(sequence)
                let verdict = tracker.receive(number, now: now, random: &random)
                ledger.heard(number, isStatus: isStatus, verdict, over: medium, at: now)
            }
        }

        /// One second each, over both media.
        mutating func hear(_ sequences: ClosedRange<UInt64>) {
            for sequence in sequences {
                hear(sequence, over: eth0, tty)
                now = now + .seconds(1)
            }
        }

        func lost(_ medium: MediumName) -> UInt64? { ledger.figures(of: medium, at: now)?.lost }
        func lane(_ medium: MediumName) -> String? { ledger.figures(of: medium, at: now)?.lane }
        var losses: [UInt64?] { [lost(eth0), lost(tty)] }
        /// Whole seconds between two statuses, and how often.
        func intervals(_ medium: MediumName) -> [Int: UInt64] {
            let all = ledger.intervals(of: NodeName("gw-b")).first { $0.labels == ["gw-b", medium.text] }
            let scale = NodeFacts.Histogram.Name.beatInterval.scale
            var result: [Int: UInt64] = [:]
            for (place, count) in (all?.durations.counts ?? []).enumerated() where count > 0 {
                result[Int(scale.bound(place) / 1_000_000_000)] = count
            }
            return result
        }
    }

    @Test func aStatusIsMissedWhenTheNextButOneHasCome() {
        var bench = Bench()
        bench.hear(1...2)
        bench.hear(3, over: Self.eth0)
        bench.hear(4, over: Self.eth0, Self.tty)
        #expect(bench.losses == [0, 0], "it may still come")
        bench.hear(5, over: Self.eth0)
        #expect(bench.losses == [0, 1])
        bench.hear(6, over: Self.eth0, Self.tty)
        bench.hear(7, over: Self.eth0, Self.tty)
        #expect(bench.losses == [0, 2] && bench.lane(Self.tty) == "||.|.")
        #expect(bench.lane(Self.eth0) == "|||||")
    }

    @Test func whatASlowLineBringsBeforeTheNextButOneIsNotMissed() {
        var bench = Bench()
        bench.hear(1...2)
        for sequence in UInt64(3)...20 {
            bench.hear(sequence, over: Self.eth0)
            bench.hear(sequence - 1, over: Self.tty)
        }
        #expect(bench.losses == [0, 0])
    }

    @Test func whatNoMediumHasBroughtIsMissedOnAllOnceItIsSentAgain() {
        var bench = Bench()
        bench.hear(1...2)
        bench.hear(4, over: Self.eth0, Self.tty)
        bench.hear(3, over: Self.eth0, Self.tty)
        bench.hear(5...6)
        #expect(bench.losses == [1, 1] && bench.lane(Self.eth0) == "||.|")
        // Long after, and in another order than it was said.
        bench.hear(9...12)
        #expect(bench.losses == [1, 1], "nobody has said yet that they were statuses")
        bench.hear(8, over: Self.tty, Self.eth0)
        bench.hear(7, over: Self.eth0, Self.tty)
        #expect(bench.losses == [3, 3])
    }

    @Test func whatIsSentAgainIsNoLossIfItIsNoStatusOrHadCome() {
        var bench = Bench()
        bench.hear(1...2)
        bench.hear(4, over: Self.eth0, Self.tty)
        bench.hear(3, over: Self.eth0, Self.tty, isStatus: false)
        bench.hear(5...8)
        for sequence in UInt64(1)...8 { bench.hear(sequence, over: Self.eth0, Self.tty, Self.eth0) }
        bench.hear(9...20)
        #expect(bench.losses == [0, 0])
        #expect(bench.lane(Self.eth0)?.contains(".") == false)
    }

    @Test func aMediumThatNeverBroughtAnythingMissesNothingAndAnotherWayCountsForTheOthers() {
        var bench = Bench()
        for sequence in UInt64(1)...9 { bench.hear(sequence, over: Self.eth0) }
        #expect(bench.losses == [0, 0] && bench.lane(Self.tty) == "")
        for sequence in UInt64(10)...14 { bench.hear(sequence, over: MediumName("bypass eth9")) }
        #expect(bench.losses == [3, 0], "10 to 12: the last two may still come")
        #expect(bench.ledger.figures(of: MediumName("bypass eth9"), at: bench.now) == nil)
    }

    @Test func anotherLifeOfThePeerBeginsAnew() {
        var bench = Bench()
        bench.hear(1...5)
        bench.hear(6, over: Self.eth0)
        bench.hear(7...8)
        #expect(bench.losses == [0, 1])
        bench.ledger.beginAnew()
        bench.tracker = SequenceTracker(longestDelay: .milliseconds(250), random: &bench.random)
        #expect(bench.lane(Self.eth0) == "" && bench.ledger.figures(of: Self.eth0, at: bench.now)?.jitter == nil)
        bench.hear(1...9)
        #expect(bench.losses == [0, 1], "what the medium has lost it has lost")
        #expect(bench.lane(Self.tty) == "|||||||")
    }

    @Test func sequencesAtTheirEndBreakNothing() {
        var bench = Bench()
        bench.hear(UInt64.max - 6...UInt64.max)
        #expect(bench.losses == [0, 0] && bench.lane(Self.eth0) == "|||||")
        // A count that begins again is that of another life, and until then it is old.
        bench.hear(0...20)
        #expect(bench.losses == [0, 0])
    }

    @Test func oneSequenceOutOfTheBlueMakesNothingElseOld() {
        var bench = Bench()
        bench.hear(1...5)
        bench.hear(.max, over: Self.eth0)
        bench.hear(6...12)
        #expect(bench.losses == [0, 0] && bench.lane(Self.eth0) == "||||||||||")
    }

    @Test func aDayLaterNothingIsKnownOfIt() {
        var bench = Bench()
        bench.hear(1...5)
        bench.hear(6, over: Self.eth0)
        bench.hear(7...8)
        bench.now = bench.now + .seconds(23 * 3600)
        #expect(bench.losses == [0, 1])
        bench.hear(9...10)
        bench.hear(11, over: Self.tty)
        bench.hear(12...13)
        #expect(bench.losses == [1, 1])
        bench.now = bench.now + .seconds(2 * 3600)
        #expect(bench.losses == [1, 0])
        bench.now = bench.now + .seconds(90 * 3600)
        #expect(bench.losses == [0, 0])
    }

    @Test func regularityIsTheMeanDeviationFromTheInterval() {
        var bench = Bench()
        bench.hear(1...2)
        #expect(bench.ledger.figures(of: Self.eth0, at: bench.now)?.jitter == nil)
        bench.hear(3...20)
        #expect(bench.ledger.figures(of: Self.eth0, at: bench.now)?.jitter == .zero)
        bench.now = bench.now + .milliseconds(800)
        bench.hear(21...23)
        #expect(bench.lane(Self.eth0) == String(repeating: "|", count: 19) + ":")
        let jitter = bench.ledger.figures(of: Self.eth0, at: bench.now)?.jitter
        #expect(
            jitter.map { $0 > .milliseconds(50) && $0 < .milliseconds(150) } == true, "\(String(describing: jitter))")
    }

    @Test func intervalsAreCountedByTheirSizeAlsoWhereOneIsMissed() {
        var bench = Bench()
        bench.hear(1...2)
        #expect(bench.intervals(Self.eth0) == [1: 1], "up to 1.024 s")
        bench.hear(3, over: Self.tty)
        bench.now = bench.now + .seconds(1)
        bench.hear(4...6)
        #expect(bench.intervals(Self.eth0) == [1: 3, 2: 1], "up to 2.048 s")
        #expect(bench.intervals(Self.tty) == [1: 5])
        bench.now = bench.now + .seconds(500)
        bench.ledger.beginAnew()
        bench.tracker = SequenceTracker(longestDelay: .milliseconds(250), random: &bench.random)
        bench.hear(1...3)
        #expect(bench.intervals(Self.eth0) == [1: 5, 2: 1], "the time between two lives is no interval")
        bench.now = bench.now + .seconds(500)
        bench.ledger.redefine([MediumName("eth7"), Self.eth0])
        bench.hear(4...5)
        #expect(bench.intervals(Self.eth0) == [1: 6, 2: 1] && bench.intervals(MediumName("eth7")) == [:])
        #expect(bench.intervals(Self.tty) == [:], "it is none of ha.cf any more")
    }

    @Test func aLaneHasAtMostTwenty() {
        var bench = Bench()
        bench.hear(1...200)
        #expect(bench.lane(Self.eth0) == String(repeating: "|", count: PeerView.laneLength))
    }

    @Test func mediaThatStayKeepWhatTheyHaveLost() {
        var bench = Bench()
        bench.hear(1...5)
        bench.hear(6, over: Self.eth0)
        bench.hear(7...8)
        bench.ledger.redefine([MediumName("eth7"), Self.tty])
        #expect(bench.lost(Self.tty) == 1 && bench.lost(Self.eth0) == nil && bench.lost(MediumName("eth7")) == 0)
        bench.hear(9...20)
        #expect(bench.lost(Self.tty) == 1)
        bench.ledger.redefine((0..<40).map { MediumName("eth\($0)") })
        #expect(bench.lost(MediumName("eth15")) == 0 && bench.lost(MediumName("eth16")) == nil)
    }

    /// Beside a count that remembers everything.
    @Test func lossesAreCountedAsSomebodyWouldWhoRemembersAll() {
        for seed in UInt64(1)...20 {
            var random = SplitMix64(seed: seed)
            var bench = Bench()
            bench.hear(1...3)
            var came: [[Bool]] = []
            for sequence in UInt64(4)...500 {
                var marks = [Int.random(in: 0..<5, using: &random) > 0, Int.random(in: 0..<3, using: &random) > 0]
                // What no medium brings nobody knows of.
                if marks == [false, false] { marks[0] = true }
                if marks[0] { bench.hear(sequence, over: Self.eth0) }
                if marks[1] { bench.hear(sequence, over: Self.tty) }
                came.append(marks)
            }
            let settled = came.dropLast(2)
            #expect(
                bench.losses == [UInt64(settled.count { !$0[0] }), UInt64(settled.count { !$0[1] })], "seed \(seed)")
        }
    }

    @Test func anythingMayCome() {
        var random = SplitMix64(seed: 8)
        var bench = Bench((0..<20).map { MediumName("eth\($0)") })
        for _ in 0..<50_000 {
            let near = UInt64.random(in: 0...400, using: &random)
            let sequence =
                Int.random(in: 0..<50, using: &random) == 0 ? UInt64.random(in: 0...(.max), using: &random) : near
            bench.hear(
                sequence, over: MediumName("eth\(Int.random(in: 0..<22, using: &random))"),
                isStatus: Bool.random(using: &random))
            bench.now = bench.now + .milliseconds(Int64.random(in: 0...5_000, using: &random))
            if Int.random(in: 0..<2000, using: &random) == 0 { bench.ledger.beginAnew() }
        }
        for place in 0..<20 {
            let figures = bench.ledger.figures(of: MediumName("eth\(place)"), at: bench.now)
            #expect((figures == nil) == (place >= 16))
            #expect((figures?.lane.count ?? 0) <= PeerView.laneLength)
        }
    }
}
