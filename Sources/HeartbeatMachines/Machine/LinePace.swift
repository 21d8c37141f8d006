// How fast a serial line carries bytes. Pure.

import HeartbeatLab

/// One direction of a line of so many bits a second: ten bits to a byte, as with one stop bit and no parity.
struct LinePace: Hashable {
    private let byteTime: Duration
    /// When the line is free for its next byte.
    private(set) var freeAt: Moment

    /// Baud must be positive.
    init(baud: Int, at now: Moment) {
        byteTime = .nanoseconds(10_000_000_000 / baud)
        freeAt = now
    }

    /// How many of the waiting bytes have left until now. A line that was idle does not catch up.
    /// - Parameter wasIdle: nothing was waiting before.
    mutating func leave(waiting: Int, wasIdle: Bool, at now: Moment) -> Int {
        if wasIdle { freeAt = max(freeAt, now) }
        guard waiting > 0, now >= freeAt else { return 0 }
        let count = min(waiting, Int((now - freeAt).inMilliseconds / byteTime.inMilliseconds) + 1)
        freeAt = freeAt + byteTime * count
        return count
    }
}
