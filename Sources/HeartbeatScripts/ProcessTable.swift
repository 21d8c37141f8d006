// What /proc tells about the processes of this machine, as far as it takes to find everything a script has started. It
// refuses to know what is done with them.

import Glibc
import HeartbeatSystem

/// One line of the process table.
struct ProcessEntry: Hashable {
    var pid: pid_t
    var parent: pid_t
    var group: pid_t
    /// One letter; `Z` and `X` are dead.
    var state: UInt8
    /// Clock ticks from boot to its start. Together with the pid it names a process beyond reuse of the number.
    var startTime: UInt64

    var isDead: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }

    /// Reads the text of /proc/PID/stat (proc(5)): `pid (name) state ppid pgrp … starttime …`, start time being the 22nd
    /// field. The name may hold blanks and parentheses, so the fields are counted from the last one. `nil` for any other
    /// text.
    init?(stat text: [UInt8]) {
        guard let end = text.lastIndex(of: UInt8(ascii: ")")), let begin = text.firstIndex(of: UInt8(ascii: "(")),
            let pid = pid_t(String(decoding: text[..<begin], as: UTF8.self).filter { $0 != " " })
        else { return nil }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard fields.count > 19, let state = fields[0].utf8.first, let parent = pid_t(fields[1]),
            let group = pid_t(fields[2]), let startTime = UInt64(fields[19])
        else { return nil }
        self.pid = pid
        self.parent = parent
        self.group = group
        self.state = state
        self.startTime = startTime
    }

    /// The process that has this number now; `nil` when there is none.
    init?(pid: pid_t) {
        guard let text = Descriptors.contents(of: "/proc/\(pid)/stat", atMost: 4096) else { return nil }
        self.init(stat: text)
    }
}

enum ProcessTable {
    /// Every process there is, in ascending order of pid.
    static func entries() -> [ProcessEntry] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var entries: [ProcessEntry] = []
        while let item = readdir(directory) {
            let pid = withUnsafeBytes(of: &item.pointee.d_name) { number(in: $0) }
            if let pid, let entry = ProcessEntry(pid: pid) { entries.append(entry) }
        }
        return entries.sorted { $0.pid < $1.pid }
    }

    private static func number(in name: UnsafeRawBufferPointer) -> pid_t? {
        pid_t(String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
    }

    /// Whether a process was started with this `NAME=value` in its environment. It may take as long as the process likes:
    /// see `EnvironmentAsker`.
    static func environment(of pid: pid_t, contains variable: String) -> EnvironmentAsker.Answer {
        guard let text = Descriptors.contents(of: "/proc/\(pid)/environ", atMost: 2 << 20), !text.isEmpty else {
            return .nothing
        }
        return text.split(separator: 0).contains { $0.elementsEqual(variable.utf8) } ? .carries : .lacks
    }
}
