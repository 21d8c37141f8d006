// A new file in the place of an old one: whoever reads it finds the old content or the new, never a mixture.

import Glibc

enum NewFile {
    /// Replaces `name` in an open directory, or a path from AT_FDCWD. `isSynced`: the content is on the disk before it has the
    /// name. `path` is for people.
    static func replace(
        _ name: String, in directory: Int32, with bytes: [UInt8], mode: mode_t, isSynced: Bool, shownAs path: String
    ) throws(SystemError) {
        let (temporary, shown) = (name + ".new", path + ".new")
        // What a power cut, or somebody else, has left there may have another name, too.
        unlinkat(directory, temporary, 0)
        let descriptor = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw SystemError("create", shown) }
        do throws(SystemError) {
            defer { close(descriptor) }
            if let code = Descriptors.write(bytes, to: descriptor) { throw SystemError("write", shown, code: code) }
            // The mask may have taken away what others are meant to read.
            guard fchmod(descriptor, mode) == 0, !isSynced || fsync(descriptor) == 0 else {
                throw SystemError("write", shown)
            }
        } catch {
            unlinkat(directory, temporary, 0)
            throw error
        }
        guard renameat(directory, temporary, directory, name) == 0 else {
            let error = SystemError("replace", path)
            unlinkat(directory, temporary, 0)
            throw error
        }
    }
}
