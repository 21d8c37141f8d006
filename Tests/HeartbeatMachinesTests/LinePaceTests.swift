// How many bytes a line carries by when, without any clock.

import HeartbeatLab
import Testing

@testable import HeartbeatMachines

@Suite struct LinePaceTests {
    private let start = Moment(nanoseconds: 1_000_000_000)

    private func after(_ milliseconds: Int) -> Moment { start + .milliseconds(milliseconds) }

    @Test("A byte leaves at once, the next when its ten bits have gone")
    func first() {
        var pace = LinePace(baud: 10_000, at: start)
        #expect(pace.leave(waiting: 5, wasIdle: true, at: start) == 1)
        #expect(pace.leave(waiting: 4, wasIdle: false, at: start) == 0)
        #expect(pace.leave(waiting: 4, wasIdle: false, at: after(1)) == 1)
        #expect(pace.freeAt == after(2))
    }

    @Test("Who looks late sees all that has left meanwhile, and no more than was waiting")
    func late() {
        var pace = LinePace(baud: 10_000, at: start)
        #expect(pace.leave(waiting: 100, wasIdle: true, at: start) == 1)
        #expect(pace.leave(waiting: 99, wasIdle: false, at: after(10)) == 10)
        #expect(pace.leave(waiting: 3, wasIdle: false, at: after(1000)) == 3)
    }

    @Test("A line that was idle does not catch up")
    func idle() {
        var pace = LinePace(baud: 10_000, at: start)
        #expect(pace.leave(waiting: 1, wasIdle: true, at: start) == 1)
        #expect(pace.leave(waiting: 50, wasIdle: true, at: after(1000)) == 1)
        #expect(pace.leave(waiting: 49, wasIdle: false, at: after(1000)) == 0)
    }

    @Test("A minute at 19200 baud is 1920 bytes a second, however often it is looked at", arguments: [1, 7, 130])
    func minute(step: Int) {
        var pace = LinePace(baud: 19200, at: start)
        var carried = 0
        for time in stride(from: 0, to: 60_000, by: step) {
            carried += pace.leave(waiting: 1_000_000, wasIdle: time == 0, at: after(time))
        }
        #expect(abs(carried - 115_200) <= 1920 * step / 1000 + 16)
    }
}
