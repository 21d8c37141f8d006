// A Unix stream socket in the file system on which a daemon listens.

import CLinux
import Glibc

package enum ListeningSocket {
    /// Makes the socket with exactly this mode; one left by a daemon that is gone is replaced, so the pid file must be held.
    /// Returns its descriptor, which does not block.
    package static func open(_ path: String, mode: mode_t) throws(SystemError) -> Int32 {
        guard var address = UnixAddress.make(path) else { throw SystemError("use", path, code: ENAMETOOLONG) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw SystemError("make", path) }
        unlink(path)
        // Nobody may connect before the mode is right.
        let mask = umask(0o777 & ~mode)
        let bound = UnixAddress.bind(descriptor, &address)
        umask(mask)
        guard bound, listen(descriptor, 16) == 0 else {
            let error = SystemError("listen on", path)
            close(descriptor)
            throw error
        }
        return descriptor
    }
}
