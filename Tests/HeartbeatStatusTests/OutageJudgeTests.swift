// For how long nobody answered, judged by hand-made sightings: both ways, overlaps, and everything that was never seen.

import HeartbeatModel
import HeartbeatStatus
import Testing

@Suite struct OutageJudgeTests {
    private typealias Sighting = OutageJudge.Sighting

    /// Sightings at milliseconds.
    private static func judge(_ way: OutageJudge.Way, _ seen: [(Int64, Sighting)]) -> OutageJudge {
        var judge = OutageJudge(way)
        for (milliseconds, sighting) in seen {
            judge.see(sighting, at: Instant(nanoseconds: milliseconds * 1_000_000))
        }
        return judge
    }

    private static func found(_ way: OutageJudge.Way, _ seen: [(Int64, Sighting)]) -> OutageFigure.Found {
        judge(way, seen).figure.found
    }

    @Test func `on the way from here it lasts from the loss to the first answer`() {
        let seen: [(Int64, Sighting)] = [(0, .here), (100, .gone), (109, .answered), (111, .answered)]
        #expect(Self.found(.fromHere, seen) == .out(.milliseconds(9)))
        #expect(Self.judge(.fromHere, seen).figure.shared == .zero)
    }

    @Test func `on the way here it lasts from the last answer to the address`() {
        let seen: [(Int64, Sighting)] = [(90, .answered), (100, .answered), (111, .here), (150, .here)]
        #expect(Self.found(.toHere, seen) == .out(.milliseconds(11)))
        #expect(Self.judge(.toHere, seen).figure.shared == .zero)
    }

    @Test func `what two stations answer for is no outage, and is told`() {
        let away = Self.judge(
            .fromHere, [(0, .here), (90, .answered), (95, .answered), (100, .gone), (102, .answered)])
        #expect(away.figure.found == .out(.zero) && away.figure.shared == .milliseconds(10))
        let home = Self.judge(.toHere, [(90, .answered), (100, .here), (104, .answered), (107, .answered)])
        #expect(home.figure.found == .out(.zero) && home.figure.shared == .milliseconds(7))
    }

    @Test func `an address that comes and goes counts from its last change`() {
        let away: [(Int64, Sighting)] = [
            (0, .here), (50, .gone), (60, .here), (100, .gone), (130, .answered),
        ]
        #expect(Self.found(.fromHere, away) == .out(.milliseconds(30)))
        let home: [(Int64, Sighting)] = [(50, .answered), (60, .here), (61, .gone), (80, .here)]
        #expect(Self.found(.toHere, home) == .out(.milliseconds(30)))
    }

    @Test func `without an answer it is silent, not zero`() {
        #expect(Self.found(.fromHere, [(0, .here), (100, .gone)]) == .silent)
        #expect(Self.found(.toHere, [(100, .here)]) == .silent)
    }

    @Test func `what has not happened is said`() {
        #expect(Self.found(.fromHere, []) == .unknown("this kernel has not had it"))
        #expect(Self.found(.fromHere, [(0, .answered), (9, .gone)]) == .unknown("this kernel has not had it"))
        #expect(Self.found(.fromHere, [(0, .here)]) == .unknown("this kernel has not given it up"))
        #expect(Self.found(.toHere, [(0, .answered)]) == .unknown("this kernel has not got it"))
    }

    @Test func `it is urgent exactly while the next sighting decides`() {
        #expect(!Self.judge(.fromHere, [(0, .here)]).isUrgent)
        #expect(Self.judge(.fromHere, [(0, .here), (1, .gone)]).isUrgent)
        #expect(!Self.judge(.fromHere, [(0, .here), (1, .gone), (2, .answered)]).isUrgent)
        #expect(Self.judge(.toHere, [(0, .answered)]).isUrgent)
        #expect(!Self.judge(.toHere, [(0, .answered), (1, .here)]).isUrgent)
    }

    @Test func `nothing is known more exactly than the longest pause between two looks`() {
        var judge = Self.judge(.fromHere, [(0, .here)])
        #expect(judge.figure.within == .zero)
        for milliseconds: Int64 in [0, 2, 4, 21, 23] { judge.turn(at: Instant(nanoseconds: milliseconds * 1_000_000)) }
        #expect(judge.figure.within == .milliseconds(17))
    }
}
