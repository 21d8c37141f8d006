// How the terminal was found, where a crashing program finds it too: what is needed to put it back is kept outside of every object, and is
// put back by calls that a signal handler may make.

import Glibc

enum TerminalMode {
    /// The screen beside the usual one, where a terminal has two; no cursor.
    static let entering = "\u{1B}[?1049h\u{1B}[?25l"
    static let leaving: StaticString = "\u{1B}[0m\u{1B}[H\u{1B}[2J\u{1B}[?25h\u{1B}[?1049l"

    /// Of what a bug of ours ends with.
    private static let crashes = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT]

    /// Written before a handler can run, and never again.
    nonisolated(unsafe) private static var found = termios()

    /// Notes how the terminal is, and has a crash put it back. `false`: it is none.
    static func keep() -> Bool {
        guard tcgetattr(STDIN_FILENO, &found) == 0 else { return false }
        for number in crashes {
            signal(number) { number in
                _ = write(STDOUT_FILENO, TerminalMode.leaving.utf8Start, TerminalMode.leaving.utf8CodeUnitCount)
                TerminalMode.leave()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        return true
    }

    /// Every key at once, and none shown.
    static func enter() {
        var mode = found
        cfmakeraw(&mode)
        tcsetattr(STDIN_FILENO, TCSANOW, &mode)
    }

    /// Without waiting for a terminal that takes nothing. Keys that nobody has read are not the shell's.
    static func leave() {
        tcflush(STDIN_FILENO, TCIFLUSH)
        tcsetattr(STDIN_FILENO, TCSANOW, &found)
    }
}
