// Work that only a disk can end, after the loop has: each piece gets a thread of its own, all together get a while, and no daemon waits
// longer for them.

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

    typealias Work = @Sendable () -> Void

    /// Returns when all pieces of work have, or after `limit`; then the others go on by themselves.
    static func run(atMost limit: Duration, _ all: [Work]) {
        let deadline = Instant.now + limit
        let begun = all.compactMap { work in
            let completion = Completion()
            let failure = DetachedThread.start {
                work()
                completion.note()
            }
            return failure == nil ? completion : nil
        }
        while begun.contains(where: { !$0.isReached }), Instant.now < deadline { usleep(5000) }
    }
}
