// Whether this machine's kernel could hold the lease, tried by loading its programs and nothing else.

import Glibc
import HeartbeatConfig
import HeartbeatLease
import HeartbeatSystem

package enum LeaseCheck {
    /// What a node without a lease has to expect.
    package static let withoutLease =
        "the addresses of a daemon that dies or hangs here answer until the other node's scripts or a person stop them"

    /// Whether the kernel could hold a lease; throws why not, as `KernelLease` says it.
    package static func probe() throws(SystemError) {
        _ = try KernelLease()
    }

    /// What a check of the configuration says of the kernel; whoever is not root cannot ask it.
    package static func diagnostics(haCf: String) -> [Diagnostic] {
        guard geteuid() == 0 else { return [] }
        do throws(SystemError) {
            try probe()
            return []
        } catch {
            return [
                Diagnostic(
                    severity: .warning, file: haCf, line: nil,
                    message: "lease: \(error); \(withoutLease). \"lease off\" says that this is known")
            ]
        }
    }
}
