// Counts what threads do, with the kernel's counters: system calls and instructions. They disturb nobody. Where there is no
// tracepoint strace counts the calls, which stops a process twice a call and so stretches what it counts.

import CLinux
import Glibc
import HeartbeatLab

/// One counter of the kernel for each thread.
struct ThreadCounters {
    private let descriptors: [Int32]

    /// `nil` without threads, or when one of them cannot be counted.
    /// - Parameter open: gives a thread's descriptor; negative: none.
    init?(_ threads: [pid_t], open: (pid_t) -> Int32) {
        let opened = threads.map(open)
        descriptors = opened.filter { $0 >= 0 }
        if descriptors.count < opened.count || descriptors.isEmpty {
            close()
            return nil
        }
    }

    /// The sum so far; `nil` when one of them does not count any more.
    func count() -> Int? {
        var sum = 0
        for descriptor in descriptors {
            var value: UInt64 = 0
            guard read(descriptor, &value, 8) == 8, let part = Int(exactly: value) else { return nil }
            sum += part
        }
        return sum
    }

    func close() {
        for descriptor in descriptors { _ = Glibc.close(descriptor) }
    }
}

/// Counts the instructions of some processes in user space, from when it is made until it is read.
struct InstructionCounter {
    private let counters: ThreadCounters

    /// `nil` where the processor shows no counter, or not to us.
    init?(counting meter: ProcessMeter) {
        guard let counters = ThreadCounters(meter.threads.map(\.number), open: clinux_lab_count_instructions)
        else { return nil }
        self.counters = counters
    }

    /// Instructions so far, those of children that were started since included; `nil` when the counter was needed elsewhere.
    func count() -> Int? { counters.count() }

    func close() { counters.close() }
}

/// Counts what the threads of some processes call, from when it is made until it is read.
struct SystemCallCounter {
    private let counters: ThreadCounters

    /// `nil` where the kernel does not offer the tracepoint, or not to us.
    init?(counting meter: ProcessMeter) {
        guard let tracepoint = Self.tracepoint(),
            let counters = ThreadCounters(
                meter.threads.map(\.number), open: { clinux_lab_count_tracepoint($0, tracepoint) })
        else { return nil }
        self.counters = counters
    }

    /// Calls so far, those of children that were started since included.
    func count() -> Int { counters.count() ?? 0 }

    func close() { counters.close() }

    /// Number of the tracepoint that every system call passes. Where tracefs is not mounted, it is for the one command that
    /// asks, in a mount namespace of its own.
    private static func tracepoint() -> UInt64? {
        let file = "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id"
        let known = Files.read(file)
        let text = known.isEmpty ? mounted(file) : known
        return UInt64(text.prefix { $0 != "\n" })
    }

    private static func mounted(_ file: String) -> String {
        do {
            let script = "mount -t tracefs none /sys/kernel/tracing && cat \(file)"
            return try Command.succeed(["unshare", "--mount", "sh", "-c", script])
        } catch {
            return ""
        }
    }
}

extension StraceSummary {
    /// What strace counts in these processes for some seconds; `nil` when it is not installed or may not look.
    init?(counting meter: ProcessMeter, seconds: Int) {
        do {
            let words = ["timeout", "--signal=INT", "\(seconds)", "strace", "-c", "-f"]
            let result = try Command.run(
                words + meter.processes.flatMap { ["-p", "\($0)"] }, limit: .seconds(seconds + 10))
            self.init(result.output)
        } catch {
            return nil
        }
    }
}
