// The wall clock and the load, for the messages that carry them along. Read at most once a second: nothing is decided by
// them, and a keepalive should cost as few system calls as possible.

import Glibc
import HeartbeatCore
import HeartbeatModel
import HeartbeatSystem

/// Looks at the clock on the wall and at /proc/loadavg.
struct HostSampler {
    private static let pause = Duration.seconds(1)

    private let descriptor = open("/proc/loadavg", O_RDONLY | O_CLOEXEC)
    private var last: Instant?

    /// A sample, unless one was taken within the last second.
    mutating func sample(at now: Instant) -> HostSample? {
        if let last, now - last < Self.pause { return nil }
        last = now
        return current
    }

    /// How it is now.
    var current: HostSample { HostSample(unixTime: WallClock.unixTime, load: load()) }

    private func load() -> String {
        var room = [UInt8](repeating: 0, count: 128)
        let count = pread(descriptor, &room, room.count, 0)
        guard count > 0 else { return "0.00 0.00 0.00 0/0 0" }
        return String(decoding: room.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
