// The daemon's last sign of life, in a page of memory that is a file below /run. Whoever asks after a daemon that was killed, or that
// hangs, reads it there; no system call is made to write it. It refuses to know what follows from an old one.
//
//   0      `1hb-life`
//   8      pid
//   16     generation
//   24     when the last status was handed to a medium, in nanoseconds of CLOCK_BOOTTIME; 0: none was
//   32     the same in milliseconds since 1970
//   40     1 it runs, 2 it is ending, 3 it has ended in order

import CLinux
import Glibc
import HeartbeatModel
import HeartbeatSystem

/// The page of the daemon that runs, mapped for as long as this is.
package final class LifePage {
    /// How far the daemon's life has come.
    package enum State: UInt64, Sendable {
        case runs = 1
        /// Everything is being released.
        case ends = 2
        case ended = 3
    }

    /// What the page of some daemon says.
    package struct Words: Hashable, Sendable {
        package var pid: Int32
        package var generation: Generation
        package var state: State
        /// When the last status left, by the time since the machine's boot; `nil`: none did.
        package var beat: Instant?
        /// The same in milliseconds since 1970.
        package var beatUnixMilliseconds: UInt64
    }

    private static let name = "life"
    private static let length = 4096
    private static let magic: UInt64 = 0x6566_696c_2d62_6831

    private let base: UnsafeMutableRawPointer

    /// Replaces what an earlier daemon has left. `directory` is nobody else's and lies where no disk is.
    package init(in directory: PrivateDirectory, generation: Generation) throws(SystemError) {
        let words = [Self.magic, UInt64(getpid()), generation.number, 0, 0, State.runs.rawValue]
        let bytes = words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } }
        // Written whole: where there is no room, that is told here and not by a signal later.
        let rest = [UInt8](repeating: 0, count: Self.length - bytes.count)
        try directory.write(bytes + rest, to: Self.name, mode: 0o644)
        let path = directory.path + "/" + Self.name
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw SystemError("open", path) }
        defer { close(descriptor) }
        let memory = mmap(nil, Self.length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let memory, memory != MAP_FAILED else { throw SystemError("map", path) }
        base = memory
    }

    deinit {
        munmap(base, Self.length)
    }

    private func store(_ value: UInt64, _ index: Int) {
        clinux_bpf_store(base.assumingMemoryBound(to: UInt64.self) + index, value)
    }

    /// A status has just been handed to a medium.
    package func beat() {
        store(WallClock.unixMilliseconds, 4)
        store(UInt64(Instant.sinceBoot.nanoseconds), 3)
    }

    /// The node counts anew.
    package func begin(_ generation: Generation) { store(generation.number, 2) }

    package func enter(_ state: State) { store(state.rawValue, 5) }

    // MARK: - Reading

    /// What the daemon that runs there, or the last one since the boot, says in its own directory; `nil` for nothing to be understood.
    package static func read(in directory: String) -> Words? {
        guard let bytes = Descriptors.contents(of: "\(directory)/\(name)", atMost: length), bytes.count == length else {
            return nil
        }
        let words = bytes.withUnsafeBytes { bytes in
            (0..<6).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
        }
        guard words[0] == magic, let pid = Int32(exactly: words[1]), let state = State(rawValue: words[5]),
            let beat = Int64(exactly: words[3])
        else { return nil }
        return Words(
            pid: pid, generation: Generation(words[2]), state: state,
            beat: beat == 0 ? nil : Instant(nanoseconds: beat), beatUnixMilliseconds: words[4])
    }
}
