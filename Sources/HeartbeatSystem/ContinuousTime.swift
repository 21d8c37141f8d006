// The clock of bounded waiting.

import Glibc

/// The clock of bounded waiting, in nanoseconds.
package enum ContinuousTime {
    package static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
