import Testing

@testable import HeartbeatSimulator

@Suite("Two pairs of nodes with two tunnels")
struct PairsSimulationTests {
    /// Of 500 runs these two found what the others do not: a taker that awaited its peer, and was taken for a node that stands by.
    @Test("A pair in the middle of a handover is not followed back", arguments: [1148, 1628] as [UInt64])
    func handover(seed: UInt64) {
        var pairs = PairsSimulation(seed: seed)
        #expect(pairs.run().violations.isEmpty)
    }

    @Test("The same seed gives the same run")
    func repeated() {
        var (one, other) = (PairsSimulation(seed: 16), PairsSimulation(seed: 16))
        let (first, second) = (one.run(), other.run())
        #expect(first.digest == second.digest && first.steps == second.steps && first.steps > 0)
    }
}
