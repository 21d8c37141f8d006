// The one thread of the daemon: SwiftNIO's event loop, taken over by the thread that calls `run`. It keeps the clock, the one
// deadline of the core and the order in which the two meet: what was received is delivered before anything expires. It
// refuses to know what is received and what the deadline is for.

import Glibc
import HeartbeatModel
import NIOCore
import NIOPosix

/// Something that receives and can be asked to hand over what the kernel already holds for it.
package protocol ReceivingSource: AnyObject {
    /// The descriptor that is readable when something waits.
    var readableDescriptor: Int32 { get }

    /// Delivers what waits, at most as much as the kernel could have held when it was called, without ever blocking.
    func drain()
}

/// The event loop of one thread. Not `Sendable`: everything happens on the thread that called `run`.
package final class Reactor {
    /// Called when the deadline has passed, after everything received before `instant` was delivered.
    ///
    /// `instant` was read before that delivery and can therefore be earlier than the time of messages just delivered. Only so
    /// is the order safe against being stopped at any point: what arrives later cannot be judged late at `instant`.
    package var onDeadline: (_ instant: Instant) -> Void = { _ in }

    /// For further channels of the same thread (signals, control socket).
    package let eventLoop: any EventLoop

    private let isolated: NIOIsolatedEventLoop
    private var sources: [any ReceivingSource] = []
    private var deadline: (instant: Instant, timer: ReactorTimer)?
    /// Whether `stop` was called; from then on closing channels are no failures.
    package private(set) var isStopping = false

    private init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        isolated = eventLoop.assumeIsolated()
    }

    /// Makes the calling thread the loop, calls `start` on it, and returns after `stop`.
    package static func run(_ start: @escaping (Reactor) -> Void) {
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { start(Reactor($0)) }
    }

    /// The monotonic time.
    package var now: Instant { .now }

    /// Sets the only deadline, replacing the previous one; `nil` for none. One in the past fires at once, but not before this
    /// returns.
    package func setDeadline(_ instant: Instant?) {
        // The core names its next deadline after every event, mostly the same one.
        guard instant != deadline?.instant else { return }
        deadline?.timer.cancel()
        deadline = instant.map { due in (due, timer(at: due) { [weak self] in self?.expire() }) }
    }

    /// Calls `body` once, `delay` from now, on the loop. The timer is forgotten when the loop ends.
    @discardableResult
    package func after(_ delay: Duration, _ body: @escaping () -> Void) -> ReactorTimer {
        timer(at: now + delay, body)
    }

    /// From now on `source` is drained before every deadline.
    package func register(_ source: any ReceivingSource) {
        sources.append(source)
    }

    package func unregister(_ source: any ReceivingSource) {
        sources.removeAll { $0 === source }
    }

    /// Delivers everything received so far on every source: one poll(2) if nothing waits.
    package func drain() {
        guard !sources.isEmpty else { return }
        var polled = sources.map { pollfd(fd: $0.readableDescriptor, events: Int16(POLLIN), revents: 0) }
        guard poll(&polled, nfds_t(polled.count), 0) > 0 else { return }
        // A delivery may unregister sources; the ones polled stay alive in this copy, and a closed one drains nothing.
        for (source, polled) in zip(sources, polled) where polled.revents != 0 { source.drain() }
    }

    /// Ends `run` once the current callbacks have returned. Close media first, to leave no lock files.
    package func stop() {
        guard !isStopping else { return }
        isStopping = true
        setDeadline(nil)
        eventLoop.shutdownGracefully { _ in }
    }

    private func expire() {
        deadline = nil
        let instant = now
        drain()
        guard !isStopping else { return }
        onDeadline(instant)
    }

    private func timer(at instant: Instant, _ body: @escaping () -> Void) -> ReactorTimer {
        let timer = ReactorTimer(body)
        let nanoseconds = UInt64(max(0, instant.nanoseconds))
        do {
            timer.start(try isolated.scheduleCallback(at: .uptimeNanoseconds(nanoseconds), handler: timer))
        } catch {
            // The loop is ending and takes no more timers: this one would never have fired.
        }
        return timer
    }
}

/// A pending call of `Reactor.after`.
package final class ReactorTimer: NIOScheduledCallbackHandler {
    private var body: (() -> Void)?
    private var pending: NIOScheduledCallback?

    fileprivate init(_ body: @escaping () -> Void) {
        self.body = body
    }

    fileprivate func start(_ callback: NIOScheduledCallback) {
        pending = callback
    }

    /// The call is still to be made.
    package var isPending: Bool { body != nil }

    /// Takes the call back; does nothing when it was made already.
    package func cancel() {
        body = nil
        pending?.cancel()
        pending = nil
    }

    package func handleScheduledCallback(eventLoop: some EventLoop) {
        pending = nil
        let due = body
        body = nil
        due?()
    }
}
