// What silence and speech of one node mean: every change of standing, at the very nanosecond it is due.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct PeerMonitorTests {
    private static let start = Instant(nanoseconds: 7_000_000_000)
    private static let grain = Duration.nanoseconds(1)

    /// The peer of a node started at `start` with deadtime 10 s and initdead 30 s, as seen with warntime 5 s.
    private struct Watched {
        var monitor = PeerMonitor(name: NodeName("beta"), deadtime: .seconds(10), initdead: .seconds(30), now: start)

        mutating func hear(
            _ status: NodeStatus, at seconds: Int, sequence: UInt64?, deadtime: Duration = .seconds(10)
        ) -> PeerMonitor.Hearing {
            hearLate(status, at: seconds, sequence: sequence, deadtime: deadtime).0
        }

        mutating func hearLate(
            _ status: NodeStatus, at seconds: Int, sequence: UInt64?, deadtime: Duration = .seconds(10)
        ) -> (PeerMonitor.Hearing, Duration?) {
            let (hearing, late) = monitor.heard(
                StatusReport(status: status, deadtime: deadtime), sequence: sequence.map(SequenceNumber.init),
                warntime: .seconds(5), now: start + .seconds(seconds))
            return (hearing, late)
        }

        /// Nothing happens a moment before; then it is dead, and that is told once.
        mutating func expectDeath(of before: PeerMonitor.Standing, at seconds: Int, _ place: SourceLocation) {
            let due = start + .seconds(seconds)
            #expect(monitor.deadline == due, sourceLocation: place)
            #expect(monitor.expire(now: due - grain) == nil, sourceLocation: place)
            #expect(monitor.standing == before, sourceLocation: place)
            #expect(monitor.expire(now: due) == before, sourceLocation: place)
            #expect(monitor.standing == .dead, sourceLocation: place)
            #expect(monitor.status == .dead, sourceLocation: place)
            #expect(monitor.deadline == nil, sourceLocation: place)
            #expect(monitor.expire(now: due + .seconds(1000)) == nil, sourceLocation: place)
        }
    }

    @Test func aNodeNeverHeardIsDeadAfterInitdead() {
        var peer = Watched()
        #expect(peer.monitor.standing == .awaited)
        #expect(!peer.monitor.isAlive)
        peer.expectDeath(of: .awaited, at: 30, #_sourceLocation)
    }

    @Test(arguments: [1, 10, 29, 40, 3600])
    func aNodeIsDeadAfterTheDeadtimeItAnnouncedItself(announced: Int) {
        var peer = Watched()
        #expect(peer.hear(.up, at: 2, sequence: 1, deadtime: .seconds(announced)) == .first)
        #expect(peer.monitor.isAlive)
        peer.expectDeath(of: .alive, at: 2 + announced, #_sourceLocation)
    }

    @Test func theLastAnnouncementCounts() {
        var peer = Watched()
        _ = peer.hear(.active, at: 1, sequence: 1, deadtime: .seconds(100))
        _ = peer.hear(.active, at: 2, sequence: 2, deadtime: .seconds(3))
        peer.expectDeath(of: .alive, at: 5, #_sourceLocation)
    }

    @Test(arguments: [
        (status: NodeStatus.up, active: false), (.active, true), (.initializing, false), (.dead, false), (.ping, false),
    ])
    func onlyAnActiveNodeIsAMember(status: NodeStatus, active: Bool) {
        var peer = Watched()
        _ = peer.hear(status, at: 1, sequence: 1)
        #expect(peer.monitor.isAlive)
        #expect(peer.monitor.isActive == active)
    }

    @Test func aChangeOfStatusIsToldOnce() {
        var peer = Watched()
        #expect(peer.hear(.initializing, at: 1, sequence: 1) == .first)
        #expect(peer.hear(.initializing, at: 2, sequence: 2) == .same)
        #expect(peer.hear(.up, at: 3, sequence: 3) == .statusChanged)
        #expect(peer.hear(.up, at: 4, sequence: 4) == .same)
    }

    @Test(arguments: [
        (silence: 4, late: nil), (5, nil), (6, Duration.seconds(6)), (9, Duration.seconds(9)),
    ])
    func aKeepaliveLaterThanWarntimeIsLate(silence: Int, late: Duration?) {
        var peer = Watched()
        #expect(peer.hearLate(.active, at: 20, sequence: 1) == (.first, nil))
        #expect(peer.hearLate(.active, at: 20 + silence, sequence: 2) == (.same, late))
    }

    // MARK: - Coming back

    @Test func aDeadNodeOfTheSameIncarnationReturns() {
        var peer = Watched()
        _ = peer.hear(.active, at: 1, sequence: 1)
        _ = peer.monitor.expire(now: Self.start + .seconds(60))
        #expect(peer.hearLate(.active, at: 100, sequence: 2) == (.returned, nil))
        #expect(peer.monitor.isActive)
        peer.expectDeath(of: .alive, at: 110, #_sourceLocation)
    }

    @Test func aNodeDeadBecauseItWasNeverHeardIsThereForTheFirstTime() {
        var peer = Watched()
        _ = peer.monitor.expire(now: Self.start + .seconds(30))
        #expect(peer.hear(.up, at: 40, sequence: 1) == .first)
        #expect(peer.monitor.isAlive)
    }

    @Test func aNewIncarnationBeginsAtInit() {
        var peer = Watched()
        _ = peer.hear(.active, at: 1, sequence: 900)
        peer.monitor.restarted(newestStatus: nil, now: Self.start + .seconds(5))
        #expect(peer.monitor.isAlive)
        #expect(peer.monitor.status == .initializing)
        // Its sequences begin anew; a low one is not outdated.
        #expect(peer.hear(.up, at: 6, sequence: 1) == .statusChanged)
        peer.expectDeath(of: .alive, at: 16, #_sourceLocation)
    }

    // MARK: - Leaving

    @Test func aNodeThatLeftDiesQuietly() {
        var peer = Watched()
        _ = peer.hear(.active, at: 1, sequence: 1)
        peer.monitor.hasLeft(now: Self.start + .seconds(20))
        #expect(!peer.monitor.isAlive)
        #expect(peer.hear(.active, at: 21, sequence: 3) == .afterLeaving)
        #expect(peer.monitor.standing == .left)
        peer.expectDeath(of: .left, at: 31, #_sourceLocation)
    }

    @Test func aNodeThatLeftIsBackWithANewIncarnation() {
        var peer = Watched()
        _ = peer.hear(.active, at: 1, sequence: 1)
        peer.monitor.hasLeft(now: Self.start + .seconds(20))
        peer.monitor.restarted(newestStatus: nil, now: Self.start + .seconds(22))
        #expect(peer.monitor.isAlive)
    }

    // MARK: - Order of arrival

    @Test(arguments: [PeerMonitor.Standing.alive, .dead])
    func anOutdatedStatusProvesNothing(standing: PeerMonitor.Standing) {
        var peer = Watched()
        _ = peer.hear(.active, at: 1, sequence: 10)
        if standing == .dead { _ = peer.monitor.expire(now: Self.start + .seconds(60)) }
        let before = peer.monitor
        #expect(peer.hearLate(.up, at: 70, sequence: 9, deadtime: .seconds(1)) == (.outdated, nil))
        #expect(peer.monitor == before)
    }

    @Test func aMessageOtherThanAStatusProvesOnlyAnAwaitedNodeAlive() {
        var awaited = Watched()
        awaited.monitor.spoke(now: Self.start + .seconds(1))
        #expect(awaited.monitor.isAlive)
        // Its statuses may still be on their way: initdead holds.
        awaited.expectDeath(of: .alive, at: 30, #_sourceLocation)
        let dead = awaited.monitor
        awaited.monitor.spoke(now: Self.start + .seconds(50))
        #expect(awaited.monitor == dead)

        var alive = Watched()
        _ = alive.hear(.active, at: 1, sequence: 1)
        alive.monitor.spoke(now: Self.start + .seconds(9))
        #expect(alive.monitor.deadline == Self.start + .seconds(11))
    }

    // MARK: - Our own stalls

    @Test(arguments: [
        (deadtime: 10, due: 52), (1, 52), (100, 101),
    ])
    func afterAStallANodeGetsGraceAtLeast(deadtime: Int, due: Int) {
        var peer = Watched()
        _ = peer.hear(.active, at: 1, sequence: 1, deadtime: .seconds(deadtime))
        peer.monitor.forgiveStall(grace: .seconds(2), now: Self.start + .seconds(50))
        #expect(peer.monitor.deadline == Self.start + .seconds(due))
    }

    @Test func aStallChangesNothingForADeadOrAwaitedNode() {
        var peer = Watched()
        peer.monitor.forgiveStall(grace: .seconds(2), now: Self.start + .seconds(29))
        #expect(peer.monitor == Watched().monitor)
        _ = peer.monitor.expire(now: Self.start + .seconds(30))
        peer.monitor.forgiveStall(grace: .seconds(2), now: Self.start + .seconds(31))
        #expect(peer.monitor.standing == .dead)
    }

    // MARK: - What is told of a death

    @Test func aDeathIsToldWithTheLastWordAndTheEndOfPatience() {
        var peer = Watched()
        _ = peer.hear(.active, at: 1, sequence: 1)
        _ = peer.hear(.active, at: 3, sequence: 2)
        // Grace moves the end, but nothing was heard then.
        peer.monitor.forgiveStall(grace: .seconds(2), now: Self.start + .seconds(50))
        #expect(peer.monitor.silence == nil)
        _ = peer.monitor.expire(now: Self.start + .seconds(60))
        let silence = PeerSilence(since: Self.start + .seconds(3), due: Self.start + .seconds(52))
        #expect(peer.monitor.silence == silence)
        _ = peer.hear(.active, at: 70, sequence: 3)
        #expect(peer.monitor.silence == silence)
        _ = peer.monitor.expire(now: Self.start + .seconds(90))
        #expect(peer.monitor.silence?.since == Self.start + .seconds(70))
    }

    @Test func aNodeNeverHeardHadNoLastWord() {
        var peer = Watched()
        _ = peer.monitor.expire(now: Self.start + .seconds(30))
        #expect(peer.monitor.silence == nil)
        // Any message of a node that is awaited proves it alive.
        var spoken = Watched()
        spoken.monitor.spoke(now: Self.start + .seconds(5))
        _ = spoken.monitor.expire(now: Self.start + .seconds(31))
        #expect(spoken.monitor.silence?.since == Self.start + .seconds(5))
    }

    // MARK: - Extremes

    @Test(arguments: [
        Duration.zero, .milliseconds(-1), .milliseconds(Int64.min), .milliseconds(Int64.max),
        .nanoseconds(Int64.max), .seconds(9_000_000_000),
    ])
    func anyAnnouncedDeadtimeIsHarmless(deadtime: Duration) {
        var peer = Watched()
        _ = peer.hear(.active, at: 1, sequence: 1, deadtime: deadtime)
        let due = peer.monitor.deadline
        #expect(due != nil)
        let isShort = deadtime <= .zero
        #expect(peer.monitor.expire(now: Self.start + .seconds(100_000)) == (isShort ? .alive : nil))
    }
}
