// The ownership protocol gone through state by state: in everything that can happen within bounds no group is started where
// it may run already, and whatever comes to rest has one owner for each group.

import HeartbeatModel
import HeartbeatSimulator
import Testing

@Suite struct ExplorationTests {
    @Test(arguments: Exploration.worlds(size: 1))
    func everyRuleHoldsInEveryState(bounds: Exploration.Bounds) {
        let result = Exploration.explore(bounds)
        print("\(bounds.name): \(result.states) states, \(result.steps) steps")
        #expect(result.isComplete)
        #expect(result.objection == nil)
        #expect(result.states > 200 && result.depth > 10, "there is not enough to do in \(bounds.name)")
    }

    /// What is gone through is the same each time.
    @Test func theSameStatesAreFoundAgain() throws {
        let bounds = try #require(Exploration.worlds(size: 1).first { $0.name == "takeover" })
        let (one, other) = (Exploration.explore(bounds), Exploration.explore(bounds))
        #expect(one.states == other.states && one.steps == other.steps)
    }
}
