// What a daemon last told of itself and of the pair, for whoever asks when it is gone. There are two files of the same form. One lies
// below /run, where writing never waits for a disk, and is right whatever ended the daemon; the other is on the disk, for after a
// boot of the machine.

import Glibc
import HeartbeatModel
import HeartbeatSystem

/// `last_status`: the lines of `NodeFacts`.
package struct LastStatus: Sendable {
    private static let name = "last_status"
    private static let largest = 1 << 20

    private let volatile: PrivateDirectory
    private let lasting: PrivateDirectory

    /// - Parameters:
    ///   - volatile: nothing in it outlives the machine.
    ///   - lasting: the state directory, on a disk.
    package init(in volatile: PrivateDirectory, and lasting: PrivateDirectory) {
        self.volatile = volatile
        self.lasting = lasting
    }

    /// What the last daemon since the boot has told, or one of before; by whoever may read the files, who need not be the daemon's
    /// user.
    package func read() -> NodeFacts? {
        for directory in [volatile, lasting] {
            let bytes = Descriptors.contents(of: "\(directory.path)/\(Self.name)", atMost: Self.largest)
            guard let bytes, let text = String(validating: bytes, as: UTF8.self) else { continue }
            if let facts = NodeFacts(text: text.split(separator: "\n").map(String.init)) { return facts }
        }
        return nil
    }

    /// Replaces the file below /run; gives what went wrong.
    package func write(_ lines: [String]) -> SystemError? {
        do throws(SystemError) {
            try volatile.write(Self.bytes(lines), to: Self.name, mode: 0o644)
            return nil
        } catch {
            return error
        }
    }

    /// Replaces the file on the disk, which may take as long as the disk does; gives what went wrong.
    package func store(_ lines: [String]) -> SystemError? {
        do throws(SystemError) {
            try DurableFile.replace(lasting.path + "/" + Self.name, with: Self.bytes(lines), mode: 0o644)
            return nil
        } catch {
            return error
        }
    }

    private static func bytes(_ lines: [String]) -> [UInt8] {
        Array(lines.textOfLines.utf8)
    }
}
