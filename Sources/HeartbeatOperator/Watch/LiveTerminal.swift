// The terminal as one screen that is drawn again and again. However the program ends, the terminal is left as it was found: at a key, at a
// signal, at a crash, while the program is stopped. Only kill -9 leaves it as it is; then `reset` helps.

import Glibc
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

/// Keys come in, lines go out. One at a time, on the main thread.
final class LiveTerminal {
    /// What has come.
    enum Input: Hashable {
        case key(UInt8)
        /// It has another size, or something else has written to it.
        case changed
        /// Somebody wants the program to end.
        case signal(Int32)
        /// Nobody is there any more.
        case gone
    }

    /// A terminal that takes nothing for so long is left alone until the next time.
    private static let patience = Duration.seconds(1)
    /// So much a terminal that can take something takes at once.
    private static let piece = 256
    /// Of struct signalfd_siginfo (signalfd(2)).
    private static let record = 128

    private let held = HeldSignals([
        SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT, SIGWINCH,
    ])
    private let signals: OwnedDescriptor
    private let isColoured: Bool
    /// `nil`: nobody knows.
    private var shown: [String]?
    private var isGone = false
    /// A SIGCONT that is known already is on its way.
    private var wasStopped = false

    /// Takes the terminal; `nil` where it cannot be had. To be called before other threads are started, which would get the signals.
    init?(isColoured: Bool) {
        self.isColoured = isColoured
        signals = held.descriptor()
        guard signals.number >= 0, TerminalMode.keep() else { return nil }
        signal(SIGPIPE, SIG_IGN)
        enter()
    }

    private func enter() {
        TerminalMode.enter()
        shown = nil
        write(TerminalMode.entering)
    }

    /// Gives the terminal back.
    func leave() {
        if !isGone { write("\(TerminalMode.leaving)") }
        TerminalMode.leave()
    }

    /// Ends as the signal ends a program, whatever else has come meanwhile.
    func die(of number: Int32) -> Never {
        leave()
        signal(number, SIG_DFL)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, number)
        raise(number)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        exit(128 + number)
    }

    // MARK: - Out

    /// Draws what differs from what is shown.
    func show(_ lines: [String]) {
        let text = ScreenDifference(from: shown, to: lines, isColoured: isColoured).text
        shown = write(text) ? lines : nil
    }

    /// - Returns: whether everything was written.
    @discardableResult private func write(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        let deadline = Instant.now + Self.patience
        while !rest.isEmpty, !isGone {
            var entry = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
            let left = (deadline - .now).milliseconds
            guard left > 0 else { return false }
            guard poll(&entry, 1, Int32(clamping: left)) > 0 else { continue }
            let count = rest.prefix(Self.piece).withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR, errno != EAGAIN { isGone = true }
            rest = rest.dropFirst(max(0, count))
        }
        return rest.isEmpty
    }

    // MARK: - In

    /// Waits for something, or for `other` to have something to read.
    func wait(for other: Int32, atMost time: Duration) -> [Input] {
        guard !isGone else { return [.gone] }
        var entries = [STDIN_FILENO, signals.number, other].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&entries, 3, Int32(clamping: max(0, time.milliseconds))) > 0 else { return [] }
        return (entries[0].revents == 0 ? [] : keys) + (entries[1].revents == 0 ? [] : arrived)
    }

    private var keys: [Input] {
        guard let bytes = Descriptors.read(STDIN_FILENO, atMost: 64) else { return errno == EAGAIN ? [] : [.gone] }
        return bytes.isEmpty ? [.gone] : Self.letters(bytes).map { .key($0) }
    }

    /// An arrow is an escape, a bracket and more, the last of it a letter: none of that is a key.
    static func letters(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        var letters: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte != 0x1B {
                letters.append(byte)
            } else if let next = rest.first, next == UInt8(ascii: "[") || next == UInt8(ascii: "O") {
                rest = rest.dropFirst().drop { !(0x40...0x7E).contains($0) }.dropFirst()
            }
        }
        return letters
    }

    private var arrived: [Input] {
        guard let bytes = Descriptors.read(signals.number, atMost: Self.record * 8) else { return [] }
        return stride(from: 0, to: bytes.count - 3, by: Self.record).compactMap { place in
            let number = bytes[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return taken(Int32(clamping: number))
        }
    }

    private func taken(_ number: Int32) -> Input? {
        switch number {
        case SIGWINCH: shown = nil
        case SIGTSTP: stop()
        case SIGCONT where wasStopped: wasStopped = false
        // After a SIGSTOP that nobody had announced.
        case SIGCONT: enter()
        default: return .signal(number)
        }
        return .changed
    }

    /// The shell has the terminal until it lets the program go on.
    func stop() {
        leave()
        wasStopped = true
        raise(SIGSTOP)
        enter()
    }

    /// Draws everything again at the next time.
    func forget() { shown = nil }
}
