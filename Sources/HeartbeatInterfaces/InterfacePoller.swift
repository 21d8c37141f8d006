// The thread that looks at interfaces again and again, and at once when the loop has heard something. It wakes the loop only
// when a state has changed.

import CLinux
import Glibc
import HeartbeatSystem
import NIOCore
import Synchronization

/// Looks at interfaces until it is closed.
final class InterfacePoller: Sendable {
    /// Interfaces whose state has changed, with the new one; called on the loop.
    typealias Report = @Sendable ([(interface: String, state: InterfaceState)]) -> Void

    private struct Shared {
        var interfaces: [String] = []
        /// Those that came to the list since it was last read; `nil` when it has not changed.
        var added: Set<String>?
        var isPoked = false
        var isClosed = false
    }

    private let shared = Mutex(Shared())
    private let loop: any EventLoop
    private let report: Report
    private let requests: InterfaceRequests
    private let interval: Duration
    /// A byte in this pipe wakes the thread, its end ends it.
    private let wake: (read: Int32, write: Int32)

    /// Starts the thread. It is in the network namespace of the calling one, as is the socket of `requests`.
    static func start(
        _ requests: InterfaceRequests, every interval: Duration, on loop: any EventLoop, _ report: @escaping Report
    ) throws(SystemError) -> InterfacePoller {
        let poller = InterfacePoller(requests, interval, loop, report, wake: try Descriptors.makePipe())
        if let code = DetachedThread.start({ poller.run() }) {
            Glibc.close(poller.wake.read)
            Glibc.close(poller.wake.write)
            throw SystemError("start", "the thread that watches interfaces", code: code)
        }
        return poller
    }

    private init(
        _ requests: InterfaceRequests, _ interval: Duration, _ loop: any EventLoop, _ report: @escaping Report,
        wake: (read: Int32, write: Int32)
    ) {
        self.requests = requests
        self.interval = interval
        self.loop = loop
        self.report = report
        self.wake = wake
    }

    /// Looks at these from now on; the state of one that was not among them is told in any case.
    func watch(_ interfaces: [String]) {
        shared.withLock { shared in
            shared.added = (shared.added ?? []).union(Set(interfaces).subtracting(shared.interfaces))
            shared.interfaces = interfaces
        }
        look()
    }

    /// Looks as soon as possible.
    func look() {
        shared.withLock { shared in
            guard !shared.isPoked, !shared.isClosed else { return }
            shared.isPoked = true
            _ = Descriptors.write([0], to: wake.write)
        }
    }

    /// Nothing is told any more.
    func close() {
        shared.withLock { shared in
            guard !shared.isClosed else { return }
            shared.isClosed = true
            Glibc.close(wake.write)
        }
    }

    // MARK: - The thread

    private func run() {
        defer { Glibc.close(wake.read) }
        let reader = InterfaceReader(requests)
        var told: [String: InterfaceState] = [:]
        while let (interfaces, added) = next() {
            if let added {
                reader.keep(interfaces)
                told = told.filter { interfaces.contains($0.key) && !added.contains($0.key) }
            }
            var changes: [(interface: String, state: InterfaceState)] = []
            for interface in interfaces {
                let state = InterfaceState(reader.read(interface))
                guard told.updateValue(state, forKey: interface) != state else { continue }
                changes.append((interface, state))
            }
            tell(changes)
            guard waits(long: !interfaces.isEmpty) else { return }
        }
    }

    private func next() -> (interfaces: [String], added: Set<String>?)? {
        shared.withLock { shared in
            guard !shared.isClosed else { return nil }
            shared.isPoked = false
            defer { shared.added = nil }
            return (shared.interfaces, shared.added)
        }
    }

    /// The loop may be gone once this is closed.
    private func tell(_ changes: [(interface: String, state: InterfaceState)]) {
        guard !changes.isEmpty else { return }
        shared.withLock { shared in
            guard !shared.isClosed else { return }
            loop.execute { [report] in report(changes) }
        }
    }

    /// Until it is time to look again, or somebody asks for it; `false` at the end.
    private func waits(long isBounded: Bool) -> Bool {
        var polled = pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0)
        let milliseconds = Int32(clamping: max(1, interval.nanoseconds / 1_000_000))
        guard poll(&polled, 1, isBounded ? milliseconds : -1) > 0 else { return true }
        return Descriptors.read(wake.read, atMost: 16)?.isEmpty != true
    }
}
