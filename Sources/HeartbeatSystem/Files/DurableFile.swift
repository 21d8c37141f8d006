// Files that must survive a power cut whole: the old content or the new, never a mixture and never nothing.

import Glibc

package enum DurableFile {
    /// Replaces the file's content. On return it is on the disk, the name included.
    ///
    /// On a full disk a file that is there already, of the same small size, is written over where it lies: that takes no
    /// new block, and a sector is written whole or not at all. A full disk is no reason for a node to stay down.
    package static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(SystemError) {
        do throws(SystemError) {
            try replaceByNew(path, with: bytes, mode: mode)
        } catch {
            guard error.code == ENOSPC || error.code == EDQUOT, overwrite(path, with: bytes) else { throw error }
        }
    }

    /// Bytes that lie in one sector.
    private static let sector = 512

    private static func overwrite(_ path: String, with bytes: [UInt8]) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        guard bytes.count <= sector, fstat(descriptor, &status) == 0, status.st_size == bytes.count
        else { return false }
        return Descriptors.write(bytes, to: descriptor) == nil && fsync(descriptor) == 0
    }

    private static func replaceByNew(_ path: String, with bytes: [UInt8], mode: mode_t) throws(SystemError) {
        try NewFile.replace(path, in: AT_FDCWD, with: bytes, mode: mode, isSynced: true, shownAs: path)
        try syncDirectory(of: path)
    }

    /// Brings the name of a file to the disk that has just been made or renamed.
    package static func syncDirectory(of path: String) throws(SystemError) {
        let directory = Directories.directory(of: path)
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError("sync", directory) }
    }
}
