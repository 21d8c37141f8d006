// So much at once, then so much a second.

import HeartbeatModel
import Testing

@Suite struct AllowanceTests {
    private func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    @Test func whatItHoldsMayBeTakenAtOnce() {
        var allowance = Allowance(most: 10, perSecond: 5, now: at(0))
        for _ in 0..<10 {
            #expect(allowance.pause(at: at(0)) == nil)
            allowance.take(1, at: at(0))
        }
        #expect(allowance.pause(at: at(0)) == .milliseconds(200))
        #expect(allowance.pause(at: at(100)) == .milliseconds(200))
        #expect(allowance.pause(at: at(200)) == nil)
    }

    @Test func aLargePortionIsPaidForAfterwards() {
        var allowance = Allowance(most: 10, perSecond: 10, now: at(0))
        allowance.take(40, at: at(0))
        #expect(allowance.pause(at: at(0)) == .milliseconds(3100))
        #expect(allowance.pause(at: at(3000)) == .milliseconds(100))
        #expect(allowance.pause(at: at(3100)) == nil)
    }

    @Test func itNeverHoldsMoreThanFull() {
        var allowance = Allowance(most: 3, perSecond: 1000, now: at(0))
        for _ in 0..<3 { allowance.take(1, at: at(100_000_000)) }
        #expect(allowance.pause(at: at(100_000_000)) != nil)
    }

    /// However often it is looked at, a second brings what a second brings.
    @Test(arguments: [1, 3, 7, 40, 999] as [Int64])
    func manyLooksLoseNothing(step: Int64) {
        var allowance = Allowance(most: 100, perSecond: 50, now: at(0))
        var taken = 0
        for time in stride(from: Int64(0), through: 60_000, by: Int64.Stride(step)) {
            while allowance.pause(at: at(time)) == nil {
                allowance.take(1, at: at(time))
                taken += 1
            }
        }
        #expect((3050...3100).contains(taken), "\(taken)")
    }
}
