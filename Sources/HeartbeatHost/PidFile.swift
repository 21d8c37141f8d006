// The pid file: tells other programs which process the daemon is, and keeps a second daemon from starting. What counts is
// the lock on the file, not the number in it, which may be that of a process long gone.

import CLinux
import Glibc
import HeartbeatSystem

/// The pid file of the running daemon, held for as long as the value lives; made by `acquire`.
package struct PidFile: ~Copyable {
    /// What a pid file says.
    package enum Owner: Hashable, Sendable {
        case nobody
        /// A daemon runs. The pid is 0 when the file does not tell.
        case running(pid: pid_t)
    }

    package enum Failure: Error, Hashable, Sendable {
        case alreadyRunning(pid: pid_t)
        case host(SystemError)
    }

    private let path: String
    private let descriptor: Int32

    /// Takes the file for this process: 10 columns of decimal and a newline, mode 0644.
    package static func acquire(_ path: String = "/run/heartbeat.pid") throws(Failure) -> PidFile {
        if case .running(let pid) = owner(of: path) { throw .alreadyRunning(pid: pid) }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw .host(SystemError("open", path)) }
        guard clinux_lock_file(descriptor) == 0 else {
            let code = errno
            close(descriptor)
            // Another daemon was a moment faster.
            throw code == EAGAIN || code == EACCES
                ? .alreadyRunning(pid: pid(in: path) ?? 0) : .host(SystemError("lock", path, code: code))
        }
        let text = PidFile.text(for: getpid())
        let count = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard count == text.count, ftruncate(descriptor, off_t(text.count)) == 0 else {
            let error = SystemError("write", path)
            close(descriptor)
            throw .host(error)
        }
        return PidFile(path: path, descriptor: descriptor)
    }

    /// The file that the program before this one has taken; the lock belongs to the descriptor.
    package static func resume(_ path: String, descriptor: Int32) -> PidFile {
        PidFile(path: path, descriptor: descriptor)
    }

    /// The descriptor that holds the lock.
    package var number: Int32 { descriptor }

    /// Who holds the file. A daemon of the original locks nothing; it is known by its name. A process of our own program
    /// that has not locked the file is another node's daemon, or the very command that asks: the number in the file was
    /// given away.
    package static func owner(of path: String = "/run/heartbeat.pid") -> Owner {
        let pid = pid(in: path)
        if isHeld(path) { return .running(pid: pid ?? 0) }
        guard let pid, pid != getpid(), name(of: pid) == "heartbeat", !runsOurProgram(pid) else { return .nobody }
        return .running(pid: pid)
    }

    /// Whether it is a daemon of the original that holds the file.
    package static func originalRuns(holding path: String) -> Bool {
        if case .running = owner(of: path) { !isHeld(path) } else { false }
    }

    /// Whether a daemon of this program holds the file: one that runs, or one that is just dying.
    package static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return clinux_file_is_locked(descriptor) == 1
    }

    /// Whether the daemon that was process `pid` is gone and has left its file, as no orderly end does.
    package static func isLeftBehind(by pid: pid_t, at path: String) -> Bool {
        PidFile.pid(in: path) == pid
    }

    /// Removes the file, as an orderly end does.
    package consuming func release() {
        unlink(path)
    }

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    package static func text(for pid: pid_t) -> [UInt8] {
        let digits = String(pid)
        return Array((String(repeating: " ", count: max(0, 10 - digits.utf8.count)) + digits + "\n").utf8)
    }

    private static func pid(in path: String) -> pid_t? {
        guard let bytes = Descriptors.contents(of: path, atMost: 64) else { return nil }
        let digits = bytes.filter { $0 > 0x20 }
        guard let pid = pid_t(String(decoding: digits, as: UTF8.self)), pid > 1 else { return nil }
        return pid
    }

    private static func runsOurProgram(_ pid: pid_t) -> Bool {
        var own = stat()
        var other = stat()
        return stat("/proc/self/exe", &own) == 0 && stat("/proc/\(pid)/exe", &other) == 0
            && own.st_dev == other.st_dev && own.st_ino == other.st_ino
    }

    private static func name(of pid: pid_t) -> String? {
        Descriptors.contents(of: "/proc/\(pid)/comm", atMost: 64).map { bytes in
            String(decoding: bytes.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }
    }
}
