// The watchdog device: the machine is reset when the daemon stops writing. What the hardware cannot do is told once and
// then lived with.

import CLinux
import Glibc
import HeartbeatModel
import HeartbeatSystem

/// An open watchdog device (Linux watchdog API). Closing it other than by `closeOrderly` leaves it armed, on purpose.
package struct WatchdogDevice: ~Copyable {
    private let path: String
    private let descriptor: Int32

    /// Opens the device and asks for `timeout`, rounded up to whole seconds. `warnings` receives what the device refused.
    package init(_ path: String, timeout: Duration, warnings: inout [String]) throws(SystemError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemError("open", path) }
        self.path = path
        self.descriptor = descriptor
        let seconds = Int32(clamping: (timeout.milliseconds + 999) / 1000)
        let granted = clinux_watchdog_set_timeout(descriptor, seconds)
        if granted < 0 {
            warnings.append("\(SystemError("set the timeout of", path)); it keeps its own")
        } else if granted != seconds {
            warnings.append("\(path) uses a timeout of \(granted) s instead of \(seconds) s")
        }
    }

    /// Goes on with the device that the program before this one has opened. The files may name another one by now, or none; this one
    /// resets the machine all the same when nobody feeds it.
    package init(descriptor: Int32) {
        path = Directories.target(ofLink: "/proc/self/fd/\(descriptor)") ?? "the watchdog device"
        self.descriptor = descriptor
    }

    package borrowing func handOver(to next: HandOver) throws(SystemError) -> Int32 { try next.keep(descriptor) }

    /// Proves that the daemon lives: one NUL byte. Returns what went wrong, for the log.
    package borrowing func feed() -> SystemError? {
        Descriptors.write([0], to: descriptor).map { SystemError("feed", path, code: $0) }
    }

    /// Disarms the device and closes it.
    package consuming func closeOrderly() -> SystemError? {
        Descriptors.write([UInt8(ascii: "V")], to: descriptor).map { SystemError("disarm", path, code: $0) }
    }

    deinit {
        close(descriptor)
    }
}
