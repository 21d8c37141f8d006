// Files that must survive a power cut whole: the old content or the new, never a mixture and never nothing.

import Glibc

enum DurableFile {
    /// Replaces the file's content. On return it is on the disk, the name included.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(HostError) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw HostError("create", temporary) }
        do throws(HostError) {
            defer { close(descriptor) }
            if let code = Descriptors.write(bytes, to: descriptor) { throw HostError("write", temporary, code: code) }
            // The mask may have taken away what others are meant to read.
            guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw HostError("write", temporary) }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else { throw HostError("replace", path) }
        try syncDirectory(of: path)
    }

    private static func syncDirectory(of path: String) throws(HostError) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HostError("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw HostError("sync", directory) }
    }
}
