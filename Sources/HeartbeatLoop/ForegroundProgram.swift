// The life of a program that is not the daemon: on the loop until a signal ends it.

import Glibc
import HeartbeatSystem
import NIOCore

package enum ForegroundProgram {
    /// Blocks the handled signals, calls `start` on the loop, and returns when SIGTERM or SIGINT has come: 0, or 1 when it could not
    /// begin.
    /// - Parameters:
    ///   - childMayHaveExited: for every SIGCHLD.
    ///   - end: what is left to do then.
    ///   - fail: why it could not begin.
    package static func run(
        start: @escaping (Reactor) -> Void, childMayHaveExited: @escaping () -> Void = {}, end: @escaping () -> Void,
        fail: @escaping (SystemError) -> Void
    ) -> Int32 {
        SignalSource.block()
        var code: Int32 = 0
        var signals: EventLoopFuture<any Channel>?
        Reactor.run { reactor in
            do throws(SystemError) {
                signals = try SignalSource.listen(on: reactor.eventLoop) { signal in
                    switch signal {
                    case SIGTERM, SIGINT:
                        end()
                        signals?.whenSuccess { channel in channel.close(promise: nil) }
                        reactor.stop()
                    case SIGCHLD: childMayHaveExited()
                    default: break
                    }
                }
                start(reactor)
            } catch {
                fail(error)
                code = 1
                reactor.stop()
            }
        }
        return code
    }
}
