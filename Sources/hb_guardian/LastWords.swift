// What a guardian that has acted leaves behind: a line on standard error and in the system's log, and a file for the next daemon.
// It refuses to know what was done, and needs no memory that it does not have from its start.

import CLinux
import Glibc
import HeartbeatGuard

/// One line, made in one place.
struct LastWords {
    private let text: UnsafeMutableRawBufferPointer
    private let file: UnsafePointer<CChar>
    private let log: Int32

    /// - Parameter file: is replaced, if its directory is there.
    init(file: UnsafePointer<CChar>) {
        self.file = file
        text = .allocate(byteCount: GuardianLine.room, alignment: 8)
        log = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
    }

    func rehearse() {
        var line = GuardianLine(in: text)
        _ = line.say(.still(1), removed: 1, left: 1)
    }

    func say(_ reason: GuardianJudgement.Reason, _ outcome: AddressRemover.Outcome) {
        var words = GuardianLine(in: text)
        let end = words.say(reason, removed: outcome.removed, left: outcome.left)
        let line = UnsafeRawBufferPointer(rebasing: text[..<end])
        // Without the priority of the system's log.
        let plain = UnsafeRawBufferPointer(rebasing: line[GuardianLine.prefix...])
        // A terminal that was stopped is not waited for.
        var polled = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        if poll(&polled, 1, 0) > 0 { write(STDERR_FILENO, plain.baseAddress, plain.count) }
        // Under systemd standard error leads to the journal.
        if getenv("JOURNAL_STREAM") == nil { sendToLog(line) }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { return }
        write(descriptor, plain.baseAddress, plain.count)
        close(descriptor)
    }

    private func sendToLog(_ line: UnsafeRawBufferPointer) {
        // struct sockaddr_un: the family, then the path.
        let address: StaticString = "\u{1}\0/dev/log"
        address.utf8Start.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            _ = sendto(log, line.baseAddress, line.count - 1, 0, $0, socklen_t(address.utf8CodeUnitCount))
        }
    }
}
