// A file that is only in memory: how a state reaches the program that takes this one's place.

import CLinux
import Glibc

/// A state in memory that can be handed to another program.
package enum MemoryFile {
    /// No state is larger.
    private static let most = 64 << 20

    /// Closed on exec.
    package static func make(_ name: String, _ bytes: [UInt8]) throws(SystemError) -> OwnedDescriptor {
        let file = OwnedDescriptor(takingOwnershipOf: clinux_memory_file(name, 0))
        guard file.number >= 0 else { throw SystemError("make", "a memory file") }
        if let code = Descriptors.write(bytes, to: file.number) {
            throw SystemError("write", "a memory file", code: code)
        }
        return file
    }

    /// Everything in it, whoever has read where. Nothing of a terminal or a pipe, which could be waited for without an end.
    package static func contents(of descriptor: Int32) -> [UInt8] {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { return [] }
        return Descriptors.contents(from: descriptor, atMost: most)
    }
}
