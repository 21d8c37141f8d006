// A core is written down and read again in many states: it is the same core, and goes on as the first one does.

import HeartbeatModel
import Testing

@testable import HeartbeatCore

@Suite struct KeptStateTests {
    private static func copy(_ core: ClusterCore) throws -> ClusterCore {
        try StateFormat.read(ClusterCore.self, from: StateFormat.file(of: core))
    }

    @Test func `a pair's cores come back from every moment of a life`() throws {
        var pair = CorePair()
        for _ in 0..<60 {
            for core in pair.cores { #expect(try Self.copy(core) == core) }
            pair.pass(.milliseconds(700))
        }
        pair.feed(.requested(.standby(.all), RequestID(1)), to: 0)
        for _ in 0..<20 {
            for core in pair.cores { #expect(try Self.copy(core) == core) }
            pair.pass(.milliseconds(50))
        }
        pair.isCut = true
        for _ in 0..<60 {
            for core in pair.cores { #expect(try Self.copy(core) == core) }
            pair.pass(.seconds(1))
        }
    }

    @Test func `a copy answers as the core does`() throws {
        var pair = CorePair()
        pair.pass(.seconds(40))
        var (core, copy) = (pair.cores[0], try Self.copy(pair.cores[0]))
        let now = pair.now + .seconds(120)
        #expect(core.expireTimers(at: now) == copy.expireTimers(at: now))
        #expect(core == copy)
    }

    @Test func `effects that nobody has taken are not kept`() {
        var pair = CorePair()
        pair.pass(.seconds(40))
        var core = pair.cores[0]
        core.node.effects.append(.lookAtCarriers)
        #expect(throws: EncodingError.self) { try StateFormat.file(of: core) }
    }
}
