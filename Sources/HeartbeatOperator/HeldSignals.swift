// Signals that would end or stop the program are held back while something must not be left half done: groups that are away, a terminal that
// is not as it was found.

import CLinux
import Glibc
import HeartbeatModel
import HeartbeatSystem

/// Held back from the thread that makes this one, and from those that it starts.
final class HeldSignals {
    /// What usually ends a program.
    static let ends = [SIGINT, SIGTERM, SIGHUP]

    private var set = sigset_t()
    private var former = sigset_t()

    init(_ numbers: [Int32] = ends) {
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        pthread_sigmask(SIG_BLOCK, &set, &former)
    }

    /// Those that have come and nobody has waited for have got what they wanted: what was held back for them is done.
    deinit {
        while next(atMost: .zero) > 0 {}
        pthread_sigmask(SIG_SETMASK, &former, nil)
    }

    /// Has something to read when one has come; -1 with errno set on failure.
    func descriptor() -> OwnedDescriptor { OwnedDescriptor(takingOwnershipOf: clinux_signal_descriptor(&set)) }

    /// Waits for one; the name of the one that came.
    func wait(atMost time: Duration) -> String? {
        switch next(atMost: time) {
        case SIGINT: "SIGINT"
        case SIGTERM: "SIGTERM"
        case SIGHUP: "SIGHUP"
        case let number: number > 0 ? "signal \(number)" : nil
        }
    }

    /// -1 when none has come.
    private func next(atMost time: Duration) -> Int32 {
        let nanoseconds = Int(time.nanoseconds)
        var limit = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        return sigtimedwait(&set, nil, &limit)
    }
}
