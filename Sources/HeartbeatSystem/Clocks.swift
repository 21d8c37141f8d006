// The clocks: the monotonic one, by which everything is measured; the one that goes on while the machine is suspended, for what
// must be over when it wakes up; and the one on the wall, which only people and files read.

import Glibc
import HeartbeatModel

extension Instant {
    /// The monotonic time. CLOCK_MONOTONIC: no administrator and no NTP step moves it; it stands still while the machine is
    /// suspended, so that a node that wakes up does not find its peer dead before it has listened; and it is the clock the
    /// loop sleeps by, so that a deadline needs no conversion.
    package static var now: Instant { read(CLOCK_MONOTONIC) }

    /// The time since boot, with that in which the machine was suspended. CLOCK_BOOTTIME: what a node has promised ends also
    /// while it sleeps, and the kernel's programs read it, too. Never before `now`, and not to be compared with it.
    package static var sinceBoot: Instant { read(CLOCK_BOOTTIME) }

    private static func read(_ clock: clockid_t) -> Instant {
        var time = timespec()
        clock_gettime(clock, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}

/// The time on the wall.
package enum WallClock {
    /// Seconds since 1970, at least 1: 0 stands for no time in messages and files.
    package static var unixTime: UInt64 { UInt64(max(1, time(nil))) }

    /// Milliseconds since 1970.
    package static var unixMilliseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(max(0, time.tv_sec)) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    }
}
