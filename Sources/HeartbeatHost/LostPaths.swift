// Which paths were lost when a daemon ended, for the one after it: it must not take for good what has yet to show that it is.
// The file lies below /run, where writing never waits for a disk and nothing outlives the machine.

import Glibc
import HeartbeatSystem

/// One name a line, in `lost_paths`.
package struct LostPaths: Sendable {
    private static let name = "lost_paths"

    private let directory: PrivateDirectory

    package init(in directory: PrivateDirectory) {
        self.directory = directory
    }

    /// Nothing when there is no such file, or one that nobody could have written.
    package func read() -> [String] {
        guard let bytes = directory.contents(of: Self.name, atMost: 65536),
            let text = String(validating: bytes, as: UTF8.self)
        else { return [] }
        return text.split(separator: "\n").map(String.init)
    }

    /// Replaces the file; tells what went wrong.
    package func write(_ names: [String]) -> SystemError? {
        do throws(SystemError) {
            try directory.write(Array(names.map { $0 + "\n" }.joined().utf8), to: Self.name, mode: 0o644)
            return nil
        } catch {
            return error
        }
    }
}
