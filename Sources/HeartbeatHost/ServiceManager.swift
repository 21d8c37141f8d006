// What systemd is told about the daemon, in sd_notify(3)'s words. Without systemd every call does nothing, and with one
// that hangs every call returns at once; what it did not take is said again. When to say what is decided elsewhere.

import CLinux
import CSystemd
import Glibc
import HeartbeatModel
import HeartbeatSystem

/// The notification socket of the service manager.
package final class ServiceManager {
    /// A service with `WatchdogSec=`: at least twice in this time `feedWatchdog` must be called; `nil` without.
    package let watchdogInterval: Duration?
    /// Somebody listens; without, nothing needs to be worked out to be told.
    package let isPresent: Bool
    private let send: (String) -> Bool
    /// What was not taken yet, the latest of each kind.
    private var waiting: [String] = []

    /// The service manager that has started this process, if any.
    package convenience init() {
        var microseconds: UInt64 = 0
        let interval: Duration? = sd_watchdog_enabled(0, &microseconds) > 0 ? .microseconds(microseconds) : nil
        let gate = getenv("NOTIFY_SOCKET").map { NotifyGate(String(cString: $0)) }
        self.init(watchdogInterval: interval, isPresent: gate != nil) { text in
            guard let gate else { return true }
            guard gate.isOpen else { return false }
            // There is nobody to tell about a failure but the one that just did not listen.
            _ = sd_notify(0, text)
            return true
        }
    }

    /// One whose messages go to `send`, which says whether they were taken.
    package init(watchdogInterval: Duration?, isPresent: Bool = true, send: @escaping (String) -> Bool) {
        self.watchdogInterval = watchdogInterval
        self.isPresent = isPresent
        self.send = send
    }

    /// The service counts as started, or a reload as done.
    package func ready() {
        say("READY=1")
    }

    /// One line for `systemctl status`.
    package func status(_ text: String) {
        say("STATUS=\(text.filter { !$0.isNewline })")
    }

    /// The files are being read again; to be followed by `ready`. `now` is on CLOCK_MONOTONIC, as systemd 253 wants it
    /// for services of `Type=notify-reload`.
    package func reloading(at now: Instant) {
        say("RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1000)")
    }

    package func stopping() {
        say("STOPPING=1")
    }

    /// The stop may take so much longer, counted from now, before systemd kills the service.
    package func extendTimeout(by duration: Duration) {
        say("EXTEND_TIMEOUT_USEC=\(duration.nanoseconds / 1000)")
    }

    package func feedWatchdog() {
        say("WATCHDOG=1")
    }

    /// Says again what was not taken. To be called now and then.
    package func retry() {
        while let text = waiting.first, send(text) { waiting.removeFirst() }
    }

    private func say(_ text: String) {
        let kind = text.prefix { $0 != "=" }
        waiting.removeAll { $0.prefix { $0 != "=" } == kind }
        waiting.append(text)
        retry()
    }
}

/// Tells whether a message to the service manager would be taken at once. sd_notify(3) waits when the receiver does not
/// read, and a node must not stand still because process 1 does.
///
/// A connected datagram socket can be asked that; libsystemd makes a new, unconnected one for every message. Sockets that
/// have no path (`@…`, `vsock:…`) cannot be asked and count as open.
final class NotifyGate {
    private let path: String
    private var descriptor: Int32 = -1

    init(_ path: String) {
        self.path = path
    }

    var isOpen: Bool {
        guard path.hasPrefix("/"), connectIfNeeded() else { return true }
        var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&polled, 1, 0) > 0 && Int32(polled.revents) & POLLOUT != 0
    }

    /// When nobody can be connected to, a message will be refused without waiting.
    private func connectIfNeeded() -> Bool {
        if descriptor >= 0 { return true }
        guard var address = UnixAddress.make(path) else { return false }
        let type = SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let candidate = socket(AF_UNIX, Int32(type), 0)
        guard candidate >= 0 else { return false }
        guard UnixAddress.connect(candidate, &address) else {
            close(candidate)
            return false
        }
        descriptor = candidate
        return true
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }
}
