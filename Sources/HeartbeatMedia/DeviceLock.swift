// The UUCP lock file of a tty (FHS 3.0 section 5.9): `LCK..ttyS0`, holding the owner's process id in ten characters and a
// newline. Programs that use serial ports agree by it who may. It refuses to touch the device.

import Glibc
import HeartbeatSystem

/// A held lock. Not released by itself when the process dies: the next owner finds the process gone and takes it over.
final class DeviceLock {
    /// Path of the lock file.
    let path: String
    private var isHeld = true

    /// Takes the lock. Throws `EBUSY` when a living process holds it, and other errors when the directory cannot be written.
    init(device: String, directory: String) throws(SystemError) {
        let name = device.split(separator: "/").last.map(String.init) ?? device
        path = "\(directory)/LCK..\(name)"
        let object = "\(device) (\(path))"
        if let owner = Self.owner(of: path) {
            guard !Self.isAlive(owner) else {
                throw SystemError(.lockDevice, object, code: EBUSY, reason: "held by process \(owner)")
            }
            unlink(path)
        }
        try Self.create(path, for: object)
    }

    deinit {
        release()
    }

    /// Removes the file.
    func release() {
        guard isHeld else { return }
        isHeld = false
        // Somebody may have judged us dead and taken over.
        if Self.owner(of: path) == getpid() { unlink(path) }
    }

    /// The process named in the file: 0 if there is a file without a usable number, `nil` if there is none.
    private static func owner(of path: String) -> pid_t? {
        let fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard fd >= 0 else { return nil }
        defer { close(fd) }
        let digits = String(decoding: Descriptors.contents(from: fd, atMost: 32).filter { $0 > 0x20 }, as: UTF8.self)
        return pid_t(digits) ?? 0
    }

    private static func isAlive(_ process: pid_t) -> Bool {
        // Our own number in a file we have not written is that of a dead namesake: usual in containers.
        guard process > 0, process != getpid() else { return false }
        return kill(process, 0) == 0 || errno == EPERM
    }

    /// Writes the file under another name and links it, so that nobody ever reads a lock without a number in it.
    private static func create(_ path: String, for object: String) throws(SystemError) {
        let draft = "\(path).\(getpid())"
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
        let fd = try check(open(draft, flags, 0o644), .lockDevice, object)
        defer { unlink(draft) }
        let digits = String(getpid())
        let line = Array((String(repeating: " ", count: max(0, 10 - digits.utf8.count)) + digits + "\n").utf8)
        let written = write(fd, line, line.count)
        let code = errno
        close(fd)
        guard written == line.count else {
            throw SystemError(.lockDevice, object, code: written < 0 ? code : ENOSPC)
        }
        guard link(draft, path) < 0 else { return }
        let reason = errno
        throw SystemError(.lockDevice, object, code: reason == EEXIST ? EBUSY : reason)
    }
}
