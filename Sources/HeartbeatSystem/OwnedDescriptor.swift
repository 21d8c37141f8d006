// An open file descriptor that closes itself. It refuses to know what it is open for.

import Glibc

/// Owns one descriptor; closed at the latest when the last reference goes.
package final class OwnedDescriptor {
    /// -1 once closed.
    package private(set) var number: Int32

    package init(takingOwnershipOf number: Int32) {
        self.number = number
    }

    deinit {
        close()
    }

    package func close() {
        guard number >= 0 else { return }
        Glibc.close(number)
        number = -1
    }

    /// A second descriptor of the same open file, for a library that wants to own it. -1 with errno set on failure.
    package func duplicate() -> Int32 {
        fcntl(number, F_DUPFD_CLOEXEC, 0)
    }
}
