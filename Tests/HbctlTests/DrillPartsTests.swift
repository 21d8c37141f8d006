// Parts of a drill that no pair is needed for: the signals that it holds back.

import Glibc
import Testing

@testable import HeartbeatOperator

@Suite struct DrillPartsTests {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// All of them stay blocked in this thread meanwhile, so that a mistake ends no test.
    @Test func `a drill has seen every signal that came while it held them`() {
        var (blocked, former) = (sigset_t(), sigset_t())
        sigemptyset(&blocked)
        for number in Self.signals { sigaddset(&blocked, number) }
        pthread_sigmask(SIG_BLOCK, &blocked, &former)
        defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
        do {
            let held = HeldSignals()
            for number in Self.signals { pthread_kill(pthread_self(), number) }
            #expect(held.wait(atMost: .zero) != nil)
        }
        var now = timespec()
        for _ in Self.signals { #expect(sigtimedwait(&blocked, nil, &now) < 0, "none is left") }
    }
}
