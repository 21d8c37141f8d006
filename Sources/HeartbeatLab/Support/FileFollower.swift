// Reads files as they grow and hands on their lines, woken by the kernel (inotify) and not by a clock. It knows nothing
// of what the lines say.

import Glibc

/// Follows a set of files, on a thread of its own, until it is closed.
final class FileFollower: Sendable {
    private let thread: WorkingThread

    /// Starts following; lines that are in the files already are handed on first.
    /// - Parameter take: called on the follower's thread with the path and a line without its end.
    init(_ paths: [String], take: @escaping @Sendable (String, String) -> Void) throws {
        let watch = try check(inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK)), "inotify")
        let following = try paths.map { try FollowedFile($0) }
        for path in paths { try check(inotify_add_watch(watch, path, UInt32(IN_MODIFY)), "watch \(path)") }
        thread = try WorkingThread { stop in
            var files = following
            while true {
                for index in files.indices {
                    for line in files[index].newLines() { take(files[index].path, line) }
                }
                if awaitReadable([watch, stop]).contains(stop) { break }
                _ = readSome(watch)
            }
            for file in files { _ = Glibc.close(file.descriptor) }
            _ = Glibc.close(watch)
        }
    }

    /// Ends the thread. Once only.
    func close() {
        thread.close()
    }
}

private struct FollowedFile {
    let path: String
    let descriptor: Int32
    private var buffer = LineBuffer()

    init(_ path: String) throws {
        self.path = path
        descriptor = try check(open(path, O_RDONLY | O_CLOEXEC), "open \(path)")
    }

    /// Lines that have been completed since the last call.
    mutating func newLines() -> [String] {
        var lines: [String] = []
        while true {
            let bytes = readSome(descriptor)
            guard !bytes.isEmpty else { return lines }
            lines += buffer.take(bytes)
        }
    }
}
