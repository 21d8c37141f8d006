// One process, held in such a way that its number may be given to another one without harm: what is sent to a handle reaches
// that process or nobody.

import CLinux
import Glibc

/// A process of this machine, alive or not (pidfd_open(2)).
package final class ProcessHandle {
    package let pid: pid_t
    private let descriptor: Int32

    /// The process that has this number now; `nil` when there is none, or when no more descriptors are to be had.
    package init?(_ pid: pid_t) {
        let descriptor = clinux_pidfd_open(pid)
        guard descriptor >= 0 else { return nil }
        self.pid = pid
        self.descriptor = descriptor
    }

    /// Takes over a descriptor of the process that has, or had, this number.
    package init(_ pid: pid_t, taking descriptor: Int32) {
        self.pid = pid
        self.descriptor = descriptor
    }

    /// Whether it runs no more, collected or not.
    package var hasEnded: Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, 0) > 0
    }

    /// Sends it a signal. Returns the errno when it could not be sent: ESRCH when the process has been collected.
    @discardableResult
    package func signal(_ number: Int32) -> Int32? {
        clinux_pidfd_send_signal(descriptor, number) == 0 ? nil : errno
    }

    /// Sends it a signal if this user could do so (kill(2)): its program may have become another one that has more rights.
    package func signal(_ number: Int32, onBehalfOf user: uid_t) {
        guard user == 0 || users.contains(user) else { return }
        signal(number)
    }

    /// Its real and its saved user; none when it has ended.
    private var users: [uid_t] {
        guard let text = Descriptors.contents(of: "/proc/\(pid)/status", atMost: 16384),
            // Only now is it certain whose text this is.
            !hasEnded
        else { return [] }
        return Self.users(status: String(decoding: text, as: UTF8.self))
    }

    /// Real and saved user of a /proc/PID/status (proc(5)): `Uid:` is followed by the real, effective, saved and file one.
    static func users(status: String) -> [uid_t] {
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Uid:") }) else { return [] }
        let numbers = line.split(whereSeparator: \.isWhitespace).dropFirst().compactMap { uid_t($0) }
        return numbers.count == 4 ? [numbers[0], numbers[2]] : []
    }

    deinit {
        close(descriptor)
    }
}
