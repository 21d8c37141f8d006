// Work that a disk or a name service may hold up, done beside the loop and answered on it.

import HeartbeatSystem
import NIOCore

package enum BackgroundWork {
    /// Does `work` on a thread of its own, then calls `completion` with its outcome on the loop, where this is called too. When
    /// no thread can be made, the work is done at once.
    package static func run<Value: Sendable>(
        on reactor: Reactor, _ work: @escaping @Sendable () -> Value, completion: @escaping (Value) -> Void
    ) {
        let promise = reactor.eventLoop.makePromise(of: Value.self)
        promise.futureResult.assumeIsolated().whenSuccess(completion)
        if DetachedThread.start({ promise.succeed(work()) }) != nil { promise.succeed(work()) }
    }
}
