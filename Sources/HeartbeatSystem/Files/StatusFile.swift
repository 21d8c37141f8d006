// A file that says how a running program stands, as of its last change. It is nobody's word any more when that program has ended.

import Glibc

/// The file: a line with the process, then its text.
package final class StatusFile {
    package let path: String
    private var hasFailed = false

    package init(path: String) {
        self.path = path
    }

    /// Returns what kept it from being written, once until it is.
    package func write(_ text: String) -> SystemError? {
        do throws(SystemError) {
            try DurableFile.replace(path, with: Array("\(getpid())\n\(text)".utf8), mode: 0o644)
            hasFailed = false
            return nil
        } catch {
            defer { hasFailed = true }
            return hasFailed ? nil : error
        }
    }

    /// The text; `nil` when its process has ended.
    package func read() -> String? {
        guard let bytes = try? WholeFile.read(path, atMost: 1 << 20) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let pid = pid_t(parts[0]), kill(pid, 0) == 0 || errno == EPERM else { return nil }
        return String(parts[1])
    }

    package func remove() { unlink(path) }
}
