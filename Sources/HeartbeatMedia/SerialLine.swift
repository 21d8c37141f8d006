// Opens a tty for a null-modem cable: the device, its lock, its line settings. It refuses to know about messages and queues.

import Glibc
import HeartbeatSystem

/// The open device with its lock.
final class SerialLine {
    let descriptor: OwnedDescriptor
    let path: String
    let baud: Int
    private let lock: DeviceLock?
    /// Why there is no lock, if that is not because another program holds it: then the line is used without.
    let lockFailure: SystemError?

    /// Every rate a `baud` directive may name.
    static let rates: [(baud: Int, speed: speed_t)] = [
        (9600, speed_t(B9600)), (19200, speed_t(B19200)), (38400, speed_t(B38400)), (57600, speed_t(B57600)),
        (115_200, speed_t(B115200)), (230_400, speed_t(B230400)), (460_800, speed_t(B460800)),
    ]

    /// Locks, opens and configures `path`. Throws when another living program holds the lock. With a descriptor the program before this
    /// one has opened and configured it.
    init(path: String, baud: Int, lockDirectory: String, open known: OwnedDescriptor? = nil) throws(SystemError) {
        self.path = path
        self.baud = baud
        do throws(SystemError) {
            lock = try DeviceLock(device: path, directory: lockDirectory)
            lockFailure = nil
        } catch {
            // A missing or read-only lock directory must not cost a heartbeat path; another program on the line must.
            guard error.code != EBUSY else { throw error }
            lock = nil
            lockFailure = error
        }
        if let known {
            descriptor = known
            return
        }
        // Non-blocking from the start: opening would otherwise wait for a carrier that a null modem does not have.
        let fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        descriptor = OwnedDescriptor(takingOwnershipOf: try check(fd, .openDevice, "serial \(path)"))
        try configure(baud: baud)
    }

    deinit {
        close()
    }

    /// Closes the device at once and removes the lock.
    func close() {
        guard descriptor.number >= 0 else { return }
        // Closing a tty waits up to 30 s for output that flow control holds back. Nobody will read it.
        tcflush(descriptor.number, TCOFLUSH)
        descriptor.close()
        lock?.release()
    }

    /// What the driver has taken and not sent yet. A pseudo-terminal has no such count and says 0.
    var bytesInKernel: Int {
        var count: Int32 = 0
        return ioctl(descriptor.number, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
    }

    private func configure(baud: Int) throws(SystemError) {
        let object = "serial \(path)"
        guard let speed = Self.rates.first(where: { $0.baud == baud })?.speed else {
            throw SystemError(.setUp, "\(object) for \(baud) baud", code: EINVAL)
        }
        var mode = termios()
        try check(tcgetattr(descriptor.number, &mode), .setUp, object)
        Self.makeRaw(&mode, speed: speed)
        // TCSANOW: the other forms wait for output to drain.
        try check(tcsetattr(descriptor.number, TCSANOW, &mode), .setUp, object)
        // Keeps other programs of ordinary users out; root passes, hence the lock file as well. A pty may refuse.
        _ = ioctl(descriptor.number, UInt(TIOCEXCL))
    }

    /// Eight data bits, no parity, RTS/CTS, no modem control, no editing, one byte is enough to wake the reader.
    ///
    /// Like the original, carriage returns are dropped. Unlike it, the eighth bit is kept (ISTRIP would turn line noise into
    /// text), damaged bytes are dropped (IGNPAR) instead of read as NUL, and a break is ignored (IGNBRK): with BRKINT it
    /// would throw away what both queues hold whenever the peer's machine resets its port.
    static func makeRaw(_ mode: inout termios, speed: speed_t) {
        mode.c_iflag = tcflag_t(IGNBRK | IGNPAR | IGNCR)
        mode.c_oflag = 0
        mode.c_lflag = 0
        mode.c_cflag = tcflag_t(CS8 | CREAD | CLOCAL) | tcflag_t(CRTSCTS)
        withUnsafeMutableBytes(of: &mode.c_cc) { control in
            control[Int(VMIN)] = 1
            control[Int(VTIME)] = 0
        }
        cfsetispeed(&mode, speed)
        cfsetospeed(&mode, speed)
    }
}
