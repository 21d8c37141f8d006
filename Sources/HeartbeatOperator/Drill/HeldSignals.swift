// Signals that would end the program are held back while groups are away: those come home first.

import Glibc
import HeartbeatModel

/// SIGINT, SIGTERM and SIGHUP, held back from the thread that makes this one, and from those that it starts.
final class HeldSignals {
    private var set = sigset_t()
    private var former = sigset_t()

    init() {
        sigemptyset(&set)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, &former)
    }

    /// Those that have come and nobody has waited for have got what they wanted: what was held back for them is done.
    deinit {
        while wait(atMost: .zero) != nil {}
        pthread_sigmask(SIG_SETMASK, &former, nil)
    }

    /// Waits for one; the name of the one that came.
    func wait(atMost time: Duration) -> String? {
        let nanoseconds = Int(time.nanoseconds)
        var limit = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        switch sigtimedwait(&set, nil, &limit) {
        case SIGINT: return "SIGINT"
        case SIGTERM: return "SIGTERM"
        case SIGHUP: return "SIGHUP"
        default: return nil
        }
    }
}
