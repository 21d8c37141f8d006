// A stream of lines over a socket in the file system, which is how QEMU and its agent are talked to. It knows nothing of what
// the lines say.

import CLinux
import Glibc
import HeartbeatLab

/// One connection. Use it from one thread.
final class LineSocket {
    private let descriptor: Int32
    private let path: String
    private var received: [UInt8] = []

    /// Connects. Throws when nobody listens at the path.
    init(_ path: String) throws {
        self.path = path
        descriptor = try check(clinux_lab_unix(path, 0), "connect to \(path)")
    }

    deinit { _ = close(descriptor) }

    /// Sends all of it.
    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            rest = rest.dropFirst(try check(count, "send to \(path)"))
        }
    }

    /// The next line without its end. Throws when it has not come by then, or when the other side has closed.
    func line(by deadline: Moment) throws -> [UInt8] {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                defer { received.removeSubrange(...end) }
                return Array(received[..<end])
            }
            let left = (deadline - Moment.now()).roundedMilliseconds
            guard left > 0, !awaitReadable([descriptor], milliseconds: Int32(clamping: left)).isEmpty else {
                throw LabError.notReached("no answer at \(path)")
            }
            let more = readSome(descriptor)
            guard !more.isEmpty else { throw LabError.notReached("\(path) was closed") }
            received += more
        }
    }
}
