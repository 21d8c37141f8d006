// What the tools that wait conclude from what they see: a move that goes on, is over, or has been given up.

import HeartbeatModel
import Testing

@testable import HeartbeatControl

@Suite struct RelocationTests {
    /// What is seen at one look; groups `own` prefers the local node, `other` the peer.
    private struct Look {
        var hold: HoldSet
        var moves = false
        var own = ClusterSnapshot.Group.State.running
        var other = ClusterSnapshot.Group.State.stopped
        var seconds = 1

        var facts: ClusterFacts {
            ClusterFacts(
                localNode: NodeName("nodea"), hold: hold, isInTransition: moves,
                groups: [
                    .init(key: "own", preferredNode: NodeName("nodea"), state: own),
                    .init(key: "other", preferredNode: NodeName("nodeb"), state: other),
                ])
        }
    }

    private func verdict(
        _ move: Move, of set: HoldSet, before: Look? = nil, _ looks: [Look]
    ) -> Relocation.Verdict? {
        var relocation = Relocation(move, of: set, before: before?.facts)
        var verdict: Relocation.Verdict?
        for look in looks {
            guard verdict == nil || verdict == .goesOn else { return verdict }
            verdict = relocation.judge(look.facts, after: .seconds(look.seconds))
        }
        return verdict
    }

    @Test func aStandbyIsOverWhenNothingOfTheSetIsHeld() {
        let looks = [
            Look(hold: .local), Look(hold: .local, moves: true, own: .releasing),
            Look(hold: [], moves: true, own: .stopped),
        ]
        #expect(verdict(.standby, of: .all, looks) == .goesOn)
        #expect(verdict(.standby, of: .all, looks + [Look(hold: [], own: .stopped)]) == .succeeded)
        #expect(verdict(.standby, of: .local, [Look(hold: .foreign, own: .stopped)]) == .succeeded)
    }

    @Test func aTakeoverIsOverWhenTheWholeSetIsHeld() {
        let looks = [Look(hold: .local), Look(hold: .all, moves: true, other: .acquiring)]
        #expect(verdict(.takeover, of: .all, looks) == .goesOn)
        #expect(verdict(.takeover, of: .all, looks + [Look(hold: .all, other: .running)]) == .succeeded)
    }

    @Test func aMoveThatHasBegunAndEndedElsewhereIsGivenUp() {
        let still = Look(hold: .local)
        let looks = [Look(hold: .local, moves: true, own: .releasing), still, still]
        #expect(verdict(.standby, of: .all, looks) == .goesOn, "settled for a moment only")
        #expect(
            verdict(.standby, of: .all, looks + [still])
                == .failed("the move was given up; this node holds local"))
    }

    @Test func anOrderWithoutEffectIsGivenUpAfterThePatienceOfTheOtherNode() {
        let early = (1...15).map { Look(hold: .local, seconds: $0) }
        #expect(verdict(.takeover, of: .all, early) == .goesOn)
        let late = (16...18).map { Look(hold: .local, seconds: $0) }
        #expect(verdict(.takeover, of: .all, early + late) == .failed("the other node did not answer"))
    }

    @Test func aMoveThatWasOverBetweenTwoLooksIsNoticed() {
        let before = Look(hold: .foreign, own: .stopped)
        let after = Look(hold: .foreign, own: .failed)
        #expect(verdict(.takeover, of: .local, before: before, [before, before, before]) == .goesOn)
        #expect(
            verdict(.takeover, of: .local, before: before, [after, after, after])
                == .failed("own could not be started on this node"))
    }

    @Test func aGroupThatFailedIsNotMoved() {
        let moves = Look(hold: .all, moves: true)
        let stuck = Look(hold: .local, own: .stopFailed)
        let stuckVerdict = verdict(.standby, of: .all, [moves, stuck, stuck, stuck])
        #expect(stuckVerdict == .failed("own would not stop on this node"))
        let failed = Look(hold: .all, other: .failed)
        let failedVerdict = verdict(.takeover, of: .foreign, [moves, failed, failed, failed])
        #expect(failedVerdict == .failed("other could not be started on this node"))
    }

    @Test func aGroupThatStaysBehindIsNoSuccess() {
        let moves = Look(hold: .local, moves: true)
        let stays = Look(hold: [], own: .running)
        #expect(
            verdict(.standby, of: .all, [moves, stays, stays, stays])
                == .failed("own would not stop and runs on on this node"))
        let withheld = Look(hold: .all, other: .withheld)
        #expect(
            verdict(.takeover, of: .foreign, [moves, withheld, withheld, withheld])
                == .failed("other has not been stopped on the other node"))
    }

    @Test func aSnapshotIsReadBack() throws {
        let snapshot = ControlAnswerTests.snapshot(hold: .all, isInTransition: true)
        let facts = try #require(ClusterFacts(lines: snapshot.facts))
        #expect(facts.localNode == snapshot.localNode && facts.hold == .all && facts.isInTransition)
        #expect(facts.groups == snapshot.groups)
    }

    @Test(arguments: [
        [], ["local\tnodea"], ["hold\tall\tstable"], ["local\tnodea", "hold\tsome\tstable"],
        ["local\tnodea", "hold\tall\tstable", "group\tk\tnodea\tflying"], [""],
    ])
    func otherLinesAreNoSnapshot(lines: [String]) {
        #expect(ClusterFacts(lines: lines) == nil)
    }

    @Test(
        arguments: [
            (.stopped, .failed, "all groups are stopped"), (.running, .stopped, "own is to be stopped"),
            (.releasing, .acquiring, "own is being stopped, other is being started"),
            (.stopFailed, .stopped, "own would not stop"),
        ] as [(ClusterSnapshot.Group.State, ClusterSnapshot.Group.State, String)])
    func whoWaitsForAnEndIsToldWhatIsLeft(
        own: ClusterSnapshot.Group.State, other: ClusterSnapshot.Group.State, text: String
    ) {
        #expect(Look(hold: [], own: own, other: other).facts.unfinished == text)
    }
}
