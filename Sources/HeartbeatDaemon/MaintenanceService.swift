// Takes the node out of service and puts it back: first on the disk, then in the core, then whoever has asked is told. Also when the time
// is over that somebody has set.

import HeartbeatControl
import HeartbeatCore
import HeartbeatHost
import HeartbeatLoop
import HeartbeatModel
import HeartbeatSystem

/// Everything here happens on the loop but the writing to the disk.
final class MaintenanceService {
    /// The clock on the wall may be set, so it is looked at again and again.
    private static let interval = Duration.seconds(60)

    private(set) var current: Maintenance?
    private let store: MaintenanceStore
    private let facts: FactTeller
    private let reactor: Reactor
    private let feed: (Event) -> Void
    private var isWriting = false
    private var waiting: [(order: Maintenance?, reply: (ControlReply) -> Void)] = []
    private var timer: ReactorTimer?

    init(_ store: MaintenanceStore, facts: FactTeller, reactor: Reactor, feed: @escaping (Event) -> Void) {
        self.store = store
        self.facts = facts
        self.reactor = reactor
        self.feed = feed
    }

    /// Reads what the daemon before this one has left; before the core decides anything.
    func recall() {
        current = store.read()
        if current?.isOver(at: WallClock.unixTime) == true {
            current = nil
            take(nil) { _ in }
        }
        tellAgain()
        watch()
    }

    /// It is being written down.
    var isBusy: Bool { isWriting }

    /// The core knows it.
    func resume(_ known: Maintenance?) {
        current = known
        watch()
    }

    /// A new core begins.
    func tellAgain() {
        if let current { feed(.maintained(current.reason)) }
    }

    func close() {
        timer?.cancel()
        timer = nil
    }

    /// Carries out an order; those that come meanwhile wait. `reply` is called once.
    func take(_ order: Maintenance?, reply: @escaping (ControlReply) -> Void) {
        waiting.append((order, reply))
        next()
    }

    private func next() {
        guard !isWriting, !waiting.isEmpty else { return }
        isWriting = true
        let (order, reply) = waiting.removeFirst()
        var new = order
        // Another reason or another end is no other maintenance.
        new?.since = current.map(\.since).flatMap { $0 > 0 ? $0 : nil } ?? WallClock.unixTime
        BackgroundWork.run(on: reactor) { [store, new] in
            store.store(new)
        } completion: { [weak self] error in
            guard let self else { return }
            isWriting = false
            reply(finish(new, error))
            next()
        }
    }

    private func finish(_ new: Maintenance?, _ error: SystemError?) -> ControlReply {
        if let error {
            facts.tell(.maintenanceNotKept, "\(error); nothing was changed")
            return ControlReply(exitCode: ControlExit.failure, errors: ["\(error); nothing was changed"])
        }
        current = new
        feed(.maintained(new?.reason))
        watch()
        return ControlReply()
    }

    /// Ends it in time. One that cannot be noted on the disk ends all the same: the daemon after this one sees that it is over.
    private func watch() {
        timer?.cancel()
        timer = nil
        guard let until = current?.until else { return }
        let now = WallClock.unixTime
        guard now < until else {
            current = nil
            feed(.maintained(nil))
            // What is being written takes its place.
            if !isWriting { take(nil) { _ in } }
            return
        }
        timer = reactor.after(min(Self.interval, .seconds(Int64(clamping: until - now)))) { [weak self] in self?.watch()
        }
    }
}

extension NodeShell {
    /// An order over the control socket.
    func maintain(_ order: Maintenance?, reply: @escaping (ControlReply) -> Void) {
        if order != nil, let obstacle = core.obstacleToMaintenance {
            return reply(ControlReply(exitCode: ControlExit.failure, errors: [obstacle]))
        }
        maintenance.take(order, reply: reply)
    }
}
