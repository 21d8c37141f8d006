// What is still to be written when the loop has ended: all of it together gets one while, and none of it keeps the rest waiting.

import Foundation
import HeartbeatModel
import HeartbeatSystem
import Testing

@testable import HeartbeatDaemon

@Suite struct LastMomentTests {
    @Test func `what hangs costs one limit, however much hangs, and nothing else waits for it`() {
        let gate = DispatchSemaphore(value: 0)
        let isWritten = DispatchSemaphore(value: 0)
        let hanging = [LastMoment.Work](repeating: { gate.wait() }, count: 20)
        let begin = Instant.now
        LastMoment.run(atMost: .seconds(1), hanging + [{ isWritten.signal() }])
        let time = Instant.now - begin
        for _ in hanging { gate.signal() }
        #expect(time >= .seconds(1) && time < .seconds(10), "\(time)")
        #expect(isWritten.wait(timeout: .now() + 60) == .success)
    }

    @Test func `nobody waits for what is done`() {
        let begin = Instant.now
        LastMoment.run(atMost: .seconds(60), [{}, {}])
        LastMoment.run(atMost: .seconds(60), [])
        #expect(Instant.now - begin < .seconds(30))
    }
}
