// What systemd is told about the daemon. Without systemd every call does nothing.

import CSystemd
import HeartbeatModel

/// The notification socket of the service manager (sd_notify(3)).
public struct ServiceManager: Sendable {
    /// At least twice in this time `feedWatchdog` must be called; `nil` when the service has no watchdog.
    public let watchdogInterval: Duration?

    public init() {
        var microseconds: UInt64 = 0
        watchdogInterval = sd_watchdog_enabled(0, &microseconds) > 0 ? .microseconds(microseconds) : nil
    }

    /// The media are open; the service counts as started.
    public func ready() {
        notify("READY=1")
    }

    /// One line for `systemctl status`.
    public func status(_ text: String) {
        notify("STATUS=\(text.filter { !$0.isNewline })")
    }

    public func stopping() {
        notify("STOPPING=1")
    }

    public func feedWatchdog() {
        notify("WATCHDOG=1")
    }

    private func notify(_ text: String) {
        // There is nobody to tell about a failure but the one that just did not listen.
        _ = sd_notify(0, text)
    }
}
