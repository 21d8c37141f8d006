// Parts of a drill that no pair is needed for: the signals that it holds back, and the threads that measure.

import Glibc
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem
import Synchronization
import Testing

@testable import HeartbeatOperator

@Suite struct DrillPartsTests {
    /// All of them stay blocked in this thread meanwhile, so that a mistake ends no test.
    @Test(arguments: [HeldSignals.ends, [SIGUSR1, SIGUSR2, SIGALRM]])
    func `who holds signals has seen every one that came meanwhile`(numbers: [Int32]) {
        var (blocked, former) = (sigset_t(), sigset_t())
        sigemptyset(&blocked)
        for number in numbers { sigaddset(&blocked, number) }
        pthread_sigmask(SIG_BLOCK, &blocked, &former)
        defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
        do {
            let held = HeldSignals(numbers)
            for number in numbers { pthread_kill(pthread_self(), number) }
            #expect(held.wait(atMost: .zero) != nil)
        }
        var now = timespec()
        for _ in numbers { #expect(sigtimedwait(&blocked, nil, &now) < 0, "none is left") }
    }

    private static func blocked() -> [Bool] {
        var mask = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &mask)
        return (1..<32).map { sigismember(&mask, $0) == 1 }
    }

    /// One signal is blocked already, and stays so.
    @Test(.enabled(if: isatty(STDIN_FILENO) != 1))
    func `a terminal that cannot be had leaves the signals as they were`() {
        var (own, former) = (sigset_t(), sigset_t())
        sigemptyset(&own)
        sigaddset(&own, SIGUSR2)
        pthread_sigmask(SIG_BLOCK, &own, &former)
        defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
        let before = Self.blocked()
        #expect(before[Int(SIGUSR2) - 1])
        #expect(LiveTerminal(isColoured: false) == nil)
        #expect(Self.blocked() == before)
    }

    private static let figure = OutageFigure(found: .out(.milliseconds(4)))

    @Test func `a round measures until it is ended`() {
        let turns = Mutex(0)
        let round = ProbeRound(1) { goesOn in
            while goesOn() { turns.withLock { $0 += 1 } }
            return [Self.figure]
        }
        #expect(round.end() == [Self.figure])
        #expect(turns.withLock { $0 } > 0, "it has looked before begin returned")
    }

    /// Goes on when it is told to, whatever the round is told.
    private final class Late: Sendable {
        private let isFree = Mutex(false)

        func stay() {
            while !isFree.withLock({ $0 }) { usleep(1000) }
        }

        func free() { isFree.withLock { $0 = true } }
    }

    @Test func `a thread that does not end is told as that, and what it finds later is nobody else's`() {
        let late = Late()
        let away = ProbeRound(2, patience: .milliseconds(20)) { goesOn in
            _ = goesOn()
            late.stay()
            return [Self.figure, Self.figure]
        }
        let unknown = OutageFigure(found: .unknown("the measuring thread did not end"))
        #expect(away.end() == [unknown, unknown])
        let home = ProbeRound(1) { goesOn in
            while goesOn() { usleep(1000) }
            return [OutageFigure(found: .silent)]
        }
        late.free()
        // Its thread is over when it has told what it found.
        let end = Instant.now + .seconds(20)
        while away.end() != [Self.figure, Self.figure], Instant.now < end {}
        #expect(away.end() == [Self.figure, Self.figure])
        #expect(home.end() == [OutageFigure(found: .silent)])
    }
}
