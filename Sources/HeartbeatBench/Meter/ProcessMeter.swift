// Looks at running processes from outside: memory, processor time, context switches, and what their machine sends. It starts
// and stops nothing, and a process that ends meanwhile is one of which nothing more is known.

import Glibc
import HeartbeatLab

/// Sums over some processes.
struct ProcessMeter {
    /// All that count together, numbered as in our own PID namespace.
    var processes: [pid_t]

    /// Memory of all of them now.
    func memory() -> MemoryFacts {
        processes.compactMap { MemoryFacts(smapsRollup: Files.read("/proc/\($0)/smaps_rollup")) }
            .reduce(into: MemoryFacts()) { $0 += $1 }
    }

    /// What the scheduler has given to all their threads so far.
    func schedule() -> ScheduleFacts {
        threads.compactMap { thread in
            let directory = "/proc/\(thread.process)/task/\(thread.number)"
            return ScheduleFacts(
                schedstat: Files.read("\(directory)/schedstat"), status: Files.read("\(directory)/status"))
        }.reduce(into: ScheduleFacts()) { $0 += $1 }
    }

    /// What their network namespace, which must be the same, has sent so far on each interface.
    func links() -> [String: InterfaceTraffic] {
        processes.first.map { InterfaceTraffic.read(netDev: Files.read("/proc/\($0)/net/dev")) } ?? [:]
    }

    var threads: [(process: pid_t, number: pid_t)] {
        processes.flatMap { process in
            Files.names(in: "/proc/\(process)/task").compactMap { pid_t($0) }.map { (process, $0) }
        }
    }
}
