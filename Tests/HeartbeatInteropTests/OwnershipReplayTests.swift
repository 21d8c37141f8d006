// The judge of the record: a service that runs twice is seen, whatever happened before.

import HeartbeatLab
import Testing

@testable import HeartbeatInterop

@Suite struct OwnershipReplayTests {
    private static func records(_ text: String) -> [ScriptRecord] {
        text.split(separator: ",").compactMap { ScriptRecord(line: "0 \($0)") }
    }

    private static func problems(_ text: String, mayOverlap: Bool = false) -> [String] {
        var replay = OwnershipReplay()
        replay.begin(mayOverlap: mayOverlap)
        replay.take(records(text))
        return replay.problems
    }

    @Test(arguments: [
        "cluster1 front start,cluster1 front stop,cluster2 front start",
        "cluster1 front start,cluster1 power cut,cluster2 front start",
        "cluster1 front start,cluster1 front start", "cluster1 front start,cluster2 back start",
        "cluster1 front status,cluster2 front start",
    ])
    func whatFollowsEachOtherIsRight(text: String) {
        #expect(Self.problems(text).isEmpty)
    }

    @Test(arguments: [
        "cluster1 front start,cluster2 front start", "cluster1 front start,cluster2 front start,cluster1 front stop",
        "cluster1 front start,cluster2 power cut,cluster2 front start",
    ])
    func whatRunsTwiceIsSeen(text: String) {
        #expect(Self.problems(text) == ["front started on cluster2 while it ran on cluster1"])
        #expect(Self.problems(text, mayOverlap: true).isEmpty)
    }

    @Test func whatRanBeforeASceneCountsInIt() {
        var replay = OwnershipReplay()
        replay.begin(mayOverlap: false)
        replay.take(Self.records("cluster1 front start"))
        replay.begin(mayOverlap: false)
        replay.take(Self.records("cluster2 front start,cluster2 back stop"))
        #expect(replay.problems.count == 1)
        #expect(replay.touched == ["cluster2": ["front start", "back stop"]])
    }

    @Test func whatTheOriginalsWouldNotTouchIsNamed() {
        let row = CaseMatrix.mixed[0]
        func life(_ touched: [String: Set<String>]) -> LifeOutcome {
            LifeOutcome(
                row: row, scenes: [SceneOutcome(scene: .stop(0), outage: [], lost: [], problems: [], touched: touched)])
        }
        let measure = life(["cluster1": ["front stop", "back stop"], "cluster2": ["front start"]])
        #expect(InteropProgram.beyond(measure, life(["cluster1": ["front stop"]])).isEmpty)
        #expect(
            InteropProgram.beyond(measure, life(["cluster2": ["front start", "back start"]])) == [
                "stop of 1: back start on cluster2, which the originals do not do"
            ])
    }
}
