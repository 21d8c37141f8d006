// Says of each interface it is told to watch whether it can be used, and when that changes. What it hears from the kernel is
// only a reason to look: news are old when they arrive, and the kernel holds back those of a lost carrier for up to a second
// when another interface has just lost its own (net/core/link_watch.c). So it also looks without news. It refuses to know for
// how long a link must be gone to count.

import Glibc
import HeartbeatFormats
import HeartbeatLoop
import HeartbeatNetlink
import NIOCore

/// Watches interfaces by name, whatever becomes of them.
package final class InterfaceWatch {
    /// How often it looks by default.
    package static let defaultPollInterval = Duration.milliseconds(250)

    /// The interfaces to watch; they need not exist. May be set at any time; the state of each that is new is told soon, never
    /// before the setter has returned.
    package var interfaces: [String] = [] {
        didSet { if interfaces != oldValue { watch() } }
    }
    /// The first state of each interface, then every change, of the reason or the index alone, too. States between two looks
    /// are not seen.
    package var onChange: (_ interface: String, InterfaceState) -> Void = { _, _ in }
    /// Something that keeps changes from being noticed, or noticed at once; told once until it works again.
    package var onProblem: (_ text: String) -> Void = { _ in }

    private let reactor: Reactor
    private let pollInterval: Duration
    private let requests: InterfaceRequests?
    private let listener: RouteListener
    private var poller: InterfacePoller?
    private var outage = Outage()
    private var isListening = false
    private var isClosed = false

    /// Looks every `pollInterval`, on a thread of its own: the questions may have to wait for a driver. The loop is woken by
    /// news of links and by changes, not by looking.
    package convenience init(reactor: Reactor, pollInterval: Duration = InterfaceWatch.defaultPollInterval) {
        self.init(reactor: reactor, pollInterval: pollInterval, requests: nil)
    }

    /// `requests` stands in for the kernel's.
    package init(reactor: Reactor, pollInterval: Duration, requests: InterfaceRequests?) {
        self.reactor = reactor
        self.pollInterval = pollInterval
        self.requests = requests
        listener = RouteListener(groups: 0x1 /* RTMGRP_LINK */, reactor: reactor)
        listener.onNews = { [weak self] in self?.heard($0) }
        listener.onGap = { [weak self] in self?.poller?.look() }
        listener.onProblem = { [weak self] in self?.onProblem("\($0); a lost carrier is noticed a little later") }
    }

    /// Ends watching; nothing is told any more.
    package func close() {
        isClosed = true
        listener.close()
        poller?.close()
        poller = nil
        outage.giveUp()
    }

    /// Looks as soon as possible.
    package func look() {
        poller?.look()
    }

    private func watch() {
        guard !isClosed else { return }
        if !isListening {
            isListening = true
            listener.open()
        }
        if poller == nil { start() }
        poller?.watch(interfaces)
    }

    private func start() {
        outage.giveUp()
        let watch = NIOLoopBound(Weak(self), eventLoop: reactor.eventLoop)
        do {
            let requests = if let requests { requests } else { try InterfaceRequests.kernel() }
            poller = try InterfacePoller.start(requests, every: pollInterval, on: reactor.eventLoop) { changes in
                for (interface, state) in changes { watch.value.object?.changed(interface, state) }
            }
            outage.end()
        } catch {
            if outage.begin() { onProblem("\(error); interfaces are not watched, which is tried again every second") }
            outage.tryAgain(on: reactor) { [weak self] in self?.watch() }
        }
    }

    private func changed(_ interface: String, _ state: InterfaceState) {
        // It may have been taken from the list since.
        guard !isClosed, interfaces.contains(interface) else { return }
        onChange(interface, state)
    }

    private func heard(_ news: [NetlinkMessage]) {
        // One that is renamed is news under its new name only, so the old one is noticed at the next look.
        let isOurs = news.lazy.compactMap(InterfaceEntry.init).contains { interfaces.contains($0.name) }
        if isOurs { poller?.look() }
    }

    /// The thread's way back, which must not keep the watch alive.
    private final class Weak {
        private(set) weak var object: InterfaceWatch?

        init(_ object: InterfaceWatch) {
            self.object = object
        }
    }
}
