// The next deadline of something that runs on the loop beside others.

import HeartbeatModel

/// One deadline, named anew after every event, mostly the same.
package final class DeadlineTimer {
    private let reactor: Reactor
    private let expire: (_ now: Instant) -> Void
    private var pending: (due: Instant, timer: ReactorTimer)?

    /// - Parameter expire: the deadline has passed, and what had arrived until then is delivered: it is heard before anybody is judged
    ///   for silence. `now` is from before that.
    package init(reactor: Reactor, expire: @escaping (_ now: Instant) -> Void) {
        self.reactor = reactor
        self.expire = expire
    }

    /// Replaces the deadline; `nil` for none.
    package func set(_ due: Instant?) {
        guard due != pending?.due else { return }
        pending?.timer.cancel()
        pending = due.map { due in
            (due, reactor.after(max(.zero, due - reactor.now)) { [weak self] in self?.fire() })
        }
    }

    private func fire() {
        pending = nil
        let now = reactor.now
        reactor.drain()
        expire(now)
    }
}
