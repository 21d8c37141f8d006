// Work that a disk or a name service may hold up, done beside the loop and answered on it.

import HeartbeatSystem
import NIOCore

package enum BackgroundWork {
    /// Does `work` on a thread of its own, then calls `completion` with its outcome on the loop, where this is called too. When
    /// no thread can be made, the work is done at once. Nobody hears of what outlives the loop.
    package static func run<Value: Sendable>(
        on reactor: Reactor, _ work: @escaping @Sendable () -> Value, completion: @escaping (Value) -> Void
    ) {
        let loop = reactor.eventLoop
        let completion = NIOLoopBound(completion, eventLoop: loop)
        let all: @Sendable () -> Void = {
            let value = work()
            // No promise: a loop that has ended keeps none, and a debug build ends the process for one that is not kept.
            loop.execute { completion.value(value) }
        }
        if DetachedThread.start(all) != nil { all() }
    }
}
