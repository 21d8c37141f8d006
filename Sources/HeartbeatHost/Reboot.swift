// The hard way out: a machine on which something will not stop is reset, so that the other one may take over.

import CLinux
import Glibc
import HeartbeatSystem

/// Restarts the machine.
package enum Reboot {
    /// Resets the machine at once: nothing is stopped and no file system is written back (`reboot -nf`, what the original
    /// does). In a PID namespace it ends the namespace. Returns only when it failed.
    package static func now() -> SystemError {
        _ = clinux_reboot()
        return SystemError("reboot", "the machine")
    }
}
