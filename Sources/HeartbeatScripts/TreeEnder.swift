// Ends everything a script has started: politely first, then by force, until two looks in a row find nothing. It never
// gives up, because "ended" is what makes it safe for the peer to start the group; it complains instead. Looking takes as
// long as others have processes, so it is done on a thread of its own.

import Glibc
import HeartbeatModel
import HeartbeatSystem
import NIOCore

/// Ends one process tree.
struct TreeEnder {
    private var tree: ProcessTree
    private let grace: Duration
    private var asked: Set<ProcessEntry.Identity> = []
    private let begun = Instant.now
    private var emptyLooks = 0
    private var nextComplaint: Instant

    /// What is told, on the loop.
    struct Listener {
        /// Gets a sentence when processes resist SIGKILL.
        var complain: (String) -> Void
        /// Called once, when none is left.
        var completion: () -> Void
    }

    /// Begins to end a tree, `grace` after having asked it to by force. Whatever happens is told on `loop`, where it is called.
    static func end(_ tree: ProcessTree, grace: Duration, on loop: any EventLoop, _ listener: Listener) {
        let bound = NIOLoopBound(listener, eventLoop: loop)
        let code = DetachedThread.start {
            var ender = TreeEnder(tree, grace: grace)
            ender.run { text in loop.execute { bound.value.complain(text) } }
            loop.execute { bound.value.completion() }
        }
        guard let code else { return }
        listener.complain("processes cannot be looked for yet: \(SystemError.text(of: code))")
        loop.assumeIsolated().scheduleTask(in: .seconds(1)) { end(tree, grace: grace, on: loop, listener) }
    }

    private init(_ tree: ProcessTree, grace: Duration) {
        self.tree = tree
        self.grace = grace
        nextComplaint = begun + grace + .seconds(5)
    }

    /// Looks and acts until the work is done.
    private mutating func run(_ complain: (String) -> Void) {
        while true {
            let living = tree.living()
            emptyLooks = living.isEmpty ? emptyLooks + 1 : 0
            // One look may miss a process that is just being born by one that is just dying.
            guard emptyLooks < 2 else { return }
            let now = Instant.now
            if now - begun < grace {
                askToEnd(living)
            } else {
                tree.signal(SIGKILL, to: living)
                complainIfDue(living, now: now, complain)
            }
            // Whatever resists for seconds waits for hardware; looking often would only cost.
            usleep(now - begun > grace + .seconds(5) ? 1_000_000 : 100_000)
        }
    }

    private mutating func askToEnd(_ living: [ProcessEntry]) {
        let unasked = living.filter { asked.insert($0.identity).inserted }
        guard !unasked.isEmpty else { return }
        tree.signal(SIGTERM, to: unasked)
        // A stopped process would not even notice.
        tree.signal(SIGCONT, to: unasked)
    }

    private mutating func complainIfDue(
        _ living: [ProcessEntry], now: Instant, _ complain: (String) -> Void
    ) {
        guard now >= nextComplaint, !living.isEmpty else { return }
        nextComplaint = now + .seconds(10)
        let names = living.map { "\($0.pid) (state \(Character(Unicode.Scalar($0.state))))" }.joined(separator: ", ")
        complain("processes cannot be killed, waiting for them: \(names)")
    }
}
