// Work that only a disk can end, after the loop has: it gets a thread of its own and a while, and no daemon waits longer for it.

import Glibc
import HeartbeatModel
import HeartbeatSystem
import Synchronization

enum LastMoment {
    private final class Completion: Sendable {
        private let reached = Mutex(false)
        var isReached: Bool { reached.withLock { $0 } }
        func note() { reached.withLock { $0 = true } }
    }

    /// Returns when `work` has, or after `limit`; then it goes on by itself.
    static func run(atMost limit: Duration, _ work: @escaping @Sendable () -> Void) {
        let deadline = Instant.now + limit
        let isDone = Completion()
        let failure = DetachedThread.start {
            work()
            isDone.note()
        }
        guard failure == nil else { return }
        while !isDone.isReached, Instant.now < deadline { usleep(5000) }
    }
}
