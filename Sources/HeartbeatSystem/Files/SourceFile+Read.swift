// Brings configuration files to their readers.

import Glibc
import HeartbeatModel

extension SourceFile {
    /// The file as it is now, or why it cannot be read.
    /// - Parameter limit: bytes; a longer file cannot be meant.
    package static func read(_ path: String, atMost limit: Int) -> SourceFile {
        do throws(SystemError) {
            return SourceFile(path: path, bytes: try WholeFile.read(path, atMost: limit))
        } catch {
            return SourceFile(path: path, contents: .unreadable(reason: SystemError.text(of: error.code)))
        }
    }

    /// Permission bits (`st_mode & 0o7777`); 0 for a file that is not there, of which something else is said.
    package static func mode(of path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }
}
