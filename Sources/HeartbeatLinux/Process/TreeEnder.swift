// Ends everything a script has started: politely first, then by force, until two looks in a row find nothing. It never
// gives up, because "ended" is what makes it safe for the peer to start the group; it complains instead.

import Glibc
import HeartbeatModel
import NIOCore

/// Ends one process tree on the loop, without ever waiting.
final class TreeEnder {
    private var tree: ProcessTree
    private let loop: any EventLoop
    private let grace: Duration
    private let complain: (String) -> Void
    private let completion: () -> Void
    private var asked: Set<ProcessEntry.Identity> = []
    private let begun = NIODeadline.now()
    private var emptyLooks = 0
    private var nextComplaint: NIODeadline

    /// `complain` receives a sentence when processes resist SIGKILL; `completion` is called once, when none is left.
    init(
        _ tree: ProcessTree, loop: any EventLoop, grace: Duration, complain: @escaping (String) -> Void,
        completion: @escaping () -> Void
    ) {
        self.tree = tree
        self.loop = loop
        self.grace = grace
        self.complain = complain
        self.completion = completion
        nextComplaint = begun + .nanoseconds(grace.nanoseconds) + .seconds(5)
    }

    /// Looks once, acts, and comes back until the work is done.
    func step() {
        let living = tree.living()
        emptyLooks = living.isEmpty ? emptyLooks + 1 : 0
        // One look may miss a process that is just being born by one that is just dying.
        guard emptyLooks < 2 else { return completion() }
        let now = NIODeadline.now()
        if now - begun < .nanoseconds(grace.nanoseconds) {
            askToEnd(living)
        } else {
            tree.signal(SIGKILL, to: living)
            complainIfDue(living, now: now)
        }
        // Whatever resists for seconds waits for hardware; looking often would only cost.
        let isStubborn = now - begun > .nanoseconds(grace.nanoseconds) + .seconds(5)
        loop.assumeIsolated().scheduleTask(in: isStubborn ? .seconds(1) : .milliseconds(100)) { self.step() }
    }

    private func askToEnd(_ living: [ProcessEntry]) {
        let unasked = living.filter { asked.insert($0.identity).inserted }
        guard !unasked.isEmpty else { return }
        tree.signal(SIGTERM, to: unasked)
        // A stopped process would not even notice.
        tree.signal(SIGCONT, to: unasked)
    }

    private func complainIfDue(_ living: [ProcessEntry], now: NIODeadline) {
        guard now >= nextComplaint, !living.isEmpty else { return }
        nextComplaint = now + .seconds(10)
        let names = living.map { "\($0.pid) (state \(Character(Unicode.Scalar($0.state))))" }.joined(separator: ", ")
        complain("processes cannot be killed, waiting for them: \(names)")
    }
}
