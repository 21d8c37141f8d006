// Sends datagrams to a socket in the file system without ever waiting. syslog(3) and sd_journal_send(3) wait when the
// receiver does not read, and a log daemon that hangs must not take the cluster with it.

import CLinux
import Glibc
import HeartbeatSystem

/// The sending end of a local log socket; connects when needed, again after the receiver was restarted.
struct LocalDatagram {
    let path: String
    private var descriptor: Int32 = -1
    private var isStream = false

    init(path: String) {
        self.path = path
    }

    /// Whether the message was taken. A receiver that is absent or does not read loses it.
    mutating func send(_ bytes: [UInt8]) -> Bool {
        // The second try is for a receiver that has been restarted since the last message.
        for _ in 0..<2 {
            guard connectIfNeeded() else { return false }
            // On a stream NUL separates messages (what glibc does too).
            let message = isStream ? bytes + [0] : bytes
            let count = message.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count == message.count { return true }
            if count < 0 && (errno == EAGAIN || errno == EMSGSIZE) { return false }
            close()
        }
        return false
    }

    mutating func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private mutating func connectIfNeeded() -> Bool {
        if descriptor >= 0 { return true }
        guard var address = UnixAddress.make(path) else { return false }
        for type in [SOCK_DGRAM, SOCK_STREAM] {
            let candidate = socket(AF_UNIX, Int32(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
            guard candidate >= 0 else { return false }
            if UnixAddress.connect(candidate, &address) {
                descriptor = candidate
                isStream = type == SOCK_STREAM
                return true
            }
            let code = errno
            Glibc.close(candidate)
            guard code == EPROTOTYPE else { return false }
        }
        return false
    }
}
