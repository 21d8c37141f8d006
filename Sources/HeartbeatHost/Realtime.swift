// Makes the daemon punctual: a real-time thread in locked memory. Without either it still works, only less surely, so
// every failure is a warning that says what would allow it.

import CLinux
import Glibc
import HeartbeatModel
import HeartbeatSystem

package enum Realtime {
    /// Puts the calling thread under SCHED_RR and locks the memory of the process. Call it first of all, on the thread of
    /// the loop. Returns what did not work, as sentences for the log.
    ///
    /// Children and further threads start with normal scheduling. Memory is locked as it is touched: locking whole thread
    /// stacks and arenas at once would cost ten times as much.
    package static func enter(_ configuration: RealtimeConfiguration) -> [String] {
        guard configuration.isEnabled else { return [] }
        var warnings: [String] = []
        if clinux_set_round_robin(Int32(clamping: configuration.priority)) != 0 {
            let error = SystemError("set", "realtime priority \(configuration.priority)")
            warnings.append(
                "\(error); running with normal priority: give the service CAP_SYS_NICE or "
                    + "LimitRTPRIO=\(configuration.priority), or say `realtime off`")
        }
        if let failure = lockMemory() {
            warnings.append(
                "\(failure); running in memory that can be paged out: give the service CAP_IPC_LOCK and "
                    + "LimitMEMLOCK=infinity, or say `realtime off`")
        }
        return warnings
    }

    private static func lockMemory() -> String? {
        // Under a limit every later request for memory beyond it would fail, and with it the daemon.
        guard mayLockWithoutLimit() else {
            return "Cannot lock ourselves into memory: the limit would apply to all memory"
        }
        guard mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0 else {
            return "\(SystemError("lock", "ourselves into memory"))"
        }
        return nil
    }

    private static func mayLockWithoutLimit() -> Bool {
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit) == 0, limit.rlim_cur == rlim_t.max {
            return true
        }
        guard let status = Descriptors.contents(of: "/proc/self/status", atMost: 16384) else { return true }
        return mayIgnoreMemoryLimit(status: String(decoding: status, as: UTF8.self))
    }

    /// Whether `CapEff` of a /proc/PID/status has CAP_IPC_LOCK (bit 14, capabilities(7)).
    static func mayIgnoreMemoryLimit(status: String) -> Bool {
        for line in status.split(separator: "\n") where line.hasPrefix("CapEff:") {
            let digits = line.dropFirst("CapEff:".utf8.count).drop { $0 == "\t" || $0 == " " }
            return UInt64(digits, radix: 16).map { $0 & 1 << 14 != 0 } ?? false
        }
        return false
    }
}
