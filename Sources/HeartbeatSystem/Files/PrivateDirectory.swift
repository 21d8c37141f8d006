// A directory whose files a daemon of root's believes: nobody else may write it. It is opened as what it is, never through a
// link, asked whose it is each time, and its files are reached from there; whoever may write a directory above it could
// otherwise have it lead anywhere.

import CLinux
import Glibc

/// The small files of one directory that belongs to this process's user alone.
package struct PrivateDirectory: Sendable {
    package let path: String

    /// It need not exist; the one above it must be nobody else's either.
    package init(_ path: String) {
        self.path = path
    }

    /// Makes it if it is missing. Throws when what is there is no directory, another's, or others may write it.
    package func make(mode: mode_t) throws(SystemError) {
        try Directories.make(path, mode: mode)
        close(try open())
    }

    /// The names in it, sorted, those that begin with a dot left out; none when it is missing or cannot be trusted.
    package func names() -> [String] {
        inside(orElse: []) { directory in
            // The listing owns its descriptor, which must not move the other one's place.
            let listed = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            return listed >= 0 ? Directories.names(listing: listed).sorted() : []
        }
    }

    /// The content of a file; `nil` when there is none to be believed.
    package func contents(of name: String, atMost limit: Int) -> [UInt8]? {
        inside(orElse: nil) { directory in
            let descriptor = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            return Descriptors.contents(from: descriptor, atMost: limit)
        }
    }

    /// Replaces a file: whoever reads it finds the old content or the new. `isDurable`: on return it is on the disk, the name
    /// included.
    package func write(
        _ bytes: [UInt8], to name: String, mode: mode_t = 0o600, isDurable: Bool = false
    ) throws(SystemError) {
        let directory = try open()
        defer { close(directory) }
        try NewFile.replace(
            name, in: directory, with: bytes, mode: mode, isSynced: isDurable, shownAs: "\(path)/\(name)")
        guard !isDurable || fsync(directory) == 0 else { throw SystemError("sync", path) }
    }

    /// What a name in it stands for, a link for itself; `nil` when there is nothing.
    package func status(of name: String) -> stat? {
        inside(orElse: nil) { directory in
            var status = stat()
            return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
        }
    }

    /// Does nothing when there is no such file.
    package func remove(_ name: String) {
        inside(orElse: ()) { unlinkat($0, name, 0) }
    }

    private func inside<Value>(orElse nothing: Value, _ body: (Int32) -> Value) -> Value {
        do throws(SystemError) {
            let directory = try open()
            defer { close(directory) }
            return body(directory)
        } catch {
            return nothing
        }
    }

    private func open() throws(SystemError) -> Int32 {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw SystemError("open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            close(descriptor)
            throw SystemError(.trust, path, code: EPERM)
        }
        return descriptor
    }
}
