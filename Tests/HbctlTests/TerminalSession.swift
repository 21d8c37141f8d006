// A pseudo terminal with a program on it, as somebody would sit at it: what is typed, and what is seen.

import CLinux
import Foundation
import Glibc
import HeartbeatLab
import HeartbeatModel
import HeartbeatSystem
import Testing

/// A terminal as a shell leaves it, and a program on it.
final class TerminalSession {
    let main: Int32
    let side: Int32
    let process = Process()
    private(set) var output = ""
    private var isOpen = true

    /// - Parameter kind: of terminal.
    init(_ command: [String], kind: String = "vt100") throws {
        var side: Int32 = -1
        var name = [CChar](repeating: 0, count: 64)
        main = clinux_lab_open_pty(&side, &name, name.count)
        self.side = side
        try #require(main >= 0)
        var mode = termios()
        try #require(tcgetattr(side, &mode) == 0)
        mode.c_lflag |= tcflag_t(ICANON | ECHO | ISIG)
        mode.c_iflag |= tcflag_t(ICRNL | IXON)
        mode.c_oflag |= tcflag_t(OPOST | ONLCR)
        try #require(tcsetattr(side, TCSANOW, &mode) == 0)
        resize(columns: 80, rows: 24)
        // What crashes on purpose leaves no core behind.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
        process.arguments = ["--core=0"] + command
        process.environment = ProcessInfo.processInfo.environment.merging(["TERM": kind]) { $1 }
        process.standardInput = FileHandle(fileDescriptor: side, closeOnDealloc: false)
        process.standardOutput = FileHandle(fileDescriptor: side, closeOnDealloc: false)
        process.standardError = FileHandle(fileDescriptor: side, closeOnDealloc: false)
    }

    /// hbctl beside a daemon.
    convenience init(_ daemon: FakeDaemon, words: [String] = ["watch"], kind: String = "vt100") throws {
        let places = ["--run-dir", daemon.directory, "--state-dir", daemon.directory, "--config-dir", daemon.directory]
        try self.init([ProgramPlaces().programs + "/hbctl"] + words + places, kind: kind)
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        if isOpen { close(main) }
        close(side)
    }

    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(main, UInt(TIOCSWINSZ), &size)
    }

    /// The modes of the terminal, and its special keys.
    var mode: [UInt] {
        var mode = termios()
        tcgetattr(side, &mode)
        let keys = withUnsafeBytes(of: mode.c_cc) { $0.map(UInt.init) }
        return [mode.c_iflag, mode.c_oflag, mode.c_cflag, mode.c_lflag].map(UInt.init) + keys
    }

    func type(_ keys: String) { _ = keys.withCString { write(main, $0, strlen($0)) } }

    private func drain() {
        while isOpen, let bytes = Descriptors.read(main, atMost: 65536), !bytes.isEmpty {
            output += String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Reads until it is so, at most 20 s.
    func wait(until isSo: (TerminalSession) -> Bool) -> Bool {
        let deadline = Instant.now + .seconds(20)
        while Instant.now < deadline {
            drain()
            if isSo(self) { return true }
            usleep(20_000)
        }
        return false
    }

    func sees(_ text: String) -> Bool { wait { $0.output.contains(text) } }

    /// What is written from now on.
    func forget() {
        drain()
        output = ""
    }

    var hasEnded: Bool { wait { !$0.process.isRunning } }

    func hangUp() {
        close(main)
        isOpen = false
    }
}
