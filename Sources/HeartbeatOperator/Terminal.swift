// What the terminal of whoever asks can show: how many columns, whether colours, and which hour it is there.

import Glibc
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

/// `--color`.
package enum ColourChoice: String, Hashable, Sendable, CaseIterable {
    case auto
    case always
    case never
}

package enum Terminal {
    /// As asked for, else that of the terminal, else `COLUMNS`, else 80.
    package static func width(_ wanted: Int?) -> Int {
        if let wanted { return wanted }
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return variable("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
    }

    /// `auto`: on a terminal that is not dumb, unless NO_COLOR is set (no-color.org).
    package static func isColoured(_ choice: ColourChoice) -> Bool {
        switch choice {
        case .always: true
        case .never: false
        case .auto:
            isatty(STDOUT_FILENO) == 1 && (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb"
        }
    }

    /// Of standard output, else `COLUMNS` and `LINES`, else 80 by 24.
    static var size: WatchScreen.Size {
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0
        let rows = isKnown ? Int(size.ws_row) : variable("LINES").flatMap { Int($0) } ?? 24
        return WatchScreen.Size(columns: width(nil), rows: min(max(rows, 1), 10_000))
    }

    /// Why no screen can be drawn here; `nil` where one can.
    package static var obstacle: String? {
        if isatty(STDOUT_FILENO) != 1 { return "standard output is no terminal" }
        if isatty(STDIN_FILENO) != 1 { return "standard input is no terminal" }
        let kind = variable("TERM") ?? ""
        return kind.isEmpty || kind == "dumb" ? "the terminal is a dumb one (TERM)" : nil
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Wall clocks where this program runs.
    package static var time: LocalTime {
        LocalTime { unix in
            var moment = time_t(clamping: unix)
            var parts = tm()
            return localtime_r(&moment, &parts) == nil ? 0 : parts.tm_gmtoff
        }
    }

    /// A line for whoever has called the program.
    package static func complain(_ text: String) { Descriptors.writeLine(text, to: STDERR_FILENO) }

    /// Writes to standard output; a reader that has gone, or a full disk, changes nothing of what the program ends with.
    package static func write(_ text: String) {
        signal(SIGPIPE, SIG_IGN)
        _ = Descriptors.write(Array(text.utf8), to: STDOUT_FILENO)
    }
}
