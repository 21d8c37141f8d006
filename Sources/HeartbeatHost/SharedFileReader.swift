// What is in the files of `sync` lines. A file is read when it looks different from when it was read last, and now and then all the
// same; one that cannot be read is said to be so and costs nothing. It refuses to know who compares.

import Crypto
import Glibc
import HeartbeatModel
import HeartbeatSystem

/// Reads files and remembers how they looked. A value, so that it can go to another thread and come back.
package struct SharedFileReader: Sendable {
    private var known: [String: (look: FileLook, content: SharedFile.Content)] = [:]

    package init() {}

    /// All of these files, in their order.
    ///
    /// - Parameter thorough: also those that look as they did: a clock that was set back hides a change.
    package mutating func read(_ paths: [String], thorough: Bool) -> [SharedFile] {
        known = known.filter { paths.contains($0.key) }
        return paths.map { SharedFile($0, content(of: $0, thorough: thorough)) }
    }

    private mutating func content(of path: String, thorough: Bool) -> SharedFile.Content {
        var status = stat()
        guard stat(path, &status) == 0 else {
            known[path] = nil
            return errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return .unreadable }
        guard status.st_size <= SharedFile.largest else { return .tooLarge }
        let look = FileLook(status)
        if !thorough, let known = known[path], known.look == look { return known.content }
        let content = Self.digest(of: path)
        known[path] = (look, content)
        return content
    }

    private static func digest(of path: String) -> SharedFile.Content {
        do throws(SystemError) {
            let bytes = try WholeFile.read(path, atMost: SharedFile.largest)
            return .hash(SHA256.hash(data: bytes).prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
        } catch {
            return error.code == EFBIG ? .tooLarge : error.code == ENOENT ? .missing : .unreadable
        }
    }
}
