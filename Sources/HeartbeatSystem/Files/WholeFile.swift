// Files that are read whole or not at all.

import Glibc

package enum WholeFile {
    /// Throws when the file cannot be read or has more than `limit` bytes (`EFBIG`). A FIFO in its place is not waited for.
    package static func read(_ path: String, atMost limit: Int) throws(SystemError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemError("open", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while let more = Descriptors.read(descriptor, atMost: 65536) {
            if more.isEmpty { return bytes }
            bytes += more
            guard bytes.count <= limit else { throw SystemError("read", path, code: EFBIG) }
        }
        throw SystemError("read", path)
    }
}
