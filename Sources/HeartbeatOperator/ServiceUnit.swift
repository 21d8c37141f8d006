// What systemd knows of the end of the daemon that it has started. Only where there is systemd, and only for a second.

import Glibc
import HeartbeatModel
import HeartbeatStatus
import HeartbeatSystem

struct ServiceUnit {
    private static let name = "heartbeat.service"
    private static let patience = Duration.seconds(1)
    private static let properties = [
        "Result", "ExecMainCode", "ExecMainStatus", "ActiveState", "InactiveEnterTimestampMonotonic",
    ]

    let end: LastWords.End
    /// So long ago.
    let ended: Duration?

    /// `nil` where nobody can be asked, or the daemon was not started by it since the boot.
    static func look() -> ServiceUnit? {
        guard access("/run/systemd/system", F_OK) == 0 else { return nil }
        let words = ["systemctl", "show", "-p", properties.joined(separator: ","), name]
        guard let output = Self.output(of: "/usr/bin/systemctl", words) else { return nil }
        return ServiceUnit(output, now: .now)
    }

    /// `KEY=VALUE` lines; times are microseconds of the monotonic clock.
    init?(_ text: String, now: Instant) {
        var values: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        guard let microseconds = values["InactiveEnterTimestampMonotonic"].flatMap({ Int64($0) }), microseconds > 0
        else {
            return nil
        }
        ended = max(.zero, now - Instant(nanoseconds: microseconds * 1000))
        let status = values["ExecMainStatus"].flatMap { Int32($0) } ?? 0
        switch (values["Result"], values["ExecMainCode"]) {
        case ("watchdog", _): end = .watchdog
        case ("timeout", _): end = .timeout
        // CLD_KILLED and CLD_DUMPED.
        case (_, "2"), (_, "3"): end = .signal(status)
        case ("success", _): end = .orderly
        case (_, "1"): end = .exit(status)
        default: end = .unknown
        }
    }

    /// What a program writes, if it ends in time.
    static func output(of executable: String, _ words: [String]) -> String? {
        try? ProgramOutcome.of(executable, words, within: patience, atMost: 1 << 20)?.text
    }
}
