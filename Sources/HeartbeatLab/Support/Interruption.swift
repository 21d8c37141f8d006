// Turns SIGINT, SIGTERM and SIGHUP into a flag that every wait of the laboratory looks at, so that a ^C takes the same
// way out as an error: through the code that removes namespaces and processes.

import Glibc
import Synchronization

/// Whether the laboratory shall end now.
package enum Interruption {
    private static let flag = Atomic<Bool>(false)

    /// Takes over the signals. Call it on the main thread before any other thread exists, so that all inherit the mask.
    package static func takeOverSignals() throws {
        signal(SIGPIPE, SIG_IGN)
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
        let code = pthread_sigmask(SIG_BLOCK, &signals, nil)
        guard code == 0 else { throw LabError.system(operation: "block signals", code: code) }
        let awaited = signals
        _ = try LabThread { wait(for: awaited) }
    }

    private static func wait(for signals: sigset_t) {
        var signals = signals
        var number: Int32 = 0
        while sigwait(&signals, &number) == 0 { flag.store(true, ordering: .relaxed) }
    }

    /// Throws once a signal has come.
    package static func check() throws {
        if flag.load(ordering: .relaxed) { throw LabError.interrupted }
    }

    /// Sleeps, but not through a signal.
    package static func pause(_ duration: Duration) throws {
        let end = Moment.now() + duration
        while true {
            try check()
            let left = end - Moment.now()
            guard left > .zero else { return }
            sleepThrough(min(left, .milliseconds(20)))
        }
    }

    /// Looks every 10 ms until `condition` holds; `false` when `limit` has passed before.
    package static func wait(atMost limit: Duration, until condition: () throws -> Bool) throws -> Bool {
        let end = Moment.now() + limit
        while try !condition() {
            guard Moment.now() < end else { return false }
            try pause(.milliseconds(10))
        }
        return true
    }

    /// The same for what must come about: throws with its name otherwise.
    package static func wait(for what: String, atMost limit: Duration, until condition: () throws -> Bool) throws {
        guard try wait(atMost: limit, until: condition) else { throw LabError.notReached("waited in vain for \(what)") }
    }
}

/// Sleeps for a duration whatever happens.
func sleepThrough(_ duration: Duration) {
    var left = timespec(
        tv_sec: Int(duration.inNanoseconds / 1_000_000_000), tv_nsec: Int(duration.inNanoseconds % 1_000_000_000))
    var remaining = timespec()
    while nanosleep(&left, &remaining) != 0 && errno == EINTR { left = remaining }
}

extension Moment {
    /// The present.
    package static func now() -> Moment {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
