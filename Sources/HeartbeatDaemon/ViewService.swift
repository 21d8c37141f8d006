// Tells the other node for people how this one hears it, and lets people here wait a moment for what the other one tells. When a view
// goes is `ViewPace`'s; what becomes of one that comes is the core's. Nothing of the cluster waits for it.

import HeartbeatCore
import HeartbeatLoop
import HeartbeatModel

/// The views of one running node.
final class ViewService {
    /// What the service needs of the node.
    struct Node {
        /// The other node, when it is one that takes views.
        var peer: () -> NodeName?
        /// This node's view, and the other one's.
        var own: (_ isAnswer: Bool) -> PeerView
        var heard: () -> HeardView?
        /// Nothing but serial lines connects the nodes.
        var isSlow: () -> Bool
        var feed: (Event) -> Void
    }

    /// Somebody who wants to be told.
    private struct Waiting {
        var answer: () -> Void
        var timer: ReactorTimer
    }

    /// So long a person waits for the other node.
    private static let patience = Duration.milliseconds(300)
    /// The same where a serial line has to carry it.
    private static let longPatience = Duration.milliseconds(500)

    /// Of the files in force.
    private(set) var marks: ConfigurationMarks
    private let reactor: Reactor
    private let node: Node
    private var pace: ViewPace
    private var timer: ReactorTimer?
    /// Who waits, by the order in which they came.
    private var waiting: [Int: Waiting] = [:]
    private var lastWaiting = 0
    /// The other node's view that was read last.
    private var read: HeardView?
    private var couldTell = false
    private var isClosed = false

    init(_ configuration: Configuration, reactor: Reactor, node: Node) {
        marks = configuration.marks
        self.reactor = reactor
        self.node = node
        pace = ViewPace(now: reactor.now)
        arm()
    }

    /// Nobody waits for the other node's view.
    var isIdle: Bool { waiting.isEmpty }

    func close() {
        isClosed = true
        timer?.cancel()
        for key in waiting.keys.sorted() { answer(key) }
    }

    // MARK: - Telling

    /// The files were read again.
    func adopt(_ configuration: Configuration) {
        marks = configuration.marks
        hasChanged()
    }

    /// A link has come up or is dead.
    func hasChanged() {
        pace.hasChanged()
        arm()
    }

    /// Something has happened to the pair: the other node may be there now, which has been told nothing.
    func look() {
        let canTell = node.peer() != nil
        // The other node's daemon has begun anew.
        let isForgotten = read != nil && node.heard() == nil
        if isForgotten { read = nil }
        guard canTell != couldTell || isForgotten else { return }
        couldTell = canTell
        if canTell { hasChanged() }
    }

    private func arm() {
        guard !isClosed else { return }
        timer?.cancel()
        timer = reactor.after(max(.zero, pace.deadline - reactor.now)) { [weak self] in self?.send() }
    }

    private func send() {
        defer { arm() }
        guard let peer = node.peer() else { return pace.drop(at: reactor.now) }
        guard let sending = pace.take(at: reactor.now) else { return }
        var view = node.own(sending.isAnswer)
        view.isQuestion = sending.isQuestion
        node.feed(.injected(view.content, to: peer, extraFields: []))
    }

    // MARK: - Hearing

    /// A view of the other node's has come; whether it counts is seen from what the core keeps.
    func heard() {
        guard let heard = node.heard(), heard != read else { return }
        read = heard
        if heard.told.isQuestion {
            pace.wasAsked()
            arm()
        }
        guard heard.told.isAnswer else { return }
        for key in waiting.keys.sorted() { answer(key) }
    }

    /// Calls `then` once, when the other node has told, or does not.
    func refresh(then: @escaping () -> Void) {
        guard !isClosed, node.peer() != nil else { return then() }
        pace.ask()
        arm()
        lastWaiting += 1
        let key = lastWaiting
        let timer = reactor.after(node.isSlow() ? Self.longPatience : Self.patience) { [weak self] in self?.answer(key)
        }
        waiting[key] = Waiting(answer: then, timer: timer)
    }

    private func answer(_ key: Int) {
        guard let one = waiting.removeValue(forKey: key) else { return }
        one.timer.cancel()
        if waiting.isEmpty { pace.hasBeenTold() }
        one.answer()
    }
}
