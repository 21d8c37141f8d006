// Which paths were lost when a daemon ended, for the one after it: it must not take for good what has yet to show that it is.
// There are two files of the same form. One lies below /run, where writing never waits for a disk, and is right whatever ended
// the daemon. The other is on the disk, for the first daemon after a boot of the machine.

import Glibc
import HeartbeatSystem

/// `lost_paths`, one path a line: its name and since when it is lost, in seconds since 1970.
package struct LostPaths: Sendable {
    /// A path that was lost.
    package struct Path: Hashable, Sendable {
        package var name: String
        /// Seconds since 1970; `nil` when the file does not say.
        package var since: UInt64?

        package init(name: String, since: UInt64?) {
            self.name = name
            self.since = since
        }
    }

    private static let name = "lost_paths"

    private let volatile: PrivateDirectory
    private let lasting: PrivateDirectory

    /// - Parameters:
    ///   - volatile: nothing in it outlives the machine.
    ///   - lasting: the state directory, on a disk.
    package init(in volatile: PrivateDirectory, and lasting: PrivateDirectory) {
        self.volatile = volatile
        self.lasting = lasting
    }

    /// What the daemon before this one knew; that of an earlier boot only when no daemon of this one has written anything. None
    /// when there is no such file, or one that nobody could have written.
    package func read() -> [Path] {
        let limit = 65536
        let bytes = volatile.contents(of: Self.name, atMost: limit) ?? lasting.contents(of: Self.name, atMost: limit)
        guard let bytes, let text = String(validating: bytes, as: UTF8.self) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            return words.first.map { Path(name: String($0), since: words.dropFirst().first.flatMap { UInt64($0) }) }
        }
    }

    /// Replaces the file below /run; gives what went wrong.
    package func write(_ paths: [Path]) -> SystemError? {
        do throws(SystemError) {
            try volatile.write(Self.bytes(paths), to: Self.name, mode: 0o644)
            return nil
        } catch {
            return error
        }
    }

    /// Replaces the file on the disk, which may take as long as the disk does; gives what went wrong.
    package func store(_ paths: [Path]) -> SystemError? {
        do throws(SystemError) {
            try DurableFile.replace(lasting.path + "/" + Self.name, with: Self.bytes(paths), mode: 0o644)
            return nil
        } catch {
            return error
        }
    }

    private static func bytes(_ paths: [Path]) -> [UInt8] {
        Array(paths.map { "\($0.name)\($0.since.map { " \($0)" } ?? "")\n" }.joined().utf8)
    }
}
