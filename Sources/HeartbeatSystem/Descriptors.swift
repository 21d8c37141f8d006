// Small helpers around file descriptors. Every descriptor made here is closed on exec: scripts get 0, 1 and 2, no more.

import CLinux
import Glibc

package enum Descriptors {
    /// A pipe neither end of which is one of the standard descriptors, so that putting them in place for a child never
    /// overwrites one with the other.
    package static func makePipe() throws(SystemError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard clinux_pipe(&ends) == 0 else { throw SystemError("make", "a pipe") }
        let read = raised(ends[0])
        let write = raised(ends[1])
        guard read >= 0, write >= 0 else {
            let error = SystemError("make", "a pipe")
            close(read)
            close(write)
            throw error
        }
        return (read, write)
    }

    private static func raised(_ descriptor: Int32) -> Int32 {
        guard descriptor <= STDERR_FILENO else { return descriptor }
        defer { close(descriptor) }
        return fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    }

    package static func duplicate(_ descriptor: Int32) -> Int32? {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        return copy < 0 ? nil : copy
    }

    /// A line for whoever has called a program.
    package static func writeLine(_ text: String, to descriptor: Int32) {
        let bytes = Array((text + "\n").utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }

    package static func makeNonBlocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    /// Reads once. Empty at the end of the file, `nil` when there is nothing to read or the descriptor is broken.
    package static func read(_ descriptor: Int32, atMost limit: Int) -> [UInt8]? {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
            repeat { count = Glibc.read(descriptor, buffer.baseAddress, limit) } while count < 0 && errno == EINTR
            initialized = max(count, 0)
        }
        return count < 0 ? nil : bytes
    }

    /// Writes everything, or returns errno. A file without room counts as failed, whatever was written before.
    package static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? ENOSPC : errno }
            rest = rest.dropFirst(count)
        }
        return nil
    }

    /// Writes text to a terminal, pipe or socket, or drops it when it would have to wait: a terminal that was stopped with
    /// Control-S must not stop the cluster. At most as much as a pipe takes in one piece.
    package static func writeWithoutWaiting(_ text: String, to descriptor: Int32) {
        var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&polled, 1, 0) > 0, Int32(polled.revents) & POLLOUT != 0 else { return }
        _ = write(Array(text.utf8.prefix(Int(PIPE_BUF))), to: descriptor)
    }

    /// The content of a small file, or `nil` with errno set when it cannot be read.
    package static func contents(of path: String, atMost limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return contents(from: descriptor, atMost: limit)
    }

    /// What can be read from here on.
    package static func contents(from descriptor: Int32, atMost limit: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit, let more = read(descriptor, atMost: min(limit - bytes.count, 65536)) {
            guard !more.isEmpty else { break }
            bytes += more
        }
        return bytes
    }
}

/// Opens /dev/null on each of the descriptors 0, 1 and 2 that is closed, so that no file or socket opened later takes
/// its place and receives what was meant for a terminal. To be called first in every program.
package func ensureStandardDescriptorsAreOpen() {
    while true {
        let descriptor = open("/dev/null", O_RDWR)
        guard descriptor >= 0 else { return }
        if descriptor > STDERR_FILENO {
            close(descriptor)
            return
        }
    }
}
