// Makes the daemon punctual: a real-time thread in locked memory. Without either it still works, only less surely, so
// every failure is a warning.

import CLinux
import Glibc
import HeartbeatModel

public enum Realtime {
    /// Puts the calling thread under SCHED_RR and locks the memory of the process. Call it first of all, on the thread of
    /// the loop. Returns what did not work, as sentences for the log.
    ///
    /// Children and further threads start with normal scheduling. Memory is locked as it is touched: locking whole thread
    /// stacks and arenas at once would cost ten times as much.
    public static func enter(_ configuration: RealtimeConfiguration) -> [String] {
        guard configuration.isEnabled else { return [] }
        var warnings: [String] = []
        if clinux_set_round_robin(Int32(clamping: configuration.priority)) != 0 {
            let error = HostError("set", "realtime priority \(configuration.priority)")
            warnings.append("\(error) (LimitRTPRIO, CAP_SYS_NICE)")
        }
        if mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0 {
            warnings.append("\(HostError("lock", "ourselves into memory")) (LimitMEMLOCK, CAP_IPC_LOCK)")
        }
        return warnings
    }
}
