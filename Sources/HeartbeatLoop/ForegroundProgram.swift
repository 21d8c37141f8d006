// The life of a program that is not the daemon: on the loop until a signal, or the program itself, ends it.

import Glibc
import HeartbeatSystem
import NIOCore

package final class ForegroundProgram {
    package let reactor: Reactor
    private var code: Int32 = 0
    private var signals: EventLoopFuture<any Channel>?

    private init(_ reactor: Reactor) {
        self.reactor = reactor
    }

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
        run(
            start: { start($0.reactor) }, childMayHaveExited: childMayHaveExited,
            stop: { program, _ in
                end()
                program.end(0)
            }, fail: fail)
    }

    /// The same for a program that has something to do between the signal and its end: it ends when ``end(_:)`` is called.
    /// - Parameter stop: for every SIGTERM and SIGINT.
    package static func run(
        start: @escaping (ForegroundProgram) -> Void, childMayHaveExited: @escaping () -> Void,
        stop: @escaping (ForegroundProgram, _ signal: Int32) -> Void, fail: @escaping (SystemError) -> Void
    ) -> Int32 {
        SignalSource.block()
        var program: ForegroundProgram?
        Reactor.run { reactor in
            let life = ForegroundProgram(reactor)
            program = life
            do throws(SystemError) {
                life.signals = try SignalSource.listen(on: reactor.eventLoop) { signal in
                    switch signal {
                    case SIGTERM, SIGINT: stop(life, signal)
                    case SIGCHLD: childMayHaveExited()
                    default: break
                    }
                }
                start(life)
            } catch {
                fail(error)
                life.end(1)
            }
        }
        return program?.code ?? 1
    }

    /// Ends the loop; `run` returns the code.
    package func end(_ code: Int32) {
        self.code = code
        signals?.whenSuccess { channel in channel.close(promise: nil) }
        reactor.stop()
    }
}
