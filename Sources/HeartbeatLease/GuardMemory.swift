// The memory behind a `GuardPage`, which can be handed to a guardian: that of the kernel's lease, or the same without one. It
// refuses to know what is written there.

import CLinux
import Glibc
import HeartbeatGuard
import HeartbeatSystem

/// Mapped for as long as this is.
package final class GuardMemory {
    /// For a child; it is closed on exec otherwise.
    package let descriptor: OwnedDescriptor
    package let page: GuardPage
    private let base: UnsafeMutableRawPointer

    /// Takes over an array of the kernel's programs that has `GuardPage.length` bytes and can be mapped.
    package init(map: OwnedDescriptor) throws(SystemError) {
        guard let base = clinux_bpf_memory(map.number, GuardPage.length), base != MAP_FAILED else {
            throw SystemError(.load, "the page of the lease")
        }
        descriptor = map
        self.base = base
        page = GuardPage(base)
    }

    /// Of no concern to the kernel.
    package convenience init() throws(SystemError) {
        let file = clinux_memory_file("heartbeat-guardian", off_t(GuardPage.length))
        try self.init(
            map: OwnedDescriptor(takingOwnershipOf: try check(file, .load, "the guardian's page")))
    }

    deinit {
        munmap(base, GuardPage.length)
    }
}
